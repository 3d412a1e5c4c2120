/**
 * `npm run validate`: the network data and the response-time model against the public record, all
 * errors, worst first, and a simulated tester against the leaderboard.
 */
import { readFileSync } from "node:fs";
import { signed as signedFixed } from "../../src/core/wording.js";
import type { CsvRecord } from "../../src/io/csv-table.js";
import { parseCsv } from "../../src/io/csv-table.js";
import { parseNetwork } from "../../src/sim/network/network-file.js";
import { regionSummary } from "../../src/sim/network/region-summary.js";
import { parseRegions } from "../../src/sim/network/regions.js";
import { responseTimes } from "../../src/sim/network/response-times.js";
import type { Comparison, RegionValidation } from "./cross-validation.js";
import { crossValidate, medianOf } from "./cross-validation.js";
import { simulatedTesterLines } from "./simulated-tester.js";

const read = (name: string) => ({
  name,
  text: readFileSync(new URL(name, import.meta.url), "utf8"),
});
const records = (name: string): readonly CsvRecord[] => {
  const { text } = read(`raw/${name}`);
  return parseCsv(text, name).records;
};
const numberOf = (record: CsvRecord, column: string): number => Number(record.cell(column).text);
const sumOf = (items: readonly CsvRecord[], column: string): number =>
  items.reduce((sum, record) => sum + numberOf(record, column), 0);
const print = (...lines: readonly string[]): void => {
  process.stdout.write(`${lines.join("\n")}\n`);
};
const signed = (value: number): string => signedFixed(value, 3).replace("−", "-");

function printRoundTrips(validations: readonly RegionValidation[]): void {
  const errors = validations.flatMap(({ orchestratorErrors }) => orchestratorErrors);
  const baseline = validations.flatMap(({ regionMedianErrors }) => regionMedianErrors);
  print(
    "Round trips, each region predicted without its own rows",
    `  median |log error| of ${errors.length} orchestrator-region pairs: ${medianOf(errors).toFixed(3)}` +
      ` (region's own median as prediction: ${medianOf(baseline).toFixed(3)})`,
    "",
    "  quantile errors, worst first (predicted / actual ms, log error)",
  );
  validations
    .flatMap(({ code, p05, p50, p95 }) => [
      { code, quantile: "p05", ...p05 },
      { code, quantile: "p50", ...p50 },
      { code, quantile: "p95", ...p95 },
    ])
    .sort((a, b) => Math.abs(b.logError) - Math.abs(a.logError))
    .forEach(({ code, quantile, predicted, actual, logError }) => {
      const pair = `${predicted.toFixed(0).padStart(5)} / ${actual.toFixed(0).padStart(5)}`;
      print(`    ${code} ${quantile} ${pair}  ${signed(logError)}`);
    });
  for (const key of ["p05", "p50", "p95"] as const) {
    const mean = validations.reduce((sum, item) => sum + Math.abs(item[key].logError), 0);
    print(`  mean |log error| ${key}: ${(mean / validations.length).toFixed(3)}`);
  }
  print("", "  orchestrators, worst three of each region, and the region's median |log error|");
  [...validations]
    .sort((a, b) => medianOf(b.orchestratorErrors) - medianOf(a.orchestratorErrors))
    .forEach(({ code, worst, orchestratorErrors }) => {
      const shown = worst.map(({ address, comparison }) => describe(address, comparison));
      print(`    ${code} ${medianOf(orchestratorErrors).toFixed(3)}: ${shown.join("; ")}`);
    });
}

function describe(address: string, { predicted, actual, logError }: Comparison): string {
  return `${address.slice(0, 8)} ${predicted.toFixed(0)}/${actual.toFixed(0)} ${signed(logError)}`;
}

function printSuccess(validations: readonly RegionValidation[]): void {
  print("", "Success rates, each region predicted without its own rows, worst first");
  [...validations]
    .sort((a, b) => Math.abs(b.successRate.error) - Math.abs(a.successRate.error))
    .forEach(({ code, successRate: { predicted, actual, error } }) => {
      print(`    ${code} ${predicted.toFixed(3)} / ${actual.toFixed(3)}  ${signed(error)}`);
    });
}

