/** Advice on workers that do AI jobs only. */
import { expect, it } from "vitest";
import { advise } from "../../../src/sim/live/run.js";
import { loadText } from "../../support/sim/fake-simulate.js";

const IMAGES = "pipeline: text-to-image, msPerUnit: 0.0076, cv: 0.15";

it("leaves out who fails nearly all AI jobs, says so, and keeps the others", async () => {
  const text = `
name: ai-bad
warmup: 10 m
duration: 40 m
demand: { concurrentStreams: 0 }
network: { limit: 0 }
gateway: { region: FRA }
ai:
  jobs: [{ name: images, pipeline: text-to-image, requestsPerSecond: 0.3, units: 262144 }]
orchestrator:
  name: pool
  region: FRA
  stakeShare: 0.5
  maxSessions: 10
  ai: { prices: [{ pipeline: text-to-image, pricePerUnit: "4668371" }] }
workers:
  - { name: good, count: 4, ai: { transcoding: none, models: [{ ${IMAGES} }] } }
  - { name: bad, ai: { transcoding: none, models: [{ ${IMAGES}, failureProbability: 0.9 }] } }
`;
  const result = await advise(loadText(text), { rule: false });
  const [good, bad] = result.workers;
  expect([good?.name, good?.advice]).toEqual(["good", "keep"]);
  expect([bad?.name, bad?.advice]).toEqual(["bad", "exclude"]);
  expect(bad?.why).toMatch(/^fails (8[5-9]|9[0-5])(\.\d)? % of its AI jobs$/);
});
