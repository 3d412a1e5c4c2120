/**
 * Makes the tables of AI models, of their GPUs and of the orchestrators that have them from the raw
 * files beside it. A pure function of their texts, so that a test can show that the committed files
 * are what it makes.
 */
import { invariant } from "../../src/core/errors.js";
import { type CsvRecord, parseCsv } from "../../src/io/csv-table.js";
import { AI_FIGURES, type AIFigure } from "../../src/sim/network/ai-models.js";
import type { Basis } from "../../src/sim/network/devices.js";
import type { DataText } from "../../src/sim/network/regions.js";

/** Texts of the raw files. */
export interface RawAIFiles {
  readonly offers: DataText;
  readonly gpus: DataText;
  readonly documented: DataText;
  readonly requests: DataText;
  readonly leaderboard: DataText;
  readonly inventory: DataText;
  readonly latency: DataText;
  readonly wallets: DataText;
}

const GIB = 2 ** 30;
/** A GPU with less in use has not loaded the model that it is named for. */
const LOADED_BYTES = 1e9;
/** Rows below which quantiles of a model's times are those of its pipeline, or of all. */
const SPREAD_ROWS = 10;
const RELIABLE_SUCCESS = 0.9;
/** The leaderboard's score of a round trip as long as the median. */
const SCORE_AT_MEDIAN = 0.8;
const QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9];
/** Where two documented ranges meet: 10 to 60 s, 30 s to minutes. */
const COLD_START_MS = 30_000;
/** Units of a request of which the tester's size is not published. */
const GUESSED_UNITS: Readonly<Record<string, number>> = {
  "image-to-image": 512 * 512,
  upscale: 512 * 512,
  "segment-anything-2": 512 * 512,
  "image-to-text": 512 * 512,
  "audio-to-text": 30_000,
};
/** Times of a usual request, ms: nobody published any, so that all are guesses. */
const GUESSED_MS: Readonly<Record<string, number>> = {
  "text-to-image": 4_000,
  "image-to-image": 4_000,
  "image-to-video": 30_000,
  upscale: 8_000,
  "audio-to-text": 6_000,
  "segment-anything-2": 2_000,
  llm: 8_000,
  "image-to-text": 2_000,
  "text-to-speech": 8_000,
  "live-video-to-video": 1_000,
};
/** Frames of a video that a request makes. */
const VIDEO_FRAMES = 25;
const LIVE_UNITS = 1280 * 720 * 30;

/** A cell with how it is known. */
interface Known {
  readonly value: string;
  readonly basis: Basis;
  readonly source: string;
}

