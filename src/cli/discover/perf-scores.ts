/** Performance scores as an outside tester publishes them, for `--minPerfScore` (L-18, L-19). */
import { InputError, isPoolsimError } from "../../core/errors.js";
import { fetchBody } from "../../io/fetch-body.js";
import { parsePerformanceScores } from "../../selection/index.js";

const TIMEOUT_MS = 30_000;
const BYTES_MAX = 32 * 1024 * 1024;

/** Scores by address, and what the reader must know of them. */
export interface ReadScores {
  /** null = the gateway keeps none. */
  readonly scores: ReadonlyMap<string, number> | null;
  readonly note: string | null;
}

/**
 * Fetches the scores of a region. When that fails nobody has a score, as in a gateway (L-19).
 *
 * @throws InputError (`USAGE`) for one of the flags without the other; the signal's reason
 */
export async function readPerfScores(
  flags: {
    readonly orchPerfStatsUrl?: string;
    readonly region?: string;
    readonly minPerfScore: number;
  },
  signal: AbortSignal,
): Promise<ReadScores> {
  const { orchPerfStatsUrl: url, region, minPerfScore } = flags;
  if (url === undefined || region === undefined) {
    const given = url ?? region;
    if (given !== undefined) {
      throw new InputError("--orchPerfStatsUrl and --region: expected both or neither (L-18)", {
        code: "USAGE",
      });
    }
    const note = "--minPerfScore has no effect without --orchPerfStatsUrl and --region (L-18)";
    return { scores: null, note: minPerfScore > 0 ? note : null };
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new InputError(`--orchPerfStatsUrl ${url}: expected an http or https URL`, {
      code: "USAGE",
    });
  }
  try {
    const limits = { headers: {}, timeoutMs: TIMEOUT_MS, maxBytes: BYTES_MAX, signal };
    const body = await fetchBody({ url, ...limits });
    const text = new TextDecoder().decode(body);
    return { scores: parsePerformanceScores(text, region), note: null };
  } catch (error) {
    if (signal.aborted || !isPoolsimError(error)) throw error;
    const note = `performance scores could not be read, so that nobody has one (L-19): ${error.message}`;
    return { scores: new Map(), note };
  }
}
