/** One round of `poolsim discover`: asks everybody, judges them, and works out who is tried when. */
import type { Rational } from "../../core/rational.js";
import {
  type DialUri,
  type DiscoverySettings,
  type ExplainOptions,
  type Explanation,
  explain,
  type OrchestratorDetails,
  type OrchestratorReport,
  type OrchestratorSource,
  parseRequestUri,
  type RoundProgress,
  type SourceListing,
  type Verdict,
} from "../../discovery/index.js";
import { inPool } from "../../discovery/score-pool.js";
import { type ChoiceOptions, choose, type PoolChoice, standingReason } from "./choice.js";
import { runnersOf } from "./runners.js";
import type { Reason } from "./sessions.js";

/** An orchestrator and what a gateway makes of it. */
export interface Judged {
  readonly report: OrchestratorReport;
  readonly verdict: Verdict;
  /** Why it is not tried this time; null = it is. */
  readonly reason: Reason | null;
  /** When it is tried, from 1; on chain its rank by probability. */
  readonly turn: number | null;
  /** Of being the first choice of its pool; null off chain, or when it is not tried. */
  readonly probability: number | null;
  /** What it told who asked without a job; null = it was not asked. */
  readonly details: OrchestratorDetails | null;
}

/** What a round found. */
export interface Findings {
  /** Those tried, in their order; then the others that may be used; then the rejected. */
  readonly orchestrators: readonly Judged[];
  readonly listing: SourceListing;
  /** Of the discoveries, without the wait for those who are too slow. */
  readonly elapsedMs: number;
  /** The user gave up: what was known by then. */
  readonly interrupted: boolean;
  readonly startedAtMs: number;
}

type Pool = "trusted" | "untrusted" | "any";

export interface GatherOptions {
  readonly source: OrchestratorSource;
  readonly pool: Pool | "video";
  readonly settings: DiscoverySettings & Pick<ExplainOptions, "wanted" | "patienceMs">;
  readonly choice: ChoiceOptions;
  /** By recipient, where the source itself knows none. */
  readonly stakes: ReadonlyMap<string, bigint>;
  /** Asks those that answered without a job; null = nobody is asked. */
  readonly askDetails: ((them: readonly DialUri[]) => Promise<OrchestratorDetails[]>) | null;
  /** The app of a live runner that is needed, within a price; null = none. */
  readonly app: AppAsked | null;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  /** Unix ms. */
  readonly now: () => number;
}

/** Needs a live runner. */
export interface AppAsked {
  readonly key: string;
  /** The global maximum; null = any. */
  readonly maxPrice: Rational | null;
}

/** What one pool's discovery found, with what its selection makes of it. */
interface PoolOutcome {
  readonly reports: readonly OrchestratorReport[];
  readonly choice: PoolChoice;
  readonly explanation: Explanation;
  readonly details: ReadonlyMap<OrchestratorReport, OrchestratorDetails>;
}

/**
 * Runs a round. When the signal aborts while orchestrators are asked, tells what is known.
 *
 * @throws what the source throws, or the signal's reason before anybody was asked
 */
export async function gather(options: GatherOptions): Promise<Findings> {
  const { source, signal } = options;
  const startedAtMs = options.now();
  const listing = await source.list({ signal });
  const outcomes: PoolOutcome[] = [];
  for (const pool of poolsOf(options.pool, listing)) {
    if (signal.aborted) break;
    outcomes.push(await discoverPool(options, listing, pool, outcomes));
  }
  const asked = outcomes.flatMap(({ reports }) => reports);
  const others = unasked(listing, asked, options.pool);
  // M-27: trusted orchestrators are the fallback of untrusted ones.
  const byTurn = outcomes.toReversed();
  const tried = byTurn.flatMap((outcome) => triedOnes(outcome));
  const isTried = new Set(tried.map(({ report }) => report));
  const rest = outcomes
    .flatMap((outcome) =>
      outcome.reports
        .filter((report) => !isTried.has(report))
        .map((report) => untried(report, outcome, options)),
    )
    .concat(others);
  const all = [
    ...tried.map((judged, index) => ({ ...judged, turn: index + 1 })),
    ...rest.filter(({ verdict }) => verdict !== "rejected"),
    ...rest.filter(({ verdict }) => verdict === "rejected"),
  ];
  return {
    orchestrators: all,
    listing,
    elapsedMs: signal.aborted
      ? options.now() - startedAtMs
      : outcomes.reduce((sum, { explanation }) => sum + explanation.elapsedMs, 0),
    interrupted: signal.aborted,
    startedAtMs,
  };
}

/** What those that answered tell besides. */
async function detailsOf(
  reports: readonly OrchestratorReport[],
  { askDetails, signal }: GatherOptions,
): Promise<ReadonlyMap<OrchestratorReport, OrchestratorDetails>> {
  if (askDetails === null || signal.aborted) return new Map();
  const answered = reports.filter(({ info }) => info !== null);
  const told = await askDetails(answered.map(({ uri }) => parseRequestUri(uri)));
  return new Map(told.flatMap((one, at) => pair(answered[at], one)));
}

function pair<A, B>(first: A | undefined, second: B): (readonly [A, B])[] {
  return first === undefined ? [] : [[first, second]];
}

/** Why an orchestrator has no live runner of the app that counts; null = it has one, or needs none. */
function appMissing(details: OrchestratorDetails | undefined, app: AppAsked | null): Reason | null {
  if (app === null) return null;
  const its = runnersOf({ details: details ?? null }, app.maxPrice).filter(
    ({ runner }) => runner.app === app.key,
  );
  if (its.some(({ rejection }) => rejection === null)) return null;
  const [first] = its;
  const detail =
    details?.runnersError ??
    (first === undefined ? "it lists none of the app" : (first.rejection ?? ""));
  return { rule: "A-75", reason: "runner-missing", detail };
}