const text = (record: CsvRecord, column: string): string => record.cell(column).text;
const recordsOf = (file: DataText) => parseCsv(file.text, file.name).records;
const known = (value: string | number, basis: Basis, source: string): Known => ({
  value: String(value),
  basis,
  source,
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** By nearest rank; of an even number, the lower one in the middle. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  invariant(value !== undefined, "there are values to take a quantile of");
  return value;
}

const pipelineOf = (name: string) => name.toLowerCase().replaceAll(" ", "-");

/** The latest of an orchestrator's rows about a model in which `column` is filled. */
function latest(records: readonly CsvRecord[], column: string): CsvRecord[] {
  const byOffer = new Map<string, CsvRecord>();
  for (const record of records) {
    if (text(record, column) === "") continue;
    const key = ["orchestrator", "pipeline", "model"].map((name) => text(record, name)).join(" ");
    const before = byOffer.get(key);
    if (before === undefined || text(before, "date") < text(record, "date")) {
      byOffer.set(key, record);
    }
  }
  return [...byOffer.values()];
}

/** Rows of a model, or of its pipeline where it has too few, or of all. */
function nearest<T>(
  all: readonly T[],
  { of, isEnough }: { of: (row: T) => readonly [string, string]; isEnough: (n: number) => boolean },
  [pipeline, model]: readonly [string, string],
): { rows: readonly T[]; level: "model" | "pipeline" | "all" } {
  const ofPipeline = all.filter((row) => of(row)[0] === pipeline);
  const ofModel = ofPipeline.filter((row) => of(row)[1] === model);
  if (isEnough(ofModel.length)) return { rows: ofModel, level: "model" };
  if (isEnough(ofPipeline.length)) return { rows: ofPipeline, level: "pipeline" };
  return { rows: all, level: "all" };
}

const BASIS = { model: "measured", pipeline: "interpolated", all: "guess" } as const;
const isAny = (n: number) => n > 0;

interface Figures {
  readonly offers: readonly CsvRecord[];
  readonly prices: readonly CsvRecord[];
  readonly gpus: readonly CsvRecord[];
  readonly documented: ReadonlyMap<string, string>;
  readonly requests: ReadonlyMap<string, CsvRecord>;
  readonly tests: readonly CsvRecord[];
}

const ofOffer = (record: CsvRecord): readonly [string, string] => [
  text(record, "pipeline"),
  text(record, "model"),
];
const ofTest = (record: CsvRecord): readonly [string, string] => [
  pipelineOf(text(record, "pipeline")),
  text(record, "model"),
];

/** Round trip of a test by the median, from its score. */
function byMedian(record: CsvRecord): number {
  return Math.log(Number(text(record, "round_trip_score"))) / Math.log(SCORE_AT_MEDIAN);
}

function memoryOf({ gpus, documented }: Figures, which: readonly [string, string]): Known {
  const inUse = (record: CsvRecord) =>
    Number(text(record, "memory_total_bytes")) - Number(text(record, "memory_free_bytes_least"));
  const loaded = gpus.filter((record) => inUse(record) > LOADED_BYTES);
  const { rows, level } = nearest(loaded, { of: ofOffer, isEnough: isAny }, which);
  const least = documented.get(which[0]);
  if (level !== "model" && least !== undefined) return known(least, "interpolated", "docs-2026");
  const most = Math.max(...rows.map(inUse)) / GIB;
  return known(most.toFixed(1), BASIS[level], "capabilities-2026");
}

function unitsOf({ requests }: Figures, pipeline: string): Known {
  if (pipeline === "live-video-to-video") return known(LIVE_UNITS, "derived", "rule-A-51");
  const request = requests.get(pipeline);
  const number = (column: string) => (request === undefined ? 0 : Number(text(request, column)));
  const frames = pipeline === "image-to-video" ? VIDEO_FRAMES : 1;
  const units =
    number("width") * number("height") * frames || number("tokens") || number("characters");
  return units > 0
    ? known(units, "derived", "tester-2025")
    : known(GUESSED_UNITS[pipeline] ?? 0, "guess", "none");
}

function figuresOf(all: Figures, which: readonly [string, string]): Record<AIFigure, Known> {
  const [pipeline] = which;
  const price = nearest(all.prices, { of: ofOffer, isEnough: isAny }, which);
  const tests = nearest(all.tests, { of: ofTest, isEnough: isAny }, which);
  const reliable = all.tests.filter((record) => {
    const score = Number(text(record, "round_trip_score"));
    return Number(text(record, "success_rate")) >= RELIABLE_SUCCESS && score > 0 && score < 1;
  });
  const isEnough = (n: number) => n >= SPREAD_ROWS;
  const times = nearest(reliable, { of: ofTest, isEnough }, which);
  const ratios = times.rows.map(byMedian);
  const warm = nearest(all.offers, { of: ofOffer, isEnough: isAny }, which);
  const isLive = pipeline === "live-video-to-video";
  return {
    price: known(
      quantile(
        price.rows.map((record) => Number(text(record, "price_wei_per_unit"))),
        0.5,
      ),
      BASIS[price.level],
      "capabilities-2026",
    ),
    success: known(
      mean(tests.rows.map((record) => Number(text(record, "success_rate")))).toFixed(4),
      BASIS[tests.level],
      "leaderboard-2024",
    ),
    spread: known(
      QUANTILES.map((q) => `${q}:${quantile(ratios, q).toFixed(3)}`).join("|"),
      times.level === "model" ? "derived" : BASIS[times.level],
      "leaderboard-2024",
    ),
    memory: memoryOf(all, which),
    warm: known(
      mean(warm.rows.map((record) => Number(text(record, "warm")))).toFixed(4),
      BASIS[warm.level],
      "capabilities-2026",
    ),
    coldStart: known(COLD_START_MS, "guess", "docs-2026"),
    requestUnits: unitsOf(all, pipeline),
    requestTime: isLive
      ? known(GUESSED_MS[pipeline] ?? 0, "derived", "rule-A-51")
      : known(GUESSED_MS[pipeline] ?? 0, "guess", "none"),
  };
}

const COLUMNS: Readonly<Record<AIFigure, string>> = {
  price: "priceWei",
  success: "success",
  spread: "spread",
  memory: "memoryGib",
  warm: "warm",
  coldStart: "coldStartMs",
  requestUnits: "requestUnits",
  requestTime: "requestMs",
};

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return `${[header, ...rows].map((row) => row.join(",")).join("\n")}\n`;
}

