/** What one discovery on the real network is told, with go-livepeer's defaults. */
import {
  type Bounds,
  checkChoice,
  checkList,
  checkNumber,
  checkObject,
  checkText,
  checkType,
  checkWhole,
  TIMER_MS,
} from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import type { Rational } from "../../core/rational.js";
import type { JobCapabilities } from "../capabilities.js";
import {
  type EligibilityRules,
  ineligibility,
  onChainRejection,
  parseOrchBlocklist,
} from "../eligibility.js";
import { jobCapabilities } from "../job-capabilities.js";
import { DISCOVERY_DEFAULTS } from "../options.js";
import { DiscoveryRound } from "../round.js";
import type { DiscoveryRoundOptions } from "../round-words.js";
import {
  type OrchestratorAsker,
  OrchestratorClient,
  type OrchestratorClientOptions,
} from "../rpc/client.js";
import { OFFCHAIN_IDENTITY, type RequestIdentity } from "../rpc/identity.js";
import { SCORE_POOLS, type ScorePool } from "../score-pool.js";
import type { OrchestratorSource, SourceEndpoint } from "../sources/source.js";
import type { TicketLimits } from "../ticket-params.js";
import { type Clock, systemClock } from "./clock.js";
import type { LiveRoundOptions, RoundProgress } from "./live-round.js";
import type { SuspensionList } from "./suspensions.js";

/** How orchestrators are asked and judged. */
export interface DiscoverySettings extends DiscoveryRoundOptions {
  /** What the job needs (K-11). @default H.264 by HTTP push to one MPEG-TS rendition (K-12) */
  readonly job?: JobCapabilities | undefined;
  /** Least version, where the job states none; `-orchMinLivepeerVersion` (K-10). @default "" */
  readonly orchMinLivepeerVersion?: string | undefined;
  /** Addresses never used, comma separated; `-orchBlocklist` (D-21). @default "" */
  readonly orchBlocklist?: string | undefined;
  /**
   * What is demanded of ticket parameters (P-6), read at each answer. Needed for sources whose
   * answers must satisfy the on-chain predicate (B-13), and looked at for no others. @default null
   */
  readonly ticketLimits?: (TicketLimits | (() => TicketLimits) | null) | undefined;
  /**
   * The highest price, wei per pixel, see `jobMaxPrice`; null = any. Discovery finds dearer ones
   * too (D-26) and says that selection passes over them (L-10). @default null
   */
  readonly maxPrice?: Rational | null | undefined;
  /**
   * Who asks: address and signature; on chain what `signIdentity` makes of a wallet (G-4).
   *
   * @default {@link OFFCHAIN_IDENTITY}
   */
  readonly identity?: RequestIdentity | undefined;
  /** Whether orchestrators that are full answer as well (G-3, G-7). @default false */
  readonly ignoreCapacityCheck?: boolean | undefined;
  /** How many are asked at the same time; go-livepeer has no limit (D-11). @default Infinity */
  readonly concurrency?: number | undefined;
  /**
   * What asks: a client, which the caller closes, or the options of one that lives as long as the
   * call. @default a client of the call's own, in `fresh` mode
   */
  readonly client?: OrchestratorAsker | OrchestratorClientOptions | undefined;
  /** Uniform in [0, 1): in which order they are asked (D-11). @default Math.random */
  readonly random?: (() => number) | undefined;
  /** What tells the time and waits. @default the machine's clock */
  readonly clock?: Clock | undefined;
}

/** One discovery. */
export interface DiscoverOptions extends DiscoverySettings {
  /** Whom to ask; the caller closes it. */
  readonly source: OrchestratorSource;
  /** Which orchestrators of the source are asked, by their scores. @default "any" */
  readonly pool?: ScorePool | undefined;
  /** M: how many orchestrators are wanted (D-9). @default all in the pool */
  readonly wanted?: number | undefined;
  /** The stream's suspensions in this pool (S-1). @default null */
  readonly suspensions?: SuspensionList | null | undefined;
  /** Ends the discovery when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Is called at each answer and each failure. */
  readonly onProgress?: ((progress: RoundProgress) => void) | undefined;
}

