/** What the tests of `discover` and `webhook` share. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  createOrchestratorTable,
  OrchestratorTable,
} from "../../../src/discovery/sources/store/orchestrator-table.js";
import { SqliteDatabase } from "../../../src/io/sqlite.js";
import { type DiscoveryFile, parseDiscoveryFile } from "../../../src/sim/network/discovery-file.js";
import type { InfoInit } from "../servers/orchestrator-server.js";
import { inProcess } from "./in-process.js";

const NEVER = 2n ** 63n - 1n;

/** An address of twenty equal bytes. */
export function bytesOf(byte: number): Uint8Array {
  return new Uint8Array(20).fill(byte);
}

/** The same in hex. */
export function hexOf(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0").repeat(20)}`;
}

/** Ticket parameters that P-6 accepts, of whoever is to be paid. */
export function payableTo(byte: number): InfoInit {
  return {
    ticketParams: {
      recipient: bytesOf(byte),
      faceValue: Uint8Array.of(1, 0, 0),
      winProb: new Uint8Array(31).fill(0xff),
      recipientRandHash: new Uint8Array(32).fill(2),
      seed: Uint8Array.of(7),
      expirationBlock: Uint8Array.of(1, 0, 0, 0, 0),
    },
  };
}

/** Runs `poolsim discover --json` and checks what it prints against the format's own schema. */
export async function discovered(...args: readonly string[]): Promise<DiscoveryFile> {
  // No longer than needed for those who never answer.
  const patience = ["--patience", "700ms"];
  const { stdout, stderr } = await inProcess("discover", "--json", "--quiet", ...patience, ...args);
  if (stderr !== "") throw new Error(stderr);
  return parseDiscoveryFile({ name: "stdout", text: stdout });
}

/** Verdict and rule by URI. */
export function verdicts({ orchestrators }: DiscoveryFile): Record<string, string> {
  return Object.fromEntries(
    orchestrators.map(({ uri, verdict, rejection }) => [
      uri,
      rejection === null ? verdict : `${verdict} ${rejection.rule} ${rejection.reason}`,
    ]),
  );
}

/** A folder that ends with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A row of a node's database. */
export interface NodeRow {
  readonly uri: string;
  readonly address: string;
  /** Hundred-thousandths of an LPT. */
  readonly stake: bigint;
}

/** Writes a go-livepeer node's database, or adds to one. */
export function writeNodeDb(path: string, rows: readonly NodeRow[]): void {
  const database = new SqliteDatabase({ path });
  createOrchestratorTable(database);
  const table = new OrchestratorTable(database, Date.now);
  for (const { uri, address, stake } of rows) {
    const rounds = { activationRound: 1n, deactivationRound: NEVER };
    table.update({ ethereumAddr: address, serviceURI: uri, stake, ...rounds });
  }
  database.close();
}
