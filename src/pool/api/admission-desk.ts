/** Decides about workers' benchmarks, with the simulator's own admission policies. */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { benchmarkFigures } from "../orchestrator/admission/benchmark-figures.js";
import type { AdmissionDecision, AdmissionPolicy } from "../orchestrator/admission/policy.js";
import type { ApiBooks, ApiRecorder } from "./books.js";
import { busy, Problem, within } from "./problem.js";
import type { BenchmarkRequest } from "./requests.js";

/** A decision and the request that it was about. */
interface Decided {
  readonly digest: string;
  /** When the benchmark was made, Unix ms. */
  readonly atMs: number;
  readonly decision: AdmissionDecision;
}

export interface AdmissionDeskOptions {
  readonly policy: AdmissionPolicy;
  readonly books: Pick<ApiBooks, "setting">;
  readonly recorder: Pick<ApiRecorder, "keep">;
  /** How long keeping a decision may take, ms. @default 3_000 */
  readonly waitLimitMs?: number | undefined;
}

/** Decisions that wait to be kept. */
const WAITING_MAX = 64;
const DECISIONS_MAX = 10_000;
/** Workers that policies keep account of. */
const WORKERS_MAX = 100_000;

/**
 * The same id is decided once. The books keep each worker's last decision, with its id, so that
 * one that is asked for again after a restart stays the same.
 */
export class AdmissionDesk {
  readonly #policy: AdmissionPolicy;
  readonly #books: Pick<ApiBooks, "setting">;
  readonly #recorder: Pick<ApiRecorder, "keep">;
  /** With when they are kept. */
  readonly #decided = new LRUCache<string, Decided & { readonly kept: Promise<void> }>({
    max: DECISIONS_MAX,
  });
  readonly #numbers = new Map<string, number>();
  readonly #waitLimitMs: number;
  #waiting = 0;

  constructor({ policy, books, recorder, waitLimitMs = 3_000 }: AdmissionDeskOptions) {
    this.#waitLimitMs = waitLimitMs;
    this.#policy = policy;
    this.#books = books;
    this.#recorder = recorder;
  }

  /**
   * Admits the worker with so many sessions or refuses it, and says why. What it answers is kept.
   *
   * @param source who asks
   * @throws Problem 409 for a known id with other content, and for a benchmark made before the
   *   one that the worker was last judged by, 503 when it can't be kept for now; whatever keeping
   *   it throws
   */
  async decide(
    source: string,
    request: BenchmarkRequest,
    nowMs: number,
  ): Promise<AdmissionDecision> {
    const { id, at: atMs, benchmark } = request;
    const digest = digestOf(request);
    const key = `${source} ${id}`;
    const setting = `benchmark:${benchmark.transcoder}`;
    const last = stored(this.#books.setting(setting));
    const earlier = this.#decided.get(key) ?? (last?.key === key ? last : undefined);
    if (earlier !== undefined) {
      if (earlier.digest !== digest)
        throw conflict("id", "that id was sent before with other content");
      if ("kept" in earlier) await within(this.#waitLimitMs, earlier.kept);
      return earlier.decision;
    }
    if (last !== null && atMs < last.atMs) {
      throw conflict("at", "a later benchmark of this worker was judged already");
    }
    if (this.#waiting >= WAITING_MAX) throw busy();
    const decision = this.#judge(benchmark, nowMs);
    this.#waiting++;
    const kept = this.#recorder.keep({
      name: setting,
      value: JSON.stringify({ key, digest, atMs, decision }),
      log: {
        atMs: nowMs,
        key: "benchmark",
        value: JSON.stringify({ transcoder: benchmark.transcoder, source, id, ...decision }),
      },
    });
    this.#decided.set(key, { digest, atMs, decision, kept });
    kept
      .catch(() => this.#decided.delete(key))
      .finally(() => {
        this.#waiting--;
      });
    await within(this.#waitLimitMs, kept);
    return decision;
  }

  #judge(benchmark: BenchmarkRequest["benchmark"], nowMs: number): AdmissionDecision {
    const { name = benchmark.transcoder, kind, maxSessions, runs, latencies } = benchmark;
    const figures = benchmarkFigures({
      latenciesMs: latencies,
      runs: runs.map(({ sessions, segments }) => ({
        sessions,
        segments: segments.map(({ cold, download, transcode, upload }) => ({
          cold,
          downloadMs: download,
          transcodeMs: transcode,
          uploadMs: upload,
        })),
      })),
    });
    const worker = this.#numberOf(benchmark.transcoder);
    const offer = { worker, name, kind, maxSessions, benchmark: figures };
    const decision = this.#policy.onRegister(offer, nowMs);
    return {
      admitted: decision.admitted,
      maxSessions: decision.maxSessions,
      reason: decision.reason,
    };
  }

  #numberOf(address: string): number {
    const known = this.#numbers.get(address);
    if (known !== undefined) return known;
    if (this.#numbers.size >= WORKERS_MAX) {
      throw new Problem(503, "UNAVAILABLE", "there are too many workers");
    }
    const number = this.#numbers.size;
    this.#numbers.set(address, number);
    return number;
  }
}

function digestOf({ at, benchmark }: BenchmarkRequest): string {
  return createHash("sha256")
    .update(JSON.stringify([at, benchmark], (_, value) => (value === Infinity ? null : value)))
    .digest("hex");
}

function conflict(path: string, message: string): Problem {
  return new Problem(409, "CONFLICT", message, { path });
}

function stored(text: string | null): (Decided & { readonly key: string }) | null {
  return text === null ? null : (JSON.parse(text) as Decided & { readonly key: string });
}
