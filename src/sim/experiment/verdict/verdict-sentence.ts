/** The verdict's reason in one sentence, in words that an operator uses. */

import { apartFrom, counted } from "../../../core/wording.js";
import type { Scenario } from "../../scenario/schema.js";
import { isUncalibrated } from "../notes.js";
import type { Interval } from "../statistics/interval.js";
import type { Change } from "./change.js";
import { digits, percent } from "./figure-format.js";
import type { Judgement, Problem } from "./judge.js";
import { slowAnswersText } from "./slow-answers.js";

/** What the sentence needs beside the judgement. */
export interface SentenceOptions {
  /** Writes a figure of a metric with its unit, and so many more digits; never called with a negative one. */
  readonly format: (metric: string, value: number, more?: number) => string;
  /** The same, never relative to anything. */
  readonly formatAmount: (metric: string, value: number, more?: number) => string;
  /** Of the baseline. */
  readonly scenario: Scenario;
  /** Name of the baseline. */
  readonly baseline: string;
}

type Write = (value: number) => string;

/** A figure with its sign, and none where it rounds to 0. */
function signed(value: number, write: Write): string {
  const text = write(Math.abs(value));
  const isZero = !/[1-9]/.test(text);
  return `${isZero ? "" : value < 0 ? "−" : "+"}${text}`;
}

/** A unit in letters at the end of a figure. */
const UNIT = / \p{L}.*$/u;

/** Two figures; a unit in letters that both have comes once. */
function fromTo([low, high]: Interval | readonly [number, number], write: Write): string {
  const [first, last] = [signed(low, write), signed(high, write)];
  const [unit = ""] = UNIT.exec(last) ?? [];
  return `${first.endsWith(unit) ? first.slice(0, first.length - unit.length) : first} … ${last}`;
}

function rangeText(ci95: Interval | readonly [number, number], write: Write): string {
  if (!ci95.every(Number.isFinite)) return "an unknown amount";
  return `${fromTo(ci95, write)} (95 %)`;
}

/** Writes changes as the margin is given, and not like it: as a share of the baseline, or as an amount. */
function writeOf({ margin, objective }: Judgement, { formatAmount }: SentenceOptions): Write {
  if (typeof margin === "number") {
    return (value) => apartFrom(margin, value, (one, more) => `${percent(one, more)} %`);
  }
  return (value) =>
    apartFrom(margin.absolute, value, (one, more) => formatAmount(objective, one, more));
}

function changeText(change: Change | null, write: Write): string {
  return change?.ci95 ? rangeText(change.ci95, write) : "an unknown amount";
}

/** The margin that was used. */
function marginText({ margin, objective }: Judgement, { formatAmount }: SentenceOptions): string {
  if (typeof margin !== "number")
    return `the margin of ${formatAmount(objective, margin.absolute)}`;
  return `the margin of ${percent(margin)} % of the baseline's`;
}

/** What is known of peak demand, where a verdict rests on it. */
function peakText({ peak }: Judgement, write: Write, { scenario }: SentenceOptions): string {
  if (peak.state !== "off") return ` and at peak demand by ${changeText(peak.change, write)}`;
  const why =
    scenario.decision?.peakFactor === 1 ? "decision.peakFactor is 1" : "its streams are fixed";
  return ` (peak demand was not tested: ${why})`;
}

function gweiText(eth: number): string {
  return `${digits(eth * 1e9)} gwei`;
}

function lossText(perSegment: number, { scenario, baseline }: SentenceOptions): string {
  const { commission = "0", feeShare = "0" } = scenario.orchestrator?.economics ?? {};
  const [kept, given] = [commission, feeShare].map((part) => part.replace(/\/1$/, ""));
  const gas = scenario.tickets.enabled ? ", gas of redemptions included" : "";
  const loses =
    perSegment > 0
      ? `The operator loses ${gweiText(perSegment)} on each segment`
      : "The operator keeps nothing of a segment's fee";
  return `${loses} in ${baseline} (commission ${kept}, delegators' part ${given}${gas}): more work makes it ${perSegment > 0 ? "worse" : "no better"}, so there is no verdict on`;
}

function problemText(
  problem: Problem,
  { objective, evidence, margin }: Judgement,
  options: SentenceOptions,
): string {
  switch (problem.cause) {
    case "sessions":
      return `${counted(problem.sessions, "session")} in all replications: no evidence on ${objective}`;
    case "nothing":
      return `${objective} is no evidence where there are no fees: it, or all fees, are 0 in every replication (${counted(evidence.sessions, "session")})`;
    case "price":
      return `no gateway looks at prices in ${options.baseline}, nor in the candidate: none has a maximum, or gives the price a weight (gateway.maxPricePerUnit, selectPriceWeight), so that any price is paid, which is no evidence on ${objective}`;
    case "terms":
      return `nobody looks at what workers and delegators get: they stay whatever economics.commission and feeShare are, which is no evidence on ${objective}`;
    case "circumstances":
      return `the candidate differs from ${options.baseline} in ${problem.paths.join(", ")} too, which is no choice of the operator's: what comes of that, and what of the choice, is not told apart, which is no evidence on ${objective}; give both variants the same`;
    case "wrong results":
      return `results of ${problem.workers.join(", ")} are wrong (cheatProbability), and paid like right ones until a gateway that verifies finds out: ${objective} is no evidence for letting workers serve that do`;
    case "slow answers":
      return `${slowAnswersText(problem.slow)}, which is no evidence on ${objective}`;
    case "served":
      return `The workers in question served no session in any replication, which is no evidence on ${objective}`;
    case "loss per segment":
      return `${lossText(problem.perSegment, options)} ${objective}`;
    case "baseline": {
      const { ci95 } = problem.baseline;
      const found = `${signed(ci95[0], digits)} … ${signed(ci95[1], digits)}`;
      const asked = `a margin of ${typeof margin === "number" ? percent(margin) : ""} % of it means nothing: give an amount in its unit, decision.margin: { absolute: … }`;
      return `${objective} is ${found} in ${options.baseline} (95 %), which is not wholly above 0, so ${asked}`;
    }
  }
}

