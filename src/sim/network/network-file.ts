/**
 * The network file: one row per orchestrator with its stake, price and leaderboard results. What
 * was imputed is marked, so that reports can say how much of an answer rests on it.
 */
import { Rational } from "../../core/rational.js";
import type { Cell, CsvRecord } from "../../io/csv-table.js";
import { dataError, numberIn, parseCsv, quoted } from "../../io/csv-table.js";
import type { DataText, RegionList } from "./regions.js";

/** What can be imputed in a row. */
export type ImputedField = "stake" | "price" | "response";

/** One leaderboard result: mean over the tests of a day from one region. */
export interface LeaderboardResult {
  /** Index into the regions table. */
  readonly region: number;
  /** Share of test segments that came back, 0 … 1. */
  readonly successRate: number;
  /** Round trip of a 2 s segment, ms, or null when nothing came back. */
  readonly roundTripMs: number | null;
}

/** An orchestrator of the network file. */
export interface NetworkOrchestrator {
  /** Lower-case address, `0x` and 40 hex digits. */
  readonly address: string;
  /** ENS name, or null. */
  readonly name: string | null;
  readonly serviceUri: string;
  readonly stakeLpt: Rational;
  /** Wei per {@link pixelsPerUnit} pixels. */
  readonly pricePerUnit: bigint;
  /** At least 1. */
  readonly pixelsPerUnit: bigint;
  /** Node version as it reports it, or null when not known. */
  readonly version: string | null;
  readonly imputed: ReadonlySet<ImputedField>;
  /** At most one per region, in the file's order of columns. */
  readonly leaderboard: readonly LeaderboardResult[];
}

const MAX_ORCHESTRATORS = 5000;
const COLUMNS = [
  "address",
  "name",
  "serviceUri",
  "stakeLpt",
  "pricePerUnit",
  "pixelsPerUnit",
  "version",
  "imputed",
] as const;

interface LeaderboardColumn {
  readonly code: string;
  readonly region: number;
}

function leaderboardColumns(
  fileName: string,
  header: readonly Cell[],
  regions: RegionList,
): LeaderboardColumn[] {
  const names = new Set(header.map((cell) => cell.text));
  for (const column of COLUMNS) {
    if (!names.has(column)) {
      throw dataError(fileName, { line: 1, column: 1 }, `no column ${quoted(column)}`);
    }
  }
  const found: LeaderboardColumn[] = [];
  for (const cell of header) {
    const [, kind, code] = /^(rtMs|success)_(.+)$/.exec(cell.text) ?? [];
    if (kind === undefined || code === undefined) {
      if (COLUMNS.some((column) => column === cell.text)) continue;
      const expected = `${COLUMNS.join(", ")}, rtMs_<region> or success_<region>`;
      throw dataError(fileName, cell, `unknown column ${quoted(cell.text)}, expected ${expected}`);
    }
    const region = regions.indexOf(code);
    if (region === undefined) {
      throw dataError(fileName, cell, `${quoted(code)} is no code of the regions table`);
    }
    const other = `${kind === "rtMs" ? "success" : "rtMs"}_${code}`;
    if (!names.has(other)) throw dataError(fileName, cell, `no column ${quoted(other)} beside it`);
    if (kind === "rtMs") found.push({ code, region });
  }
  return found;
}

function wholeNumber(fileName: string, cell: Cell, min: bigint): bigint {
  const value = /^\d{1,60}$/.test(cell.text) ? BigInt(cell.text) : -1n;
  if (value < min) {
    const message = `${quoted(cell.text)}, expected a whole number of at least ${min}`;
    throw dataError(fileName, cell, message);
  }
  return value;
}

function matching(fileName: string, cell: Cell, pattern: RegExp, expected: string): string {
  if (!pattern.test(cell.text)) {
    throw dataError(fileName, cell, `${quoted(cell.text)}, expected ${expected}`);
  }
  return cell.text;
}

function imputedFields(fileName: string, cell: Cell): Set<ImputedField> {
  const fields = new Set<ImputedField>();
  for (const part of cell.text === "" ? [] : cell.text.split("|")) {
    if (part !== "stake" && part !== "price" && part !== "response") {
      const message = `${quoted(part)}, expected stake, price or response joined by |`;
      throw dataError(fileName, cell, message);
    }
    fields.add(part);
  }
  return fields;
}

function leaderboardResults(
  fileName: string,
  record: CsvRecord,
  columns: readonly LeaderboardColumn[],
): LeaderboardResult[] {
  const results: LeaderboardResult[] = [];
  for (const { code, region } of columns) {
    const success = record.cell(`success_${code}`);
    const roundTrip = record.cell(`rtMs_${code}`);
    if (success.text === "") {
      if (roundTrip.text === "") continue;
      throw dataError(fileName, success, "a round trip without a success rate");
    }
    const successRate = numberIn(fileName, success, { min: 0, max: 1 });
    if (successRate > 0 && roundTrip.text === "") {
      throw dataError(fileName, roundTrip, "a success rate above 0 without a round trip");
    }
    const roundTripMs =
      roundTrip.text === "" ? null : numberIn(fileName, roundTrip, { min: 1, max: 600_000 });
    results.push({ region, successRate, roundTripMs });
  }
  return results;
}

/**
 * Parses a network file.
 *
 * @param file name for messages, and text; at most 5,000 orchestrators
 * @param regions the regions that leaderboard columns may name
 * @returns the orchestrators in the file's order, at least one
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function parseNetwork(file: DataText, regions: RegionList): NetworkOrchestrator[] {
  const { name: fileName } = file;
  const table = parseCsv(file.text, fileName, { maxRecords: MAX_ORCHESTRATORS });
  const columns = leaderboardColumns(fileName, table.header, regions);
  const lineOf = new Map<string, number>();
  const orchestrators = table.records.map((record): NetworkOrchestrator => {
    const addressCell = record.cell("address");
    const address = matching(
      fileName,
      addressCell,
      /^0x[0-9a-fA-F]{40}$/,
      "an address: 0x and 40 hex digits",
    ).toLowerCase();
    const earlier = lineOf.get(address);
    if (earlier !== undefined) {
      throw dataError(fileName, addressCell, `${address} stands in line ${earlier} already`);
    }
    lineOf.set(address, record.line);
    const stake = record.cell("stakeLpt");
    matching(fileName, stake, /^\d{1,15}(\.\d{1,18})?$/, "a stake in LPT such as 149730.659309");
    const optional = (column: string): string | null => {
      const cell = record.cell(column);
      return matching(fileName, cell, /^.{0,200}$/u, "at most 200 characters") || null;
    };
    return {
      address,
      name: optional("name"),
      serviceUri: matching(
        fileName,
        record.cell("serviceUri"),
        /^https:\/\/[^\s/]{1,250}$/,
        "an https URI without a path",
      ),
      stakeLpt: Rational.parse(stake.text),
      pricePerUnit: wholeNumber(fileName, record.cell("pricePerUnit"), 0n),
      pixelsPerUnit: wholeNumber(fileName, record.cell("pixelsPerUnit"), 1n),
      version: optional("version"),
      imputed: imputedFields(fileName, record.cell("imputed")),
      leaderboard: leaderboardResults(fileName, record, columns),
    };
  });
  if (orchestrators.length === 0) {
    throw dataError(fileName, { line: 1, column: 1 }, "no orchestrators, expected at least one");
  }
  return orchestrators;
}