/** M-3: trusted first. */
function poolsOf(pool: GatherOptions["pool"], { endpoints }: SourceListing): readonly Pool[] {
  if (pool !== "video") return [pool];
  const pools = ["trusted", "untrusted"] as const;
  return pools.filter((one) => endpoints.some(({ score }) => inPool(score, one)));
}

async function discoverPool(
  options: GatherOptions,
  listing: SourceListing,
  pool: Pool,
  before: readonly PoolOutcome[],
): Promise<PoolOutcome> {
  const { source, settings, choice, stakes, app, signal, onProgress } = options;
  const earlier = before.reduce((sum, { reports }) => sum + reports.length, 0);
  const total = listing.endpoints.length;
  const explanation = await explain({
    ...settings,
    source: fixed(source, listing),
    pool,
    signal,
    onProgress: ({ settled, asked }: RoundProgress) =>
      onProgress(earlier + settled, Math.max(total, earlier + asked)),
  });
  const reports = explanation.reports
    .filter(({ rejection }) => rejection?.reason !== "score" && rejection?.reason !== "not-listed")
    .map((report) => withStake(report, stakes));
  const details = await detailsOf(reports, options);
  const found = reports.filter(({ verdict }) => verdict === "found");
  const without = found.flatMap((report) => {
    const reason = appMissing(details.get(report), app);
    return reason === null ? [] : [[report, reason] as const];
  });
  const passed = new Map(without);
  const chosen = choose(
    found.filter((report) => !passed.has(report)),
    choice,
  );
  const passedOver = new Map([...without, ...chosen.passedOver]);
  return { reports, choice: { ...chosen, passedOver }, explanation, details };
}

/** The source with the list that it gave: both pools see the same one. */
function fixed(source: OrchestratorSource, listing: SourceListing): OrchestratorSource {
  const { kind, usesBlocklist, usesOnChainPredicate } = source;
  const list = async () => listing;
  return { kind, usesBlocklist, usesOnChainPredicate, list, close: async () => {} };
}

function withStake(
  report: OrchestratorReport,
  stakes: ReadonlyMap<string, bigint>,
): OrchestratorReport {
  const stake = report.stake ?? stakes.get(report.recipient ?? "") ?? null;
  return stake === report.stake ? report : { ...report, stake };
}

function triedOnes({ choice, details }: PoolOutcome): Judged[] {
  return choice.order.map((report) => ({
    report,
    verdict: "found",
    reason: null,
    turn: null,
    probability: choice.probabilities.get(report) ?? null,
    details: details.get(report) ?? null,
  }));
}

function untried(
  report: OrchestratorReport,
  outcome: PoolOutcome,
  { choice: options, app }: GatherOptions,
): Judged {
  const { choice } = outcome;
  const details = outcome.details.get(report) ?? null;
  const never = { report, turn: null, probability: null, details };
  const passedOver = choice.passedOver.get(report);
  if (passedOver !== undefined) return { ...never, verdict: "rejected", reason: passedOver };
  if (report.verdict === "rejected") {
    return { ...never, verdict: "rejected", reason: report.rejection };
  }
  const standing =
    standingReason(report, options, isLimitDropped(choice, options)) ??
    appMissing(outcome.details.get(report), app);
  if (standing !== null) return { ...never, verdict: "rejected", reason: standing };
  return { ...never, verdict: "eligible", reason: report.rejection };
}

/** L-11: nobody met the maximum price, and somebody is tried all the same. */
function isLimitDropped({ order }: PoolChoice, { maxPrice }: ChoiceOptions): boolean {
  if (maxPrice === null) return false;
  return order.some(({ price }) => price === null || price.compare(maxPrice) > 0);
}

/** Those of the list that no discovery asked. */
function unasked(
  { endpoints, dropped }: SourceListing,
  asked: readonly OrchestratorReport[],
  pool: GatherOptions["pool"],
): Judged[] {
  const uris = new Set(asked.map(({ uri }) => uri));
  const isForNobody = (score: number) =>
    pool === "video"
      ? !inPool(score, "trusted") && !inPool(score, "untrusted")
      : !inPool(score, pool);
  const outside = endpoints
    .filter(({ uri }) => !uris.has(uri))
    .map((endpoint) => {
      const reason: Reason = isForNobody(endpoint.score)
        ? { rule: "D-7", reason: "score", detail: `the score ${endpoint.score} is in no pool` }
        : { rule: "D-12", reason: "late", detail: "given up before it was asked" };
      const { uri, score, recipient, stake, price } = endpoint;
      return rejected({ uri, score, recipient, stake, price }, reason);
    });
  const unusable = dropped.map(({ uri, recipient, rule, detail }) =>
    rejected(
      { uri, score: null, recipient, stake: null, price: null },
      { rule, reason: "not-listed", detail },
    ),
  );
  return [...outside, ...unusable];
}

function rejected(
  known: Pick<OrchestratorReport, "uri" | "score" | "recipient" | "stake" | "price">,
  reason: Reason,
): Judged {
  const report: OrchestratorReport = {
    ...known,
    verdict: "rejected",
    rejection: null,
    advertisedBy: null,
    place: null,
    backfilled: false,
    latencyMs: null,
    transcoder: null,
    address: null,
    version: null,
    capabilities: null,
    capacities: null,
    models: null,
    info: null,
    error: null,
  };
  return { report, verdict: "rejected", reason, turn: null, probability: null, details: null };
}
