import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAddress } from "ethers";
import { describe, expect, it, onTestFinished } from "vitest";
import { OnChainSource } from "../../../src/discovery/sources/chain/on-chain-source.js";
import { HardcodedSource } from "../../../src/discovery/sources/hardcoded.js";
import { NodeDbSource } from "../../../src/discovery/sources/node-db-source.js";
import { ORCHESTRATOR_SOURCES } from "../../../src/discovery/sources/registry.js";
import { SignerSource } from "../../../src/discovery/sources/signer/signer-source.js";
import type { OrchestratorSource } from "../../../src/discovery/sources/source.js";
import {
  createOrchestratorTable,
  OrchestratorTable,
} from "../../../src/discovery/sources/store/orchestrator-table.js";
import { SubgraphSource } from "../../../src/discovery/sources/subgraph/index.js";
import { WebhookSource } from "../../../src/discovery/sources/webhook/webhook-source.js";
import { SqliteDatabase } from "../../../src/io/sqlite.js";
import { orchestratorSourceLaws } from "../../../src/testing/index.js";
import {
  orchestrator,
  serviceURI,
  stakeOf,
  startLivepeerChain,
} from "../../support/chain/livepeer-chain.js";
import { upTo } from "../../support/chain/on-chain-setup.js";
import { block, startSubgraphServer, transcoder } from "../../support/servers/subgraph-server.js";
import { respond, startWebhookServer } from "../../support/servers/webhook-server.js";

const NUMBERS = upTo(100);

/** Each source with its real counterpart, which knows the same 100 orchestrators. */
const OPENERS: Readonly<Record<string, () => Promise<() => OrchestratorSource>>> = {
  list: async () => () => new HardcodedSource({ orchAddr: NUMBERS.map(serviceURI).join(",") }),
  webhook: async () => {
    const entries = NUMBERS.map((number) => ({ address: serviceURI(number) }));
    const { url } = await startWebhookServer(respond(JSON.stringify(entries)));
    return () => new WebhookSource({ url });
  },
  signer: async () => {
    const entries = NUMBERS.map((number) => ({ address: serviceURI(number), capabilities: ["x"] }));
    const { url } = await startWebhookServer(respond(JSON.stringify(entries)));
    return () => new SignerSource({ url });
  },
  onchain: async () => {
    const chain = await startLivepeerChain();
    onTestFinished(() => chain.stop());
    await chain.register(NUMBERS.length);
    return () => new OnChainSource({ ethUrl: chain.url, controller: chain.controller });
  },
  subgraph: async () => {
    const rows = NUMBERS.map((number) =>
      transcoder(number, {
        id: orchestrator(number),
        serviceURI: serviceURI(number),
        totalStake: String(number),
      }),
    );
    const { url } = await startSubgraphServer(block(1, rows));
    return () => new SubgraphSource({ url });
  },
  nodeDb: async () => {
    const directory = mkdtempSync(join(tmpdir(), "poolsim-test-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "lpdb.sqlite3");
    const database = new SqliteDatabase({ path });
    onTestFinished(() => database.close());
    createOrchestratorTable(database);
    const table = new OrchestratorTable(database, Date.now);
    for (const number of NUMBERS) {
      table.update({
        ethereumAddr: getAddress(orchestrator(number)),
        serviceURI: serviceURI(number),
        stake: stakeOf(number),
        activationRound: 1n,
        deactivationRound: 2n ** 63n - 1n,
      });
    }
    return () => new NodeDbSource({ path, currentRound: 1n });
  },
};

it("are those of the registry", () => {
  expect(Object.keys(OPENERS).sort()).toEqual(
    ORCHESTRATOR_SOURCES.own.map(({ name }) => name).sort(),
  );
});

describe.each(Object.keys(OPENERS))("the %s source", (kind) => {
  it("lists the same 100 orchestrators from its counterpart, then ends as all do", async () => {
    const open = await (OPENERS[kind]?.() ?? Promise.reject(new Error(kind)));
    const source = open();
    onTestFinished(() => source.close());
    expect(source.kind).toBe(kind);

    const before = Date.now();
    const { endpoints, dropped, confirmedAtMs, staleBecause } = await source.list();
    expect(endpoints.map(({ uri }) => uri)).toEqual(NUMBERS.map(serviceURI));
    expect(endpoints.every(({ scheme }) => scheme === "https")).toBe(true);
    expect({ dropped, staleBecause }).toEqual({ dropped: [], staleBecause: null });
    expect(confirmedAtMs).toBeGreaterThanOrEqual(before);
    expect(confirmedAtMs).toBeLessThanOrEqual(Date.now());
    for (const [index, { recipient, stake, score }] of endpoints.entries()) {
      // Trust: D-3, W-11, B-14. What a source does not know is null.
      expect(score).toBe(kind === "list" ? 1 : 0);
      if (recipient !== null) expect(recipient).toBe(orchestrator(index + 1));
      if (stake !== null) expect(stake).toBe(stakeOf(index + 1));
    }

    const reason = new Error("enough");
    await expect(source.list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await source.close();
    await source.close();
    await expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });

    for (const { run } of orchestratorSourceLaws(open)) await run();
  });
});
