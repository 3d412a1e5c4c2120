/** `poolsim discover`: asks the orchestrators of a source and explains what a gateway makes of them. */
import { setTimeout as sleep } from "node:timers/promises";
import { RemoteError } from "../../core/errors.js";
import type { DiscoverySettings, SourceListing } from "../../discovery/index.js";
import { askDetails, jobMaxPrice, OrchestratorClient } from "../../discovery/index.js";
import { styleOf } from "../../sim/report/style.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT, Interrupted, reportFailure } from "../shared/failure.js";
import { GatewayPrices } from "../shared/gateway-prices.js";
import { checkJsonTarget, writeJson } from "../shared/json-target.js";
import { type OpenSource, openSource } from "../shared/orchestrator-source.js";
import { progressLine } from "../shared/progress.js";
import { stoppable } from "../shared/stoppable.js";
import type { Terminal } from "../shared/terminal.js";
import { type Account, openAccount } from "../shared/wallet.js";
import { aiNotes } from "./ai-notes.js";
import { type ChoiceOptions, checkWeights } from "./choice.js";
import { discoveryDocument } from "./document.js";
import { flagNotes } from "./flag-notes.js";
import type { DiscoverFlags } from "./flags.js";
import { type Findings, gather } from "./gather.js";
import { aiJobOf, jobOf, pricedModels } from "./job.js";
import { readPerfScores } from "./perf-scores.js";
import { renderChanges, renderFindings } from "./report.js";
import { sortedFindings } from "./sort.js";
import { readTicketLimits } from "./ticket-limits.js";

