import { expect, it } from "vitest";
import type { AIModelPast } from "../../../src/sim/calibrate/ai/ai-events.js";
import { aiNotes } from "../../../src/sim/replay/ai-notes.js";

const ADDRESS = `0x${"a1".repeat(20)}`;
const job = {
  atMs: 1,
  responseMs: 2,
  units: 3,
  priceWei: 4n,
  feesWei: 10n ** 15n,
  mayBeCold: false,
};
const model = (rest: Partial<AIModelPast>): AIModelPast => ({
  address: ADDRESS,
  region: "FRA",
  pipeline: "llm",
  model: "m",
  jobs: [job, job],
  results: 3,
  failedAtMs: [5],
  ...rest,
});
const past = (...models: AIModelPast[]) => ({ models, fromMs: 0, toMs: 9, unattributed: 0 });

it("a replay says what each worker did of AI jobs, and why they are not played", () => {
  const known = [{ name: "home", kind: "home", address: ADDRESS, region: "FRA" }];
  const live = { pipeline: "live-video-to-video", jobs: [], failedAtMs: [], results: 7 };
  const stranger = model({ address: `0x${"b2".repeat(20)}`, jobs: [job], failedAtMs: [] });
  const [note = "", ...others] = aiNotes(past(model({}), model(live), stranger), known);
  expect(others).toEqual([]);
  expect(note).toContain("AI jobs are not played again");
  expect(note).toContain("the books have 3 jobs, 1 failed, 3.000 mETH, 7 live streams");
  expect(note).toContain("home 2 jobs, 1 failed, 2.000 mETH, 7 live streams; 0xb2b2");
});

it("a replay without AI jobs says nothing of them", () => {
  expect(aiNotes(past(), [])).toEqual([]);
});
