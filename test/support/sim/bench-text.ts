/** What `livepeer_bench` would print (N-1 … N-11), of a device whose times are known. */
import { normalQuantile, uniform } from "../../../src/core/random.js";

/** A run of the tool. */
export interface BenchOptions {
  readonly sessions: number;
  readonly segments: number;
  /** Mean transcode time at these sessions, s. */
  readonly meanS: number;
  /** Spread of a segment's time, on the logarithm. */
  readonly spread?: number;
  /** And of a session's. */
  readonly between?: number;
  /** What a session's first segment takes more, s. */
  readonly warmupS?: number;
  readonly seed?: number;
  /** With a GPU: a line before every segment (N-4). */
  readonly isGpu?: boolean;
}

/** N-5: at most four significant digits, in Go's shortest form. */
export function fourDigits(value: number): string {
  const short = Number(value.toPrecision(4));
  const exponent = Math.floor(Math.log10(Math.abs(short)));
  if (exponent >= -4 && exponent < 4) return String(short);
  const [digits = "", power = ""] = short.toExponential().split("e");
  const size = Math.abs(Number(power));
  return `${digits}e${Number(power) < 0 ? "-" : "+"}${size < 10 ? "0" : ""}${size}`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.max(...rows.map(([label]) => label.length));
  const right = Math.max(...rows.map(([, value]) => value.length));
  const line = `*${"-".repeat(left + 2)}*${"-".repeat(right + 2)}*`;
  return [
    line,
    ...rows.map(([label, value]) => `| ${label.padEnd(left)} | ${value.padEnd(right)} |`),
    line,
  ];
}

/** The lines of a run: on stderr the settings and the summary, on stdout the segments. */
export function benchRun(options: BenchOptions): {
  readonly settings: readonly string[];
  readonly stdout: readonly string[];
  readonly summary: readonly string[];
} {
  const { sessions, segments, meanS, spread = 0.05, between = 0, warmupS = 0 } = options;
  const { seed = 1, isGpu = false } = options;
  let draws = 0;
  const normal = () => normalQuantile(uniform(seed, 77, draws++));
  const factors = Array.from({ length: sessions }, () => Math.exp(between * normal()));
  const lines: string[] = [];
  let total = 0;
  let realTime = 0;
  for (let segment = 0; segment < segments; segment++) {
    for (const [session, factor] of factors.entries()) {
      const noise = Math.exp(spread * normal() - (spread * spread) / 2);
      const tookS = meanS * factor * noise + (segment === 0 ? warmupS : 0);
      total += tookS;
      if (tookS <= 2) realTime++;
      const second = String(Math.min(59, segment)).padStart(2, "0");
      if (isGpu) lines.push("in.Device 0 ");
      lines.push(`2026-03-12 10:17:${second}.12,${session},${segment},2,${fourDigits(tookS)},60`);
    }
  }
  const count = sessions * segments;
  return {
    settings: table([
      ["Source File", "bbb/source.m3u8"],
      ["Transcoding Options", "P240p30fps16x9,P360p30fps16x9,"],
      ["", "P720p30fps16x9"],
      ["Concurrent Sessions", String(sessions)],
      ["Live Mode", "true"],
      ["MPEG-7 Sign Mode", "false"],
      ["Repeat Times", "1"],
    ]),
    stdout: [
      "data [[Source File bbb/source.m3u8]]",
      "timestamp,session,segment,seg_dur,transcode_time,frames",
      ...lines,
    ],
    summary: table([
      ["Concurrent Sessions", String(sessions)],
      ["Total Segs Transcoded", String(count)],
      ["Real-Time Segs Transcoded", String(realTime)],
      ["* Real-Time Segs Ratio *", fourDigits(realTime / count)],
      ["Total Source Duration", `${2 * count}s`],
      ["Total Transcoding Duration", `${total}s`],
      ["* Real-Time Duration Ratio *", fourDigits(total / (2 * count))],
    ]),
  };
}

/** Several runs after each other, stdout and stderr in one text. */
export function benchText(...runs: readonly BenchOptions[]): string {
  const lines = runs.flatMap((options) => {
    const { settings, stdout, summary } = benchRun(options);
    return [...settings, ...stdout, ...summary];
  });
  return `${lines.join("\n")}\n`;
}