function modelsCsv(all: Figures): string {
  const keys = new Set(
    [...all.offers, ...all.prices].map(ofOffer).concat(all.tests.map(ofTest)).map(String),
  );
  const header = AI_FIGURES.flatMap((one) => [COLUMNS[one], `${one}Basis`, `${one}Source`]);
  const rows = [...keys].sort().map((key) => {
    const [pipeline = "", model = ""] = key.split(",");
    const figures = figuresOf(all, [pipeline, model]);
    const cells = AI_FIGURES.flatMap((one) => {
      const { value, basis, source } = figures[one];
      return [value, basis, source];
    });
    return [pipeline, model, ...cells];
  });
  return table(["pipeline", "model", ...header], rows);
}

function gpusCsv(gpus: readonly CsvRecord[]): string {
  const rows = gpus.map((record) => [
    text(record, "orchestrator"),
    text(record, "pipeline"),
    text(record, "model"),
    text(record, "gpu"),
    text(record, "gpus"),
    (Number(text(record, "memory_total_bytes")) / GIB).toFixed(2),
    text(record, "date"),
  ]);
  rows.sort((a, b) => (String(a) < String(b) ? -1 : 1));
  return table(["orchestrator", "pipeline", "model", "gpu", "gpus", "memoryGib", "asOf"], rows);
}

function nodesCsv(
  inventory: readonly CsvRecord[],
  latency: readonly CsvRecord[],
  wallets: ReadonlyMap<string, string>,
): string {
  const samples = new Map<string, number[]>();
  for (const record of latency) {
    const address = text(record, "orchestrator_or_hot_wallet");
    const own = samples.get(address) ?? [];
    samples.set(address, own);
    own.push(Number(text(record, "discovery_latency_ms_avg")));
  }
  const seen = new Map([...samples].map(([address, own]) => [address, quantile(own, 0.5)]));
  const usual = quantile([...seen.values()], 0.5);
  const rows = inventory.map((record) => {
    const address = text(record, "orchestrator");
    const own = seen.get(address) ?? seen.get(wallets.get(address) ?? "");
    return [
      address,
      text(record, "max_gpu_count_seen"),
      text(record, "total_vram_gb"),
      own ?? usual,
      own === undefined ? "discovery" : "",
    ];
  });
  return table(["orchestrator", "gpus", "memoryGib", "discoveryMs", "imputed"], rows);
}

/**
 * The texts of the three tables, by their names.
 *
 * @param files texts of the raw files
 * @throws InputError (`DATA_FILE_INVALID`) when a raw file cannot be read
 */
export function aiTables(files: RawAIFiles): Readonly<Record<string, string>> {
  // External capabilities are no pipelines of the network: their units are seconds.
  const isPipeline = (record: CsvRecord) => text(record, "pipeline") !== "byoc";
  const offers = recordsOf(files.offers).filter(isPipeline);
  const gpus = latest(recordsOf(files.gpus).filter(isPipeline), "gpu");
  const models = modelsCsv({
    offers: latest(offers, "warm"),
    prices: latest(offers, "price_wei_per_unit"),
    gpus,
    documented: new Map(
      recordsOf(files.documented).map((one) => [
        text(one, "pipeline"),
        text(one, "least_memory_gb"),
      ]),
    ),
    requests: new Map(recordsOf(files.requests).map((one) => [text(one, "pipeline"), one])),
    tests: recordsOf(files.leaderboard),
  });
  return {
    "ai-models.csv": models,
    "ai-gpus.csv": gpusCsv(gpus),
    "ai-nodes.csv": nodesCsv(
      recordsOf(files.inventory),
      recordsOf(files.latency),
      new Map(
        recordsOf(files.wallets).map((one) => [text(one, "orchestrator"), text(one, "hot_wallet")]),
      ),
    ),
  };
}