function sameText({ change, evidence }: Judgement): string {
  if (change?.method !== "rare events" || change.events === null) return "";
  const { events, n } = change;
  const served = evidence.served === null ? "" : `, ${evidence.served} of them in question`;
  const seen = events === 0 ? `none of ${n}` : `${events} of ${n}`;
  const differ = events === 1 ? "differs" : "differ";
  return ` (${seen} replications ${differ} from the others; ${counted(evidence.sessions, "session")}${served})`;
}

function constraintText(
  { constraint }: Judgement,
  verb: string,
  { format }: SentenceOptions,
): string {
  if (constraint === null) return "";
  const { metric, difference, limit } = constraint;
  const write: Write = (value) =>
    apartFrom(Math.abs(limit), value, (one, more) => format(metric, one, more));
  const change = difference.ci95 === null ? "an unknown amount" : rangeText(difference.ci95, write);
  return `${metric} changes by ${change}, which ${verb} beyond the limit of ${signed(limit, write)}`;
}

function reasonText(judgement: Judgement, options: SentenceOptions): string {
  const { reason, objective, change, problem, peak, margin, more } = judgement;
  if (problem !== null) return problemText(problem, judgement, options);
  const write = writeOf(judgement, options);
  const limit = marginText(judgement, options);
  const range = `${objective} changes by ${changeText(change, write)}`;
  const changes = `${range}${amountText(judgement, options)}${sameText(judgement)}`;
  switch (reason) {
    case "constraint broken":
      return constraintText(judgement, "is", options);
    case "constraint unclear":
      return constraintText(judgement, "may be", options);
    case "harm":
      return `${changes}: a loss beyond ${limit}`;
    case "harm at peak":
      return `${changes}, but at peak demand by ${changeText(peak.change, write)}: a loss beyond ${limit}`;
    case "gain":
      return `${changes}${peakText(judgement, write, options)}: a gain, with no loss beyond ${limit} and every constraint kept`;
    case "gain at peak":
      return `${changes}${peakText(judgement, write, options)}: no loss beyond ${limit}, and at peak a gain beyond it`;
    case "within the margin":
      return `${changes}${peakText(judgement, write, options)}: within ${limit}`;
    case "peak unclear":
      return `${changes}, but at peak demand by ${changeText(peak.change, write)}: a change beyond ${limit} is neither shown nor ruled out there`;
    case "near the margin":
      return more === null
        ? `${changes}: near ${limit}, so that far more replications would hardly tell on which side`
        : `${changes}: near ${limit}, so that it takes far more replications to tell on which side`;
    case "rare events":
      return `${changes}: rare events decide, and too few were seen to hold them against ${limit}`;
    default: {
      const low = change?.ci95?.[0];
      const bound = typeof margin === "number" ? margin : margin.absolute;
      if (low === undefined)
        return `${objective} has a value in too few replications for an interval`;
      return low >= -bound
        ? `${changes}: no loss beyond ${limit}, but no gain is shown either`
        : `${changes}: a loss beyond ${limit} is neither shown nor ruled out`;
    }
  }
}

/** The change in the objective's unit, where demand is what the operator sees. */
function amountText(
  { difference, objective, margin }: Judgement,
  { formatAmount, scenario }: SentenceOptions,
): string {
  if (typeof margin !== "number" || isUncalibrated(scenario)) return "";
  if (difference === undefined || !difference.ci95.every(Number.isFinite)) return "";
  const write: Write = (value) => formatAmount(objective, value);
  return `, ${fromTo(difference.ci95, write)}`;
}

/** Replications that a longer run of them is planned with. */
const PLANNED_REPLICATIONS = 24;

function helpText({ more, sequence }: Judgement): string {
  if (more === null) return "";
  if (sequence !== undefined && more.power !== null) {
    const cases = `would decide it in ${Math.floor(more.power * 5)} of 5 cases`;
    if (more.replications <= sequence.max) {
      return `; about ${counted(more.replications, "replication")} in all, of at most ${sequence.max}, ${cases}`;
    }
    const each = Math.ceil(more.hours / PLANNED_REPLICATIONS);
    return `; longer replications, with another --seed and --duration ${each}h, ${cases}`;
  }
  const hours = Math.round(more.hours * 10) / 10;
  const run = `about ${counted(more.replications, "replication")} (${counted(hours, "simulated hour")})`;
  if (more.power === null) return `; begin with ${run}`;
  return `; ${run} with another --seed would decide it in ${Math.floor(more.power * 5)} of 5 cases; with the same one they are a second look, which may double the share of false decisions`;
}

/**
 * The reason of a verdict, and for an undecided one what would decide it, in one sentence; where
 * there is no verdict on the operator's net, a second one on fees.
 *
 * @param judgement from `judge`
 * @param options names and the way to write figures
 */
export function verdictSentence(judgement: Judgement, options: SentenceOptions): string {
  const own = `${reasonText(judgement, options)}${helpText(judgement)}.`;
  const { instead } = judgement;
  if (instead === null) return own;
  return `${own} On fees: ${instead.decision}. ${verdictSentence(instead, options)}`;
}
