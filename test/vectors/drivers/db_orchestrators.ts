/** db_orchestrators.json: the table of known orchestrators, upserts and filters (B-1 … B-4). */
import {
  createOrchestratorTable,
  type OrchestratorRow,
  OrchestratorTable,
  SqliteDatabase,
} from "poolsim/discovery";
import { expect } from "vitest";
import {
  compareTrace,
  type Driver,
  type Outcome,
  type Panic,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import { attempt, type Maybe, rational, whole } from "../json.js";

type JsonRow = Readonly<Record<keyof OrchestratorRow, string>>;

interface JsonFilter {
  readonly maxPrice?: Maybe<string>;
  readonly currentRound?: Maybe<string>;
  readonly addresses?: Maybe<readonly string[]>;
  readonly updatedLastDay?: Maybe<boolean>;
}

type Op =
  | { readonly op: "update"; readonly orch: Partial<Record<keyof JsonRow, Maybe<string>>> }
  | { readonly op: "age"; readonly ethereumAddr: string; readonly days: number }
  | { readonly op: "select"; readonly filter: Maybe<JsonFilter> }
  | { readonly op: "isActive"; readonly ethereumAddr: string; readonly round: Maybe<string> };

interface Step {
  readonly error: string | null;
  readonly rows?: Maybe<readonly JsonRow[]>;
  readonly count?: number;
  readonly countError?: string | null;
  readonly active?: boolean;
}

interface In {
  readonly ops: Maybe<readonly Op[]>;
}

type Out = { readonly steps: Maybe<readonly (Step | Panic)[]> } | Panic;

function apply(table: OrchestratorTable, database: SqliteDatabase, op: Op): unknown {
  switch (op.op) {
    case "update":
      table.update({
        ethereumAddr: op.orch.ethereumAddr ?? "",
        serviceURI: op.orch.serviceURI ?? "",
        pricePerPixel: whole(op.orch.pricePerPixel),
        activationRound: whole(op.orch.activationRound),
        deactivationRound: whole(op.orch.deactivationRound),
        stake: whole(op.orch.stake),
      });
      return {};
    case "age":
      // The only operation that is not the table's: the recorder too went past the code.
      database.run(
        "UPDATE orchestrators SET updatedAt = datetime(updatedAt, ?) WHERE ethereumAddr = ?",
        `${-op.days} days`,
        op.ethereumAddr,
      );
      return {};
    case "select": {
      const { maxPrice, currentRound, addresses, updatedLastDay } = op.filter ?? {};
      const filter = {
        maxPrice: rational(maxPrice),
        currentRound: currentRound ? BigInt(currentRound) : null,
        addresses,
        updatedLastDay: updatedLastDay ?? false,
      };
      const rows = table.select(filter).map(rowText);
      return { rows: byAddress(rows), count: table.count(filter) };
    }
    case "isActive":
      return { active: table.isActive(op.ethereumAddr, whole(op.round)) };
    default:
      return unknownKind(JSON.stringify(op));
  }
}

function rowText(row: OrchestratorRow): JsonRow {
  return {
    ethereumAddr: row.ethereumAddr,
    serviceURI: row.serviceURI,
    pricePerPixel: String(row.pricePerPixel),
    activationRound: String(row.activationRound),
    deactivationRound: String(row.deactivationRound),
    stake: String(row.stake),
  };
}

function byAddress(rows: readonly JsonRow[]): JsonRow[] {
  return [...rows].sort((a, b) => (a.ethereumAddr < b.ethereumAddr ? -1 : 1));
}

/** A table of the case's own, and what an operation does to it. */
function open(): { run: (op: Op) => unknown; close: () => void } {
  const database = new SqliteDatabase({ path: ":memory:" });
  createOrchestratorTable(database);
  const table = new OrchestratorTable(database, Date.now);
  return {
    run: (op) => {
      const outcome = attempt(() => apply(table, database, op));
      if ("value" in outcome) return { error: null, ...(outcome.value as object) };
      expect(outcome).toHaveProperty("threw.code", "ORCHESTRATOR_UNKNOWN");
      return { error: outcome.threw.message };
    },
    close: () => database.close(),
  };
}

export const outcome: Outcome = ({ ops }: In) => {
  const { run, close } = open();
  try {
    return { steps: (ops ?? []).map(run) };
  } finally {
    close();
  }
};

/** The recorded step as {@link open} tells it. */
function recorded({ error, rows, count, countError, active }: Step): unknown {
  if (error !== null) return { error: expect.any(String) };
  expect(countError ?? null).toBeNull();
  if (count !== undefined) return { error, rows: byAddress(rows ?? []), count };
  return active === undefined ? { error } : { error, active };
}

export const driver: Driver = ({ in: { ops }, out }: VectorCase<In, Out>) => {
  const { run, close } = open();
  try {
    compareTrace(ops ?? [], out, run, (actual, step: Step, index) => {
      expect(actual, `step ${index}`).toEqual(recorded(step));
    });
  } finally {
    close();
  }
};