function printUsage(): void {
  const usage = records("usage_daily_2022_2023.csv");
  print("", "Source segments × duration against published minutes of the same days");
  for (const year of ["2022", "2023"]) {
    const days = usage.filter(
      (record) =>
        record.cell("date").text.startsWith(year) && record.cell("source_segments").text !== "",
    );
    const published = sumOf(days, "studio_source_minutes");
    const segments = sumOf(days, "source_segments");
    const summed = sumOf(days, "source_segments_seconds") / 60;
    const modelled = (segments * 2.28) / 60;
    print(
      `    ${year}, ${days.length} days: ${(published / 1e6).toFixed(2)} million minutes;` +
        ` summed segments ${signed(summed / published - 1)},` +
        ` segments × the model's mean of 2.28 s ${signed(modelled / published - 1)};` +
        ` ${(published / sumOf(days, "stream_count")).toFixed(1)} minutes a stream,` +
        ` ${(sumOf(days, "transcoded_segments") / segments).toFixed(2)} renditions a segment`,
    );
  }
}

/** Output pixels of a source second in the tester's ladder: 240p30, 360p30 and 720p30. */
const LADDER_PIXELS_PER_SECOND = (426 * 240 + 640 * 360 + 1280 * 720) * 30;

function printFees(network: ReturnType<typeof parseNetwork>): void {
  const quarter = records("usage_quarterly_published.csv").find(
    (record) => record.cell("quarter").text === "2024-Q2",
  );
  const days = records("fees_daily_2022_2026.csv").filter(({ cell }) => {
    const { text } = cell("date");
    return text >= "2024-04-01" && text <= "2024-06-30";
  });
  if (quarter === undefined) return;
  const minutes = numberOf(quarter, "minutes_million_approx") * 1e6;
  const weiPerMinute = (sumOf(days, "fees_eth") * 1e18) / minutes;
  const recorded = weiPerMinute / 60 / LADDER_PIXELS_PER_SECOND;
  const priced = network.map((item) => ({
    price: Number(item.pricePerUnit) / Number(item.pixelsPerUnit),
    stake: item.stakeLpt.toNumber(),
    isKnown: !item.imputed.has("price"),
  }));
  const mean = (items: typeof priced, weight: (item: (typeof priced)[number]) => number) =>
    items.reduce((sum, item) => sum + item.price * weight(item), 0) /
    items.reduce((sum, item) => sum + weight(item), 0);
  const known = priced.filter(({ isKnown }) => isKnown);
  print(
    "",
    "Fees per minute: 2024-Q2 against the prices of the network file (wei per pixel)",
    `    2024-Q2: ${(weiPerMinute / 1e9).toFixed(0)} × 10^9 wei a minute, ${recorded.toFixed(0)}` +
      ` per pixel of a 720p + 360p + 240p ladder at 30 fps`,
  );
  for (const [label, value] of [
    ["mean of all, by stake", mean(priced, ({ stake }) => stake)],
    ["mean of all", mean(priced, () => 1)],
    ["mean of the known, by stake", mean(known, ({ stake }) => stake)],
    ["median of the known", medianOf(known.map(({ price }) => price))],
  ] as const) {
    print(`    ${label}: ${value.toFixed(0)}, ${signed(Math.log(value / recorded))} (log)`);
  }
}

const regions = parseRegions(read("regions.csv"), read("rtt.csv"));
const network = parseNetwork(read("network.csv"), regions);
const validations = crossValidate(network, regions);
printRoundTrips(validations);
printSuccess(validations);
printUsage();
printFees(network);
const tested = records("leaderboard_transcoding_2024.csv").map((record) => ({
  region: record.cell("region").text,
  successRate: numberOf(record, "success_rate"),
  roundTripMs: numberOf(record, "est_round_trip_ms_for_2s_segment"),
}));
print("", ...simulatedTesterLines(tested));
const times = responseTimes(network, regions);
print("", "All regions, with all data (success rate; p05, p50, p95 ms; reliable orchestrators)");
for (const [region, { code }] of regions.regions.entries()) {
  const { successRate, roundTripMs, reliableOrchestrators } = regionSummary(times, region);
  const quantiles = [roundTripMs.p05, roundTripMs.p50, roundTripMs.p95].map((value) =>
    value.toFixed(0).padStart(5),
  );
  const isKnown = network.some(({ leaderboard }) =>
    leaderboard.some((row) => row.region === region),
  );
  print(
    `    ${code.padEnd(6)} ${successRate.toFixed(3)} ${quantiles.join(" ")}` +
      ` ${reliableOrchestrators.toFixed(0).padStart(3)} ${isKnown ? "measured" : "predicted"}`,
  );
}
