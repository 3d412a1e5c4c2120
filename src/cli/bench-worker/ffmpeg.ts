/** Transcoding with ffmpeg and libx264, as many at a time as there are sessions. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import type { Level, Transcode } from "./transcodes.js";

/** What is tried, and with what. */
export interface FfmpegOptions {
  /** Numbers of sessions, rising. */
  readonly sessions: readonly number[];
  /** Segments of each session. */
  readonly segments: number;
  readonly signal: AbortSignal;
  /** The program. @default "ffmpeg", looked for in PATH */
  readonly program?: string;
}

/** A segment, and the renditions that livepeer_bench makes of it where nothing else is said (N-1). */
const SOURCE = { size: "1280x720", seconds: "2", fps: "30" } as const;
const RENDITIONS = ["426:240", "640:360", "1280:720"] as const;
/** A segment that takes longer has failed. */
const SEGMENT_MS_MAX = 60_000;
const TEXT_MAX = 100_000;

interface Ended {
  readonly exitCode: number | null;
  readonly text: string;
  readonly tookMs: number;
}

/** Runs the program; null: there is none. */
async function run(
  program: string,
  args: readonly string[],
  { signal, limitMs }: { readonly signal: AbortSignal; readonly limitMs: number },
): Promise<Ended | null> {
  const begunMs = performance.now();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      signal: limit,
      killSignal: "SIGKILL",
    });
    let text = "";
    const add = (part: Buffer) => {
      if (text.length < TEXT_MAX) text += part.toString("utf8");
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "EACCES") resolve(null);
      else if (signal.aborted) reject(error);
      else resolve({ exitCode: null, text, tookMs: performance.now() - begunMs });
    });
    child.on("close", (exitCode) => {
      resolve({ exitCode, text, tookMs: performance.now() - begunMs });
    });
  });
}

/** @throws InputError (`BENCH_TOOL`) that says what is missing */
async function assertTool(program: string, signal: AbortSignal): Promise<void> {
  const missing = (what: string) =>
    new InputError(
      `nothing transcodes here: ${what}; expected --bench <file> with the output of livepeer_bench, or ffmpeg with libx264 in PATH (Debian: apt install ffmpeg)`,
      { code: "BENCH_TOOL" },
    );
  const limits = { signal, limitMs: SEGMENT_MS_MAX };
  const found = await run(program, ["-hide_banner", "-encoders"], limits);
  if (found === null) throw missing(`${program} is not installed`);
  if (found.exitCode !== 0) throw missing(`${program} does not say its encoders`);
  if (!/\blibx264\b/.test(found.text)) throw missing(`this ${program} has no libx264`);
}

function renditionsOf(source: string): string[] {
  const outputs = RENDITIONS.flatMap((size) => [
    ...["-map", "0:v", "-vf", `scale=${size}`, "-c:v", "libx264", "-preset", "veryfast"],
    ...["-f", "null", "-"],
  ]);
  return ["-hide_banner", "-loglevel", "error", "-nostdin", "-i", source, ...outputs];
}

/** One session: its segments, one after the other. */
async function session(
  program: string,
  source: string,
  { segments, signal }: FfmpegOptions,
): Promise<Transcode[]> {
  const all: Transcode[] = [];
  for (let segment = 0; segment < segments; segment++) {
    const limits = { signal, limitMs: SEGMENT_MS_MAX };
    const ended = await run(program, renditionsOf(source), limits);
    signal.throwIfAborted();
    all.push({ isCold: segment === 0, ms: ended?.exitCode === 0 ? ended.tookMs : null });
  }
  return all;
}

/**
 * Transcodes a made-up segment of 2 s again and again.
 *
 * @throws InputError (`BENCH_TOOL`) where ffmpeg or libx264 is missing, or makes no segment
 */
export async function ffmpegLevels(options: FfmpegOptions): Promise<readonly Level[]> {
  const { sessions, signal, program = "ffmpeg" } = options;
  await assertTool(program, signal);
  const folder = mkdtempSync(join(tmpdir(), "poolsim-bench-"));
  try {
    const source = join(folder, "segment.ts");
    const { size, seconds, fps } = SOURCE;
    const pattern = `testsrc2=size=${size}:rate=${fps}:duration=${seconds}`;
    const made = await run(
      program,
      [
        ...["-hide_banner", "-loglevel", "error", "-nostdin", "-f", "lavfi", "-i", pattern],
        ...["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-b:v", "6M", source],
      ],
      { signal, limitMs: SEGMENT_MS_MAX },
    );
    if (made?.exitCode !== 0) {
      const why = made?.text.trim().split("\n").at(-1) ?? "";
      throw new InputError(`${program} makes no segment: ${why}`, { code: "BENCH_TOOL" });
    }
    const levels: Level[] = [];
    for (const count of sessions) {
      const all = Array.from({ length: count }, () => session(program, source, options));
      levels.push({ sessions: count, segments: (await Promise.all(all)).flat() });
    }
    return levels;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
