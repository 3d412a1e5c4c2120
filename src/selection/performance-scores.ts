/**
 * Scores of orchestrators as an outside tester publishes them per region (V-12, L-18, L-19). A
 * gateway with `minPerfScore` fetches them every 10 minutes; fetching is the caller's.
 */
import { checkText } from "../core/checks.js";
import { RemoteError } from "../core/errors.js";
import type { PerfScoreReader } from "./selectors/choosers.js";

/** Every how many ms a gateway fetches the scores anew, the first time at once (L-18). */
export const PERFORMANCE_SCORES_INTERVAL_MS = 600_000;

const ADDRESS = /^0[xX][0-9a-fA-F]{40}$/;

/**
 * Reads a published answer `{"0x…": {"FRA": {"score": 0.97, …}}}` (L-18).
 *
 * @param json text of the answer
 * @param region in any case; upper-cased for lookup
 * @returns score by lower-case address; addresses without a score in the region are left out
 * @throws RemoteError (`PERFORMANCE_SCORES_INVALID`) for anything that is not a number at its
 *   place or not a valid address; then no score of the answer counts (L-19)
 */
export function parsePerformanceScores(json: string, region: string): Map<string, number> {
  // None at all is a region that nobody has a score in.
  if (typeof region !== "string") checkText({ region });
  let answer: unknown;
  try {
    answer = JSON.parse(json);
  } catch (cause) {
    throw invalid("the answer is not JSON", cause);
  }
  const wanted = region.toUpperCase();
  const scores = new Map<string, number>();
  for (const [address, regions] of entriesOf(answer, "the answer")) {
    if (!ADDRESS.test(address)) throw invalid(`"${address.slice(0, 60)}" is not an address`);
    for (const [name, statistics] of entriesOf(regions, address)) {
      for (const [key, value] of entriesOf(statistics, `${address}.${name}`)) {
        // One that no double holds is read as infinite here, and as an error by go-livepeer.
        if (!Number.isFinite(value)) {
          throw invalid(`${address}.${name}.${key} is not a number`);
        }
        if (name === wanted && key === "score") {
          scores.set(address.toLowerCase(), value as number);
        }
      }
    }
  }
  return scores;
}

/** The scores that a gateway knows, by recipient handle. */
export class PerformanceScores implements PerfScoreReader {
  readonly #scores = new Map<number, number>();

  /** Takes in new scores; who is not among them keeps the old one (L-19). */
  merge(scores: Iterable<readonly [recipient: number, score: number]>): void {
    for (const [recipient, score] of scores) this.#scores.set(recipient, score);
  }

  /** The recipient's score, 0 if never seen (L-19). */
  scoreOf(recipient: number): number {
    return this.#scores.get(recipient) ?? 0;
  }
}

function entriesOf(value: unknown, what: string): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(`${what} is not an object`);
  }
  return Object.entries(value);
}

function invalid(message: string, cause?: unknown): RemoteError {
  return new RemoteError(`performance scores: ${message}`, {
    code: "PERFORMANCE_SCORES_INVALID",
    cause,
  });
}
