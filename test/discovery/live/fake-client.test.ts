/** Whoever embeds discovery can test without a network: a client is whatever asks. */
import { expect, it } from "vitest";
import {
  Discovery,
  discover,
  explain,
  type OrchestratorAsker,
} from "../../../src/discovery/index.js";
import { answerOf, listed, sourceOf } from "../../support/servers/live-discovery.js";

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
