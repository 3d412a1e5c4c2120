/** What would tell more of workers of which it is not known yet what to do. */
import { counted } from "../../../core/wording.js";
import type { AdviceResult, WorkerAdviceResult } from "../../advise/advice-result.js";
import { losesMost } from "../../advise/advice-rules.js";
import { NO_STREAMS } from "../../metrics/silence.js";
import { spanText } from "../figures.js";
import { listed } from "./answer.js";
import { ABSOLUTE_MARGIN, largerMargin } from "./changes.js";
import { adviceOptions, sourceWords } from "./command.js";

/**
 * Of one that loses most of its streams, fails most of its AI jobs, or breaks a constraint by staying, it is known
 * that it does badly, whatever is not decided.
 */
export function isBad({ advice, figures, breaks }: WorkerAdviceResult): boolean {
  return advice === "undecided" && (breaks !== undefined || losesMost(figures));
}

/** Reasons of verdicts that longer replications do away with, and more of them hardly. */
const SELDOM: ReadonlySet<string> = new Set(["no evidence", "rare events"]);

/** Clients of AI jobs wait for its slow answers, however long. */
function isWaitedFor({ tried, figures }: WorkerAdviceResult): boolean {
  if (figures.ai?.othersMs !== undefined) return true;
  return tried.some(({ problem }) => problem === "slow answers");
}

/** What would tell more of workers that are not decided. */
export function openHint(result: AdviceResult, file: string): string {
  const { workers, replications } = result;
  if (replications === 0) return "";
  const open = workers.filter(({ advice }) => advice === "undecided");
  if (open.length === 0) return "";
  const isUnseen = ({ more, tried }: WorkerAdviceResult) =>
    more === null &&
    tried.some(({ reason }) => reason !== null) &&
    tried.every(({ reason }) => reason === null || SELDOM.has(reason));
  const isHelpless = (worker: WorkerAdviceResult) => isBad(worker) && worker.more === null;
  const texts = open.map((worker) => {
    const { name, more } = worker;
    if (worker.figures.wrongShare !== undefined) {
      return `${name}: no number of replications helps where wrong results are paid like right ones`;
    }
    if (isHelpless(worker) && worker.breaks !== undefined) {
      return `${name}: no number of replications helps where it breaks a constraint, and nothing that is done about it gains`;
    }
    if (isHelpless(worker) && worker.tried.some(({ finding }) => finding === "undecided")) {
      return `${name}: hardly any number of replications would decide what gains; that it does badly is known`;
    }
    if (isHelpless(worker)) {
      return `${name}: no number of replications helps where it does badly and no other worker does better`;
    }
    if (isWaitedFor(worker)) {
      return `${name}: say how long clients wait (ai.jobs[].patience), and it can be judged`;
    }
    if (worker.figures.withoutSessions?.includes(NO_STREAMS) === true) {
      return `${name}: longer replications (--duration), or more demand, would tell more`;
    }
    if (worker.figures.withoutSessions !== undefined) {
      return `${name}: no number of replications helps as long as it gets no session`;
    }
    if (isUnseen(worker)) return `${name}: longer replications (--duration) would tell more`;
    if (more === null) return `${name}: hardly any number of replications would decide`;
    const count = counted(more.replications, "replication");
    return `${name}: about ${count} of ${spanText(more.durationMs)} would decide`;
  });
  const isStuck = open.some(
    (worker) =>
      worker.more === null && !isUnseen(worker) && !isHelpless(worker) && !isWaitedFor(worker),
  );
  // A share of what is not above 0 is no margin.
  const isBelow = open.some(({ tried }) =>
    tried.some(({ reason }) => reason === "objective not positive"),
  );
  const margin = isBelow
    ? ` With a margin that is an amount (${ABSOLUTE_MARGIN}) it can be judged.`
    : isStuck
      ? ` With ${largerMargin(result)} more may be told.`
      : "";
  const only = open.length > 4 ? "" : ` --only ${open.map(({ name }) => name).join(",")}`;
  const options = adviceOptions(result).map((one) => ` ${one}`);
  return `${listed(texts, 2)}.${margin} All figures: poolsim advise ${sourceWords(file)}${only}${options.join("")} --details`;
}
