/**
 * What orchestrators tell only those who ask without a job, as polls do (B-10): hardware, prices of
 * models, and their live runners.
 */
import { checkNumber, TIMER_MS } from "../../core/checks.js";
import { isPoolsimError } from "../../core/errors.js";
import { POLLING_DEFAULTS } from "../polling.js";
import { fetchRunnerList } from "../remote/fetch-runners.js";
import { parseRunnerList, type RunnerListing } from "../remote/runner-list.js";
import type { OrchestratorAsker } from "../rpc/client.js";
import type { OrchestratorAnswer } from "../rpc/decode.js";
import type { RequestIdentity } from "../rpc/identity.js";
import type { DialUri } from "../rpc/target.js";
import { concurrencyLimit } from "./concurrency.js";

/** What one orchestrator told. */
export interface OrchestratorDetails {
  /** Its answer without a job; null = none within 3 s. */
  readonly answer: OrchestratorAnswer | null;
  /** Why there is no answer; null = there is one. */
  readonly error: string | null;
  /** What it lists of runners, under addresses that need not be its own; null = no list. */
  readonly runners: readonly RunnerListing[] | null;
  /** Why there is no list; null = there is one, or it was not asked for. */
  readonly runnersError: string | null;
}

/** How they are asked. */
export interface DetailsOptions {
  /** What asks. */
  readonly client: OrchestratorAsker;
  /** Who asks. */
  readonly identity: RequestIdentity;
  /** Whether runners are asked for. @default false */
  readonly runners?: boolean | undefined;
  /** How many are asked at the same time. @default Infinity */
  readonly concurrency?: number | undefined;
  /** Limit for each, ms (B-10). @default 3000 */
  readonly limitMs?: number | undefined;
  /** Gives up: those that have not answered tell nothing. */
  readonly signal: AbortSignal;
}

/**
 * Asks orchestrators without a job; full ones answer as well. Failures are told in the result.
 *
 * @param endpoints whom
 * @param options see {@link DetailsOptions}
 * @returns in the order of the endpoints
 * @throws InputError (`CONCURRENCY`, `OPTION_INVALID`)
 */
export async function askDetails(
  endpoints: readonly DialUri[],
  options: DetailsOptions,
): Promise<OrchestratorDetails[]> {
  checkNumber({ limitMs: options.limitMs }, TIMER_MS);
  const limit = concurrencyLimit(options.concurrency);
  return await Promise.all(endpoints.map((one) => limit(() => detailsOf(one, options))));
}

async function detailsOf(
  endpoint: DialUri,
  { client, identity, runners = false, limitMs, signal }: DetailsOptions,
): Promise<OrchestratorDetails> {
  const late = AbortSignal.timeout(Math.ceil(limitMs ?? POLLING_DEFAULTS.collectMs));
  const ended = AbortSignal.any([signal, late]);
  const question = { identity, job: null, ignoreCapacityCheck: true };
  const [answer, list] = await Promise.all([
    settled(client.getOrchestrator(endpoint, question, { signal: ended })),
    runners
      ? settled(fetchRunnerList(endpoint.uri, { signal: ended }).then(parseRunnerList))
      : { value: null, error: null },
  ]);
  return {
    answer: answer.value,
    error: answer.error,
    runners: list.value,
    runnersError: list.error,
  };
}

async function settled<T>(promise: Promise<T>): Promise<{ value: T | null; error: string | null }> {
  try {
    return { value: await promise, error: null };
  } catch (error) {
    if (isPoolsimError(error)) return { value: null, error: error.message };
    // The signals' reasons; anything else is a mistake of ours.
    if (error instanceof DOMException) return { value: null, error: "no answer in time" };
    return { value: null, error: error instanceof Error ? error.message : String(error) };
  }
}
