import { expect, it } from "vitest";
import type { Judged } from "../../../src/cli/discover/gather.js";
import { allGpusText } from "../../../src/cli/discover/models.js";
import { answerOf } from "../../support/servers/live-discovery.js";

/** One with a card; segments go to `transcoder`. */
function withCard(uri: string, transcoder: string): Judged {
  const gpu = { id: "0", name: "Card", major: 8, minor: 9, memoryFree: 0n, memoryTotal: 0n };
  const hardware = [{ pipeline: "text-to-image", modelId: "m", gpus: [gpu] }];
  const info = answerOf(transcoder, { hardware });
  return {
    report: {
      uri,
      advertisedBy: null,
      score: 0,
      verdict: "found",
      rejection: null,
      place: 0,
      backfilled: false,
      latencyMs: 1,
      transcoder,
      address: null,
      recipient: null,
      price: null,
      stake: null,
      version: null,
      capabilities: null,
      capacities: null,
      models: null,
      info,
      error: null,
    },
    verdict: "found",
    reason: null,
    turn: 1,
    probability: null,
    details: null,
  };
}

it("the GPUs of a node that is listed twice, or by two names, are counted once", () => {
  const list = [
    withCard("https://a", "https://a"),
    withCard("https://a", "https://a"),
    withCard("https://1.2.3.4", "https://a"),
    withCard("https://b", "https://b"),
    // Without a transcoder they are told apart by where they were asked.
    withCard("https://directory", ""),
    withCard("https://other", ""),
  ];
  expect(allGpusText(list, null)).toBe("4 GPUs: 4 × Card");
});
