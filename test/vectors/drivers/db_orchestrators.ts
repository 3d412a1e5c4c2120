/** db_orchestrators.json: the table of known orchestrators, upserts and filters (B-1 … B-4). */
import {
  createOrchestratorTable,
  type OrchestratorRow,
  OrchestratorTable,
  SqliteDatabase,
} from "poolsim/discovery";
import { expect } from "vitest";
import { type Driver, unknownKind, type VectorCase } from "../driver.js";
import { attempt, rational } from "../json.js";

type JsonRow = Readonly<Record<keyof OrchestratorRow, string>>;

interface JsonFilter {
  readonly maxPrice: string | null;
  readonly currentRound: string | null;
  readonly addresses: readonly string[] | null;
  readonly updatedLastDay: boolean;
}

type Op =
  | { readonly op: "update"; readonly orch: JsonRow }
  | { readonly op: "age"; readonly ethereumAddr: string; readonly days: number }
  | { readonly op: "select"; readonly filter: JsonFilter | null }
  | { readonly op: "isActive"; readonly ethereumAddr: string; readonly round: string };

interface Step {
  readonly error: string | null;
  readonly rows?: readonly JsonRow[];
  readonly count?: number;
  readonly countError?: string | null;
  readonly active?: boolean;
}

interface In {
  readonly ops: readonly Op[];
}

interface Out {
  readonly steps: readonly Step[];
}

function apply(table: OrchestratorTable, database: SqliteDatabase, op: Op): unknown {
  switch (op.op) {
    case "update":
      return table.update({
        ethereumAddr: op.orch.ethereumAddr,
        serviceURI: op.orch.serviceURI,
        pricePerPixel: BigInt(op.orch.pricePerPixel),
        activationRound: BigInt(op.orch.activationRound),
        deactivationRound: BigInt(op.orch.deactivationRound),
        stake: BigInt(op.orch.stake),
      });
    case "age":
      // The only operation that is not the table's: the recorder too went past the code.
      database.run(
        "UPDATE orchestrators SET updatedAt = datetime(updatedAt, ?) WHERE ethereumAddr = ?",
        `-${op.days} days`,
        op.ethereumAddr,
      );
      return undefined;
    case "select": {
      const filter = op.filter && {
        maxPrice: rational(op.filter.maxPrice),
        currentRound: op.filter.currentRound === null ? null : BigInt(op.filter.currentRound),
        addresses: op.filter.addresses,
        updatedLastDay: op.filter.updatedLastDay,
      };
      const rows = table.select(filter ?? {}).map(rowText);
      return { rows: byAddress(rows), count: table.count(filter ?? {}) };
    }
    case "isActive":
      return { active: table.isActive(op.ethereumAddr, BigInt(op.round)) };
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

function recorded({ rows, count, active }: Step): unknown {
  if (rows !== undefined) return { rows: byAddress(rows), count };
  return active === undefined ? undefined : { active };
}

export const driver: Driver = ({ in: { ops }, out: { steps } }: VectorCase<In, Out>) => {
  expect(steps).toHaveLength(ops.length);
  const database = new SqliteDatabase({ path: ":memory:" });
  createOrchestratorTable(database);
  const table = new OrchestratorTable(database, Date.now);
  for (const [index, op] of ops.entries()) {
    const step = steps[index] ?? unknownKind(`step ${index}`);
    const outcome = attempt(() => apply(table, database, op));
    if (step.error === null) {
      expect(step.countError ?? null).toBeNull();
      expect(outcome, `step ${index}`).toEqual({ value: recorded(step) });
    } else {
      expect(outcome, `step ${index}`).toHaveProperty("threw.code", "ORCHESTRATOR_UNKNOWN");
    }
  }
  database.close();
};
