/** Whoever embeds discovery can test without a network: a client is whatever asks. */
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import {
  Discovery,
  discover,
  explain,
  jobCapabilities,
  OFFCHAIN_IDENTITY,
  type OrchestratorAsker,
  OrchestratorClient,
  type OrchestratorQuestion,
} from "../../../src/discovery/index.js";
import { SharedTask } from "../../../src/discovery/sources/shared-task.js";
import { answerOf, listed, sourceOf, VirtualClock } from "../../support/servers/live-discovery.js";

const source = sourceOf([listed({ uri: "https://a:1" }), listed({ uri: "https://b:1" })]);

/** A plain object: no class, no cast. */
const client: OrchestratorAsker = {
  getOrchestrator: async ({ uri }) => {
    if (uri === "https://b:1") throw new Error("not today");
    return answerOf(uri, { priceInfo: { pricePerUnit: 1n, pixelsPerUnit: 1n } });
  },
};

it("a fake client answers to discover, explain and polls; nobody closes it", async () => {
  const { orchestrators, asked } = await discover({ source, client });
  expect(orchestrators.map(({ uri }) => uri)).toEqual(["https://a:1"]);
  expect(asked.find(({ uri }) => uri === "https://b:1")?.error?.message).toBe("not today");
  const { reports } = await explain({ source, client, patienceMs: 0 });
  expect(reports.map(({ verdict }) => verdict)).toEqual(["found", "rejected"]);
  const discovery = new Discovery({ source, client });
  expect((await discovery.poll()).map(({ uri }) => uri)).toEqual(["https://a:1"]);
  discovery.close();
  expect(
    await client.getOrchestrator(
      { uri: "x", scheme: "", host: "" },
      {
        identity: { address: "0x", signature: "0x" },
        job: null,
      },
    ),
  ).toMatchObject({ transcoder: "x" });
});

it("an option that is undefined is one that was not given: the discovery's own job counts", async () => {
  const questions: OrchestratorQuestion[] = [];
  const asker: OrchestratorAsker = {
    getOrchestrator: async ({ uri }, question) => {
      questions.push(question);
      return answerOf(uri);
    },
  };
  const job = jobCapabilities({ profiles: [{ encoder: "vp9" }], segmentParameters: false });
  const discovery = new Discovery({ source, client: asker, job });
  await discovery.discover({ job: undefined });
  await discovery.explain({ job: undefined, patienceMs: 0 });
  expect(questions.map((question) => question.job?.bitstring)).toEqual(
    Array(4).fill(job.bitstring),
  );
  discovery.close();
});

it("any number of discoveries may share a signal: Node is not told of a leak, and none is left", async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on("warning", warned);
  const shared = new AbortController();
  const { signal } = shared;
  const hanging: OrchestratorAsker = { getOrchestrator: () => new Promise(() => {}) };
  const list = new SharedTask(() => new Promise(() => {}));
  const wire = new OrchestratorClient({ lookup: () => () => {} });
  const question = { identity: OFFCHAIN_IDENTITY, job: null };
  const all = Array.from({ length: 12 }, () => [
    discover({ source, client: hanging, signal }),
    list.run(signal),
    wire.getOrchestrator({ uri: "https://a", scheme: "https", host: "a:1" }, question, { signal }),
  ]).flat();
  await sleep(1);
  shared.abort(new Error("enough"));
  const ended = await Promise.allSettled(all);
  expect(ended.filter(({ status }) => status === "fulfilled")).toEqual([]);
  wire.close();
  process.off("warning", warned);
  expect(warnings).toEqual([]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

it("who is dialled late says so, though its own time is shorter than the discovery's (D-13, D-30)", async () => {
  const clock = new VirtualClock();
  const slow: OrchestratorAsker = {
    getOrchestrator: ({ uri }) => clock.after(50, () => answerOf(uri)),
  };
  const options = { source, client: slow, clock, concurrency: 1, discoveryTimeoutMs: 80 };
  const { reports } = await clock.run(explain(options));
  expect(reports.map(({ rejection }) => rejection?.detail ?? null)).toEqual([
    null,
    "the discovery was over after 80 ms, before its answer, which took 50 ms",
  ]);
});