/** Any number, as go-livepeer takes it; what it makes of those below 0 is for the round. */
const ANY: Bounds = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/**
 * @throws InputError (`OPTION_INVALID`) for numbers that nobody can mean, without a source, and for
 *   values of another type: options often come out of JSON or the environment
 */
export function checkDiscovery(options: DiscoverOptions): void {
  checkObject({ options });
  checkObject({ source: options.source }, "list");
  const { wanted, extraNodes, discoveryTimeoutMs, cutoffMs, pool } = options;
  checkWhole({ wanted, extraNodes }, ANY);
  checkNumber({ discoveryTimeoutMs }, ANY);
  checkNumber({ cutoffMs }, TIMER_MS);
  checkChoice({ pool }, SCORE_POOLS);
  const { orchMinLivepeerVersion, orchBlocklist, ignoreCapacityCheck } = options;
  checkType({ orchMinLivepeerVersion, orchBlocklist }, "string");
  checkType({ ignoreCapacityCheck }, "boolean");
  const { random, onProgress, job, identity, client, clock, signal } = options;
  checkType({ random, onProgress }, "function");
  checkObject(given({ job, identity, client }));
  checkObject(given({ clock }), "wake");
  checkObject(given({ signal }), "throwIfAborted");
  const { maxPrice, suspensions, ticketLimits } = options;
  checkObject(given({ maxPrice: maxPrice ?? undefined }), "compare");
  checkObject(given({ suspensions: suspensions ?? undefined }), "handleOf");
  if (typeof ticketLimits !== "function") {
    checkObject(given({ ticketLimits: ticketLimits ?? undefined }));
  }
  if (job !== undefined) checkList({ "job.bitstring": job.bitstring });
  if (identity !== undefined) {
    checkText({ "identity.address": identity.address, "identity.signature": identity.signature });
  }
}

/** Without what is undefined, which was not given. */
function given(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A client to ask with, and how to end it if it was made here. */
export function clientOf({ client }: DiscoverySettings): [OrchestratorAsker, () => void] {
  if (client !== undefined && "getOrchestrator" in client) return [client, () => {}];
  const own = new OrchestratorClient(client);
  return [own, () => own.close()];
}

/** The round of a discovery in its pool. */
export function liveRound(
  options: DiscoverOptions,
  endpoints: readonly SourceEndpoint[],
  client: OrchestratorAsker,
  lingerMs: number,
): LiveRoundOptions {
  const { identity = OFFCHAIN_IDENTITY, ignoreCapacityCheck = false } = options;
  const rules = eligibilityRules(options);
  const question = { identity, job: rules.job, ignoreCapacityCheck };
  return {
    round: new DiscoveryRound(options),
    endpoints,
    wanted: options.wanted ?? endpoints.length,
    extraNodes: options.extraNodes ?? DISCOVERY_DEFAULTS.extraNodes,
    judge: (answer) => ineligibility(answer, rules),
    suspensions: options.suspensions ?? null,
    ask: (endpoint, { signal }) => client.getOrchestrator(endpoint, question, { signal }),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    concurrency: options.concurrency ?? Number.POSITIVE_INFINITY,
    lingerMs,
    signal: options.signal,
    onProgress: options.onProgress,
  };
}

function eligibilityRules(options: DiscoverOptions): EligibilityRules {
  const { source, ticketLimits = null } = options;
  const { orchBlocklist = DISCOVERY_DEFAULTS.orchBlocklist } = options;
  const limits = typeof ticketLimits === "function" ? ticketLimits : () => ticketLimits;
  if (source.usesOnChainPredicate && ticketLimits === null) {
    throw new InputError(`the source ${source.kind} needs ticketLimits (B-13)`, {
      code: "TICKET_LIMITS_MISSING",
    });
  }
  return {
    blacklist: source.usesBlocklist ? parseOrchBlocklist(orchBlocklist) : [],
    predicate: source.usesOnChainPredicate
      ? (info) => {
          const now = limits();
          return now === null ? null : onChainRejection(info, now);
        }
      : null,
    job: jobOf(options),
  };
}

function jobOf({ job, orchMinLivepeerVersion = "" }: DiscoverySettings): JobCapabilities {
  const wanted = job ?? jobCapabilities({ profiles: [{}], segmentParameters: true });
  return wanted.minVersion === "" ? { ...wanted, minVersion: orchMinLivepeerVersion } : wanted;
}
