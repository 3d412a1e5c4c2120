/** `poolsim bench-worker`: measures, posts the benchmark to the pool, and says what the pool decides. */
import { InputError } from "../../core/errors.js";
import { counted, fixed } from "../../core/wording.js";
import { decodedText } from "../../io/decoded-text.js";
import { assertSecret, readShort } from "../../io/secret-file.js";
import { address } from "../../pool/api/fields.js";
import { type BenchmarkDetails, PoolApiClient, parseKeys } from "../../pool/api/index.js";
import { EXIT } from "../shared/failure.js";
import { interruptible } from "../shared/interruptible.js";
import { checkJsonTarget, writeTarget } from "../shared/json-target.js";
import type { Terminal } from "../shared/terminal.js";
import { ffmpegLevels } from "./ffmpeg.js";
import { type Level, type Transcodes, transcodesOf } from "./transcodes.js";
import { latencies, type Transfers, transfersAt } from "./transfers.js";

export interface BenchWorkerFlags {
  readonly api: string;
  readonly key: string;
  readonly transcoder: string;
  readonly bench?: string;
  readonly name?: string;
  readonly maxSessions?: number;
  readonly transfers: number;
  readonly sourceBytes: number;
  readonly resultBytes: number;
  readonly segments: number;
  readonly ca?: string;
  readonly anyCertificate: boolean;
  readonly out?: string;
}

const BENCH_BYTES_MAX = 64 * 1024 * 1024;
const KEYS_BYTES_MAX = 1024 * 1024;
/** A transfer that takes longer has failed. */
const TRANSFER_MS_MAX = 60_000;
const LATENCIES = 10;
/** All transfers together. */
const TRANSFERS_MS_MAX = 900_000;
/** What ffmpeg tries where nothing is said of sessions. */
const SESSIONS_DEFAULT = 4;

function clientOf({ api, key, ca, anyCertificate }: BenchWorkerFlags): PoolApiClient {
  if (ca !== undefined && anyCertificate) {
    throw new InputError("--ca and --anyCertificate: expected one of them", { code: "USAGE" });
  }
  assertSecret(key, "--key", "API_KEYS");
  const file = readShort(key, { flag: "--key", bytesMax: KEYS_BYTES_MAX, code: "API_KEYS" });
  const keys = parseKeys(file.toString("utf8"), key);
  const [first, another] = keys;
  if (first === undefined || another !== undefined) {
    throw new InputError(`--key ${key}: ${keys.length} keys, expected one`, { code: "API_KEYS" });
  }
  const pem =
    ca === undefined
      ? null
      : readShort(ca, { flag: "--ca", bytesMax: KEYS_BYTES_MAX, code: "USAGE" }).toString("utf8");
  const trust = anyCertificate ? "any" : pem === null ? undefined : { ca: pem };
  return new PoolApiClient({
    url: api,
    key: { id: first.id, secret: first.secret },
    trust,
    timeoutMs: TRANSFER_MS_MAX,
    totalMs: TRANSFER_MS_MAX,
    attemptsMax: 3,
  });
}

/** 1, 2, 4 … and the most. */
function ladder(most: number): number[] {
  const all: number[] = [];
  for (let sessions = 1; sessions < most; sessions *= 2) all.push(sessions);
  return [...all, most];
}

async function transcodes(flags: BenchWorkerFlags, signal: AbortSignal): Promise<Transcodes> {
  const { bench, maxSessions, segments } = flags;
  if (bench === undefined) {
    const sessions = ladder(maxSessions ?? SESSIONS_DEFAULT);
    return { levels: await ffmpegLevels({ sessions, segments, signal }), notes: [] };
  }
  const file = readShort(bench, { flag: "--bench", bytesMax: BENCH_BYTES_MAX, code: "USAGE" });
  const found = transcodesOf(decodedText(file), bench);
  const levels = found.levels.filter(({ sessions }) => sessions <= (maxSessions ?? sessions));
  if (levels.length > 0) return { ...found, levels };
  const [least] = found.levels;
  throw new InputError(
    `--bench ${bench}: measured at ${least?.sessions} sessions and more, expected at most the ${maxSessions} of --maxSessions`,
    { code: "USAGE" },
  );
}

/** One number of sessions as the pool's API takes it: the parts were measured apart. */
function runOf(
  { sessions, segments }: Level,
  { downloadMs, uploadMs }: Transfers,
): BenchmarkDetails["runs"][number] {
  const at = (times: readonly number[], index: number) => times[index % times.length] ?? null;
  return {
    sessions,
    segments: segments.map(({ isCold, ms }, index) => ({
      cold: isCold,
      download: at(downloadMs, index),
      transcode: ms,
      upload: at(uploadMs, index),
    })),
  };
}

function meanOf(times: readonly (number | null)[]): string {
  const known = times.filter((time): time is number => time !== null);
  if (known.length === 0) return "all failed";
  return `${fixed(known.reduce((sum, time) => sum + time, 0) / known.length, 0)} ms`;
}

/**
 * Measures and asks.
 *
 * @returns the exit code: 1 where the pool refuses the worker
 * @throws InputError for bad input, where nothing can transcode (`BENCH_TOOL`), or where the pool refuses
 *   the request; RemoteError where the pool does not answer, or not as itself; Interrupted
 */
export async function benchWorker(flags: BenchWorkerFlags, terminal: Terminal): Promise<number> {
  const { transcoder, name, maxSessions, out } = flags;
  const { stdout } = terminal;
  const inputs = [flags.bench, flags.ca].filter((input) => input !== undefined);
  if (out !== undefined) checkJsonTarget(out, inputs, "--out");
  const { error } = address.safeParse(transcoder);
  if (error !== undefined) {
    throw new InputError(`--transcoder ${transcoder}: ${error.issues[0]?.message}`, {
      code: "USAGE",
    });
  }
  const client = clientOf(flags);
  try {
    return await interruptible(async (signal) => {
      // Before an hour of transcoding: is there a pool that knows the key?
      const empty = await latencies(client, LATENCIES, signal);
      stdout.write(`latency: ${meanOf(empty)} (mean of ${empty.length})\n`);
      const { levels, notes } = await transcodes(flags, signal);
      for (const text of notes) stdout.write(`note: ${text}\n`);
      const runs: BenchmarkDetails["runs"] = [];
      const untilMs = performance.now() + TRANSFERS_MS_MAX;
      for (const level of levels) {
        const { sessions, segments } = level;
        const moved = await transfersAt(client, sessions, { ...flags, untilMs }, signal);
        const work = meanOf(segments.map(({ ms }) => ms));
        stdout.write(
          `${counted(sessions, "session")}: download ${meanOf(moved.downloadMs)}, transcode ${work}, upload ${meanOf(moved.uploadMs)} (means; ${counted(segments.length, "segment")})\n`,
        );
        runs.push(runOf(level, moved));
      }
      const most = levels.reduce((all, { sessions }) => Math.max(all, sessions), 1);
      const benchmark: BenchmarkDetails = {
        transcoder,
        ...(name === undefined ? {} : { name }),
        maxSessions: maxSessions ?? most,
        latencies: [...empty],
        runs,
      };
      if (out !== undefined) writeTarget(out, `${JSON.stringify({ benchmark })}\n`, "--out");
      const {
        admitted,
        maxSessions: given,
        reason,
      } = await client.recordBenchmark(benchmark, {
        signal,
      });
      const decision = admitted ? `admitted with ${counted(given, "session")}` : "refused";
      stdout.write(`${decision}: ${reason}\n`);
      return admitted ? EXIT.ok : EXIT.expectationFailed;
    });
  } finally {
    await client.close();
  }
}
