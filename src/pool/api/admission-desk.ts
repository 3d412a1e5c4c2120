/** Decides about workers' benchmarks, with the simulator's own admission policies. */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { benchmarkFigures } from "../admission/benchmark-figures.js";
import type { AdmissionDecision, AdmissionPolicy } from "../admission/policy.js";
import type { ApiBooks } from "./books.js";
import { Problem } from "./problem.js";
import type { BenchmarkRequest } from "./requests.js";

/** A decision and the request that it was about. */
interface Decided {
  readonly digest: string;
  readonly decision: AdmissionDecision;
}

const DECISIONS_MAX = 10_000;
/** Workers that policies keep account of. */
const WORKERS_MAX = 100_000;

/**
 * The same id is decided once. The books keep each worker's last decision, with its id, so that
 * one that is asked for again after a restart stays the same.
 */
export class AdmissionDesk {
  readonly #policy: AdmissionPolicy;
  readonly #books: ApiBooks;
  readonly #decided = new LRUCache<string, Decided>({ max: DECISIONS_MAX });
  readonly #numbers = new Map<string, number>();

  constructor(policy: AdmissionPolicy, books: ApiBooks) {
    this.#policy = policy;
    this.#books = books;
  }

  /**
   * Admits the worker with so many sessions or refuses it, and says why.
   *
   * @param source who asks
   * @throws Problem 409 for a known id with other content
   */
  decide(
    source: string,
    { id, at, benchmark }: BenchmarkRequest,
    nowMs: number,
  ): AdmissionDecision {
    const digest = createHash("sha256")
      .update(JSON.stringify([at, benchmark], (_, value) => (value === Infinity ? null : value)))
      .digest("hex");
    const key = `${source} ${id}`;
    const setting = `benchmark:${benchmark.transcoder}`;
    const earlier = this.#decided.get(key) ?? stored(this.#books.setting(setting), key);
    if (earlier !== null) {
      if (earlier.digest === digest) return earlier.decision;
      throw new Problem(409, "CONFLICT", "that id was sent before with other content", {
        path: "id",
      });
    }
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
    const {
      admitted,
      maxSessions: sessions,
      reason,
    } = this.#policy.onRegister({ worker, name, kind, maxSessions, benchmark: figures }, nowMs);
    const decision = { admitted, maxSessions: sessions, reason };
    this.#books.transaction(() => {
      this.#books.setSetting(setting, JSON.stringify({ key, digest, decision }));
      const value = JSON.stringify({ transcoder: benchmark.transcoder, source, id, ...decision });
      this.#books.log({ atMs: nowMs, key: "benchmark", value });
    });
    this.#decided.set(key, { digest, decision });
    return decision;
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

function stored(text: string | null, key: string): Decided | null {
  if (text === null) return null;
  const value = JSON.parse(text) as Decided & { readonly key: string };
  return value.key === key ? value : null;
}
