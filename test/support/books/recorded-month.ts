/** Recorded days of scenarios/pool-month.yaml, and books that are made of their files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Rational } from "../../../src/core/rational.js";
import { EventIngest } from "../../../src/pool/books/ingest/ingest.js";
import { addRates } from "../../../src/pool/books/settings.js";
import { ingestStream } from "../../../src/pool/books/sources/stream.js";
import type { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { type EventFile, filesOf, pathsOf } from "../../../src/sim/record/files.js";
import type { Form } from "../../../src/sim/record/form-names.js";
import { numbered, textOf } from "../../../src/sim/record/forms.js";
import {
  type PoolRecord,
  type RecordPoolOptions,
  recordPool,
} from "../../../src/sim/record/record-pool.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import { balances, NOW_MS } from "./books.js";

const SCENARIO = fileURLToPath(new URL("../../../scenarios/pool-month.yaml", import.meta.url));
export const START_MS = Date.UTC(2026, 1, 1);
const HOUR_MS = 3_600_000;

/** Two days of a pool of a dozen workers that fail all the time. */
export const FEW_DAYS = {
  duration: "2d",
  "demand.streamsPerDay": 6,
  "stream.length.mean": "1m",
  "workers.fra.count": 6,
  "workers.nyc.count": 4,
  "workers.sin.count": 4,
  "workers.fra.up": "6h",
  "workers.nyc.up": "6h",
  "tickets.gasPriceGwei": "1/20000",
} as const;

/** Records the scenario with other settings. */
export function recorded(
  settings: Readonly<Record<string, string | number>> = {},
  options: Partial<RecordPoolOptions> = {},
): PoolRecord {
  const set = Object.entries(settings).map(([path, value]) => ({ path, value }));
  const [variant] = loadScenario(SCENARIO, { set }).variants;
  if (variant === undefined) throw new Error("the scenario has no variant");
  return recordPool(variant.input, { startMs: START_MS, ...options });
}

/** Its files, in order. */
export function filesIn({ events }: PoolRecord, flushHours = 6): EventFile[] {
  return filesOf(numbered(events), { flushMs: flushHours * HOUR_MS });
}

/** Puts them into a folder. */
export function writeFiles(folder: string, form: Form, files: readonly EventFile[]): void {
  for (const [index, path] of pathsOf(form, files).entries()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), textOf(form, files[index]?.events ?? []));
  }
}

/** Sets the books up, or goes on with them. */
export function ingestInto(store: SqlitePoolStore): EventIngest {
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null }]);
  return new EventIngest(store);
}

export interface EnterOptions {
  readonly form: Form;
  readonly ingest: EventIngest;
  /** Instead of the text in one piece. */
  readonly chunks?: (text: Buffer) => AsyncIterable<Uint8Array>;
  readonly batchSize?: number;
}

/** Enters a file as its source's. */
export async function enterFile(
  { source, events }: EventFile,
  { form, ingest, chunks = inOnePiece, batchSize }: EnterOptions,
): Promise<void> {
  const { name, nodeType, region } = source;
  const { quarantined } = await ingestStream(ingest, chunks(Buffer.from(textOf(form, events))), {
    source: name,
    // Of the API form's events, which have none of their own (E-22).
    ...(form === "api" ? { nodeType, region } : {}),
    origin: `${name}.json`,
    cursor: { key: `file:${name}`, value: String(events.length) },
    now: () => NOW_MS,
    batchSize,
  });
  if (quarantined > 0) throw new Error(`${quarantined} events of ${name} can't be read`);
}

async function* inOnePiece(text: Buffer): AsyncGenerator<Uint8Array> {
  yield text;
}

/** All that events make of the books; nothing of how or when they came. */
export function stateOf(store: SqlitePoolStore) {
  const tickets = store.tickets
    .list()
    .map(({ ticket, state, txHash }) => `${ticket} ${state} ${txHash}`);
  return {
    balances: balances({ store }),
    workers: store.workers.list(),
    tickets: tickets.sort(),
    events: store.events.count(),
    quarantined: store.quarantine.count(),
  };
}

/** What the books must say, by the simulator's own: sentences about what they do not. */
export function disagreements(
  { earned, unattributedWei, incomeWei }: PoolRecord,
  store: SqlitePoolStore,
): string[] {
  const wrong: string[] = [];
  const check = (what: string, is: bigint, due: bigint) => {
    if (is !== due) wrong.push(`${what}: the books say ${is} wei, the simulator ${due}`);
  };
  for (const { address, nodeType, region, feesWei, shareWei } of earned) {
    const who = `${address}:${nodeType}:${region}`;
    const row = store.workers
      .list(address)
      .find((worker) => worker.nodeType === nodeType && worker.region === region);
    check(`fees of ${who}`, row?.feesWei ?? 0n, feesWei);
    if (shareWei !== null) check(`due to ${who}`, store.ledger.balance(`pending:${who}`), shareWei);
  }
  const fees = earned.reduce((sum, one) => sum + one.feesWei, 0n);
  check(
    "fees of all workers",
    store.workers.list().reduce((sum, { feesWei }) => sum + feesWei, 0n),
    fees,
  );
  check("unattributed", store.ledger.balance("unattributed"), unattributedWei);
  check("tickets redeemed", store.ledger.balance("wallet"), incomeWei);
  return wrong;
}
