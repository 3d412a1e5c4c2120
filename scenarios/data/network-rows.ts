/**
 * Makes the network file of 100 orchestrators from the raw files beside it. A pure function of
 * their texts, so that a test can show that the committed file is what it makes.
 */
import { invariant } from "../../src/core/errors.js";
import { Rational } from "../../src/core/rational.js";
import type { CsvRecord } from "../../src/io/csv-table.js";
import { parseCsv } from "../../src/io/csv-table.js";
import type { DataText } from "../../src/sim/network/regions.js";

/** Texts of the raw files. */
export interface RawNetworkFiles {
  readonly snapshot: DataText;
  readonly concentration: DataText;
  readonly leaderboard: DataText;
}

const ORCHESTRATORS = 100;
const TOP = 25;
const SNAPSHOT_DATE = "2026-01-19";
/** Above this a price means "I do not transcode": left out, wei per pixel. */
const PRICE_LIMIT = Rational.of(1_000_000n);
const TEST_SEGMENT_MS = 2000;

const text = (record: CsvRecord, column: string): string => record.cell(column).text;

/** Sum over ranks from `first` to `last` of start × (rank ÷ anchor)^−exponent. */
function curveSum(start: number, anchor: number, last: number, exponent: number): number {
  let sum = 0;
  for (let rank = anchor + 1; rank <= last; rank += 1) sum += start * (rank / anchor) ** -exponent;
  return sum;
}