/** What stays the same from round to round. */
interface Session {
  readonly flags: DiscoverFlags;
  readonly opened: OpenSource;
  readonly account: Account;
  readonly client: OrchestratorClient;
  readonly prices: GatewayPrices;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/**
 * Runs the command.
 *
 * @returns the exit code: 0 somebody may be used, 1 nobody, 130 interrupted
 * @throws InputError for bad input; RemoteError when the source cannot be read; Interrupted
 */
export async function discoverOrchestrators(
  flags: DiscoverFlags,
  terminal: Terminal,
): Promise<number> {
  jobOf(flags);
  await extensionsOf(flags.extension ?? []);
  if (typeof flags.json === "string") checkJsonTarget(flags.json, inputsOf(flags));
  return await stoppable(async (signal) => {
    try {
      return await withSession(flags, terminal, signal);
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      throw error;
    }
  });
}

/** Options whose values are files, or may be: keys and passwords among them. */
const FILE_OPTIONS = [
  "nodeDb",
  "chainStore",
  "ethKeystorePath",
  "ethPassword",
  "remoteSignerHeadersFile",
  "maxPricePerCapability",
] as const;

function inputsOf(flags: DiscoverFlags): string[] {
  const named = FILE_OPTIONS.map((option): unknown => Reflect.get(flags, option));
  return [...named, ...(flags.extension ?? [])].filter(
    (file): file is string => typeof file === "string" && file !== "",
  );
}

async function withSession(
  flags: DiscoverFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const account = await openAccount(flags, signal);
  const opened = await openSource(flags);
  const client = new OrchestratorClient({ verifyCertificates: flags.verifyCertificates });
  let prices: GatewayPrices | null = null;
  try {
    prices = await GatewayPrices.open(flags, opened.onChain, signal);
    const session = { flags, opened, account, client, prices, terminal, signal };
    checkWeights(choiceOptions(session, null));
    return flags.watch ? await watch(session) : await once(session);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const { message, code } = error;
    throw new RemoteError(`${opened.label}: ${message}`, { code, cause: error });
  } finally {
    client.close();
    await prices?.close();
    await opened.close();
  }
}

async function once(session: Session): Promise<number> {
  const { findings, notes } = await round(session);
  print(session, findings, notes);
  if (findings.interrupted) return EXIT.interrupted;
  const isAnybody = findings.orchestrators.some(({ verdict }) => verdict !== "rejected");
  return isAnybody ? EXIT.ok : EXIT.nobodyFound;
}

async function watch(session: Session): Promise<number> {
  const { flags, signal, terminal } = session;
  let before: Findings | null = null;
  while (!signal.aborted) {
    try {
      const { findings, notes } = await round(session);
      if (before === null || terminal.stdout.isTTY || isJson(flags))
        print(session, findings, notes);
      if (before !== null) printChanges(session, before, findings);
      if (!findings.interrupted) before = findings;
    } catch (error) {
      if (signal.aborted) break;
      // What cannot be at the start is a mistake; what was found once may come back.
      if (before === null && !(error instanceof RemoteError)) throw error;
      reportFailure(error, terminal);
    }
    await sleep(flags.interval, undefined, { signal }).catch(() => {});
  }
  return EXIT.interrupted;
}

function isJson({ json }: DiscoverFlags): boolean {
  return json !== undefined;
}

async function round(
  session: Session,
): Promise<{ readonly findings: Findings; readonly notes: readonly string[] }> {
  const { flags, opened, account, client, terminal, signal } = session;
  const { source, chain } = opened;
  await session.prices.follow(Date.now(), signal);
  const { scores, note: scoreNote } = await readPerfScores(flags, signal);
  const ticket = source.usesOnChainPredicate
    ? await readTicketLimits(flags, chain, account.address, signal)
    : null;
  const settings: DiscoverySettings = {
    job: jobOf(flags),
    discoveryTimeoutMs: flags.discoveryTimeout,
    extraNodes: flags.extraNodes,
    orchBlocklist: flags.orchBlocklist,
    orchMinLivepeerVersion: flags.orchMinLivepeerVersion,
    ticketLimits: ticket?.limits ?? null,
    identity: account.identity,
    client,
    ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
  };
  const progress = progressLine(terminal.stderr, { isShown: !flags.quiet, prefix: "" });
  try {
    const findings = await gather({
      source,
      pool: flags.pipeline !== undefined && flags.pool === "video" ? "any" : flags.pool,
      settings: {
        ...settings,
        patienceMs: flags.patience,
        ...(flags.count === undefined ? {} : { wanted: flags.count }),
      },
      choice: choiceOptions(session, scores),
      stakes: await chainStakes(opened, signal),
      app: flags.app === undefined ? null : { key: flags.app, maxPrice: session.prices.global },
      askDetails: isAskedOn(flags)
        ? (them) =>
            askDetails(them, {
              client,
              identity: account.identity,
              runners: flags.runners || flags.app !== undefined,
              concurrency: flags.concurrency,
              signal,
            })
        : null,
      signal,
      onProgress: (done, total) =>
        progress.update({ done, total, label: `${bar(done, total)} answered` }),
      now: Date.now,
    });
    const ai = aiJobOf(flags);
    const ofJob = ai === null ? [] : aiNotes(findings, ai);
    const remarks = [...ofJob, scoreNote, ticket?.note ?? null, ...sessionNotes(session, findings)];
    const sorted = sortedFindings(findings, flags.sort, ai);
    return { findings: sorted, notes: remarks.filter((note) => note !== null) };
  } finally {
    progress.clear();
  }
}

function isAskedOn({ details, app }: DiscoverFlags): boolean {
  return details || app !== undefined;
}

/** Stakes of the chain, where the list comes from somewhere else. */
async function chainStakes(
  { source, chain }: OpenSource,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, bigint>> {
  if (chain === null || chain === source) return new Map();
  const { endpoints } = await chain.list({ signal });
  return new Map(
    endpoints.flatMap(({ recipient, stake }) =>
      recipient === null || stake === null ? [] : [[recipient, stake] as const],
    ),
  );
}

function choiceOptions(
  { flags, opened, prices }: Session,
  perfScores: ChoiceOptions["perfScores"],
): ChoiceOptions {
  return {
    onChain: opened.onChain,
    ai: aiJobOf(flags),
    maxPrice: jobMaxPrice({
      job: pricedModels(flags),
      capabilityMaxPrices: prices.prices,
      maxPrice: prices.global,
    }),
    perfScores,
    minPerfScore: flags.minPerfScore,
    stakeWeight: flags.selectStakeWeight,
    priceWeight: flags.selectPriceWeight,
    randWeight: flags.selectRandFreq,
    priceExpFactor: flags.selectPriceExpFactor,
    ignoreMaxPriceIfNeeded: flags.ignoreMaxPriceIfNeeded,
  };
}

function sessionNotes(
  { flags, opened, account, prices }: Session,
  { listing }: Findings,
): (string | null)[] {
  const { onChain, source, chain, remark } = opened;
  const isUnsigned = account.identity.signature === "0x";
  return [
    listing.staleBecause === null
      ? null
      : `the list is an old one, of ${new Date(listing.confirmedAtMs).toISOString()}: ${listing.staleBecause.message}`,
    remark,
    stakeNote(listing, chain?.withoutEarningsPool() ?? new Set()),
    onChain && isUnsigned
      ? "requests were not signed: orchestrators of an on-chain network refuse them (G-7); --ethKeystorePath signs them"
      : null,
    ...prices.notes,
    onChain && source.kind === "signer"
      ? "a gateway with --network and a remote signer takes the orchestrators of its database instead of the signer's (D-4)"
      : null,
    ...flagNotes({ flags, onChain, source, listing }),
  ];
}

/** Gateways read stakes from earnings pools, which there are none of before the round's reward. */
function stakeNote({ endpoints }: SourceListing, without: ReadonlySet<string>): string | null {
  const count = endpoints.filter(({ recipient }) => without.has(recipient ?? "")).length;
  return count === 0
    ? null
    : `${count} of ${endpoints.length} stakes are total stakes: a gateway that starts now counts them as 0, as there is no earnings pool of this round yet (B-8)`;
}

const BAR_CELLS = 20;

function bar(done: number, total: number): string {
  const filled = total === 0 ? 0 : Math.round((BAR_CELLS * done) / total);
  return `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)}`;
}

function print(session: Session, findings: Findings, notes: readonly string[]): void {
  const { flags, opened, terminal } = session;
  const { label, onChain, source } = opened;
  const { json, quiet, watch: isWatching } = flags;
  const toStdout = json === true || json === "-";
  if (!toStdout || !quiet) {
    const stream = toStdout ? terminal.stderr : terminal.stdout;
    const maxPrice = session.prices.global;
    const context = { label, onChain, ai: aiJobOf(flags), maxPrice, notes, isQuiet: quiet };
    if (isWatching && stream.isTTY) stream.write("\u001b[H\u001b[2J");
    stream.write(renderFindings(findings, context, styleOf(stream)));
  }
  if (json === undefined) return;
  const document = discoveryDocument(findings, {
    kind: source.kind,
    onChain,
    maxPrice: session.prices.global,
  });
  // A line each, where one follows another.
  const text = JSON.stringify(document, null, isWatching && toStdout ? undefined : 2);
  writeJson(toStdout ? "-" : json, `${text}\n`, terminal);
}

function printChanges({ terminal, flags }: Session, before: Findings, after: Findings): void {
  const toStdout = flags.json === true || flags.json === "-";
  const stream = toStdout ? terminal.stderr : terminal.stdout;
  const changes = renderChanges(before, after);
  const at = new Date(after.startedAtMs).toISOString();
  if (changes !== "") stream.write(changes.replaceAll(/^/gm, `${at} `).replace(/\S+ $/, ""));
}