/** The exponent with which the ranks after `anchor` up to `last` hold `total` together. */
function exponentFor(start: number, anchor: number, last: number, total: number): number {
  let low = 0;
  let high = 50;
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (curveSum(start, anchor, last, middle) > total) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Stakes of ranks 26 … 100: two power laws through the published top-50 and top-100 shares. */
function imputedStakes(topStakes: readonly number[], concentration: CsvRecord): number[] {
  const total = Number(text(concentration, "total_bonded_lpt"));
  const top = topStakes.reduce((sum, stake) => sum + stake, 0);
  const shares = [50, 100].map((ranks) => Number(text(concentration, `top${ranks}_share`)));
  const [share50 = 0, share100 = 0] = shares;
  const stakes: number[] = [];
  let anchor = TOP;
  let start = topStakes.at(-1) ?? 0;
  for (const { last, sum } of [
    { last: 50, sum: share50 * total - top },
    { last: 100, sum: (share100 - share50) * total },
  ]) {
    const exponent = exponentFor(start, anchor, last, sum);
    for (let rank = anchor + 1; rank <= last; rank += 1) {
      stakes.push(start * (rank / anchor) ** -exponent);
    }
    anchor = last;
    start = stakes.at(-1) ?? 0;
  }
  return stakes;
}

/** The price of a snapshot row, or null when it is unknown or a refusal. */
function knownPrice(record: CsvRecord): Rational | null {
  const unit = text(record, "price_per_unit_wei_2026_04");
  const pixels = text(record, "pixels_per_unit_2026_04");
  if (unit === "" || pixels === "") return null;
  const price = Rational.of(BigInt(unit), BigInt(pixels));
  return price.compare(PRICE_LIMIT) < 0 ? price : null;
}

function median(prices: readonly Rational[]): Rational {
  const sorted = [...prices].sort((a, b) => a.compare(b));
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  invariant(low !== undefined && high !== undefined, "some prices are known");
  return low.add(high).div(Rational.of(2n));
}

/** Orders the candidates for ranks 26 … 100: data first, then signs of life, then late in the top. */
function compareCandidates(a: CsvRecord, b: CsvRecord): number {
  for (const column of ["in_leaderboard_2024", "in_explorer_list_2025_11"]) {
    const difference = Number(text(b, column)) - Number(text(a, column));
    if (difference !== 0) return difference;
  }
  for (const column of ["last_date_in_top25", "mean_success_rate_2024"]) {
    const [x, y] = [text(a, column), text(b, column)];
    if (x !== y) return x < y ? 1 : -1;
  }
  return text(a, "orchestrator") < text(b, "orchestrator") ? -1 : 1;
}

interface Row {
  readonly record: CsvRecord;
  readonly stake: string;
  readonly isStakeImputed: boolean;
}

function ranked(snapshot: readonly CsvRecord[], concentration: CsvRecord): Row[] {
  const rankOf = (record: CsvRecord) => Number(text(record, "stake_rank_2026_01_19"));
  const top = snapshot.filter((record) => rankOf(record) > 0).sort((a, b) => rankOf(a) - rankOf(b));
  invariant(top.length === TOP, `the snapshot has ${TOP} published stakes`);
  const rest = snapshot.filter((record) => rankOf(record) === 0).sort(compareCandidates);
  const published = top.map((record) => text(record, "bonded_lpt_2026_01_19"));
  const stakes = imputedStakes(published.map(Number), concentration);
  return [
    ...top.map((record, at) => ({ record, stake: published[at] ?? "", isStakeImputed: false })),
    ...stakes.map((stake, at) => {
      const record = rest[at];
      invariant(record !== undefined, "there are enough addresses for all ranks");
      return { record, stake: stake.toFixed(3), isStakeImputed: true };
    }),
  ];
}

/** Round trip of a 2 s segment: the score is 1 − exp(−segment duration ÷ round trip). */
function roundTripMs(roundTripScore: number): string {
  if (roundTripScore <= 0 || roundTripScore >= 1) return "";
  return (TEST_SEGMENT_MS / -Math.log(1 - roundTripScore)).toFixed(1);
}

/**
 * The text of network.csv.
 *
 * @param files texts of the raw files
 * @throws InputError (`DATA_FILE_INVALID`) when a raw file cannot be read
 */
export function networkCsv({ snapshot, concentration, leaderboard }: RawNetworkFiles): string {
  const snapshotRecords = parseCsv(snapshot.text, snapshot.name).records;
  const month = parseCsv(concentration.text, concentration.name).records.find(
    (record) => text(record, "date") === SNAPSHOT_DATE,
  );
  invariant(month !== undefined, `shares are published for ${SNAPSHOT_DATE}`);
  const results = new Map<string, CsvRecord>();
  const codes = new Set<string>();
  for (const record of parseCsv(leaderboard.text, leaderboard.name).records) {
    results.set(`${text(record, "orchestrator")} ${text(record, "region")}`, record);
    codes.add(text(record, "region"));
  }
  const known = snapshotRecords.map(knownPrice).filter((price) => price !== null);
  const medianPrice = median(known);
  const sortedCodes = [...codes].sort();
  const header = [
    "address,name,serviceUri,stakeLpt,pricePerUnit,pixelsPerUnit,version,imputed",
    ...sortedCodes.map((code) => `rtMs_${code},success_${code}`),
  ].join(",");
  const lines = ranked(snapshotRecords, month).map(({ record, stake, isStakeImputed }) => {
    const address = text(record, "orchestrator");
    const price = knownPrice(record);
    const { num, den } = price ?? medianPrice;
    const cells = sortedCodes.map((code) => {
      const result = results.get(`${address} ${code}`);
      if (!result) return { successRate: "", roundTrip: "" };
      const successRate = text(result, "success_rate");
      return { successRate, roundTrip: roundTripMs(Number(text(result, "round_trip_score"))) };
    });
    const imputed = [
      isStakeImputed ? "stake" : "",
      price === null ? "price" : "",
      cells.every((cell) => cell.roundTrip === "") ? "response" : "",
    ].filter((field) => field !== "");
    return [
      address,
      text(record, "ens_name_2025_11"),
      `https://${address}.invalid:8935`,
      stake,
      num,
      den,
      text(record, "node_version"),
      imputed.join("|"),
      ...cells.flatMap((cell) => [cell.roundTrip, cell.successRate]),
    ].join(",");
  });
  invariant(lines.length === ORCHESTRATORS, `the network has ${ORCHESTRATORS} orchestrators`);
  return `${[header, ...lines].join("\n")}\n`;
}
