/** The `expect:` items on advice: whether they hold, and by which figures. */
import { signed } from "../../core/wording.js";
import {
  type AdviceExpectation,
  judgeOf,
  parseAdviceExpectation,
} from "../experiment/expect/advice-expectation.js";
import { evaluateBest, isSetting } from "../experiment/expect/best-expectation.js";
import { evaluateExpectation } from "../experiment/expect/expectations.js";
import { estimated } from "../experiment/samples.js";
import type { Estimate, ScenarioResult } from "../results.js";
import type { AdviceResult, WorkerAdviceResult } from "./advice-result.js";
import { actionWords } from "./describe-worker.js";

/** What items are compared with. */
export type Found = Pick<AdviceResult, "workers" | "figures" | "together" | "margin" | "rule">;

type Judged = ScenarioResult["expectations"][number];

/** A change as a share or an amount, with its interval. */
function changeText(change: Estimate | null, { margin }: Pick<AdviceResult, "margin">): string {
  if (change === null) return "by an unknown amount";
  const isShare = margin.relative !== null;
  const write = (value: number) => (isShare ? `${signed(100 * value, 1)} %` : signed(value, 6));
  const [low, high] = change.ci95;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return `by ${write(change.mean)}`;
  return `by ${write(change.mean)} (${write(low)} … ${write(high)})`;
}

/** What was advised, why, and by which figures. */
function adviceText(worker: WorkerAdviceResult, found: Found): string {
  const { advice, action, why, alone, tried } = worker;
  const word = action?.kind === "cap" ? `${advice} at ${action.sessions}` : advice;
  const figures =
    alone !== null
      ? `alone it changes the objective ${changeText(alone, found)}`
      : tried
          .map(({ action: one, change }) => `${actionWords(one)} ${changeText(change, found)}`)
          .join("; ");
  return `${word}: ${why}${figures === "" ? "" : ` (${figures})`}`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function estimateText({ mean, ci95: [low, high], n }: Estimate): string {
  const interval =
    Number.isFinite(low) && Number.isFinite(high)
      ? `95 %: ${figure(low)} … ${figure(high)}, n = ${n}`
      : "one replication";
  return `${figure(mean)} (${interval})`;
}

function onWorker(item: AdviceExpectation & { readonly about: "worker" }, found: Found): Judged {
  const { text, worker: name, allowed } = item;
  const worker = found.workers.find((one) => one.name === name || one.workers.includes(name));
  if (worker === undefined) {
    return { text, passed: false, actual: `nothing: ${name} was not asked about, or never serves` };
  }
  return { text, passed: allowed.includes(worker.advice), actual: adviceText(worker, found) };
}

function onTogether(
  { expectation }: AdviceExpectation & { readonly about: "together" },
  { figures, together }: Found,
): Judged {
  const { text, metric } = expectation;
  const known = figures.find((one) => one.metric === metric)?.difference ?? null;
  // Where nothing is to be done, nothing changes.
  const change: Estimate | null =
    together === null ? { mean: 0, ci95: [0, 0], n: 0 } : (known ?? null);
  const { passed } = evaluateExpectation(expectation, {
    metric: () => (change === null ? undefined : estimated(change)),
    difference: () => undefined,
  });
  const actual =
    together === null
      ? "0: nothing is advised that would change it"
      : change === null
        ? `no value: ${metric} has none in the pool as it is, or as advised`
        : estimateText(change);
  return { text, passed, actual };
}

/** On the best rule; null where no rule of the kind was tried. */
function onBest(
  item: AdviceExpectation & { readonly about: "best" },
  { rule }: Found,
): Judged | null {
  const isTried = rule?.tried.some(({ settings }) =>
    settings.some(({ path }) => isSetting(path, item.setting)),
  );
  if (rule === null || isTried !== true) return null;
  const good = new Set(rule.best?.asGood);
  const asGood = rule.tried.filter(({ label }) => good.has(label));
  return evaluateBest(item, { best: rule.best, asGood });
}

/**
 * Compares the items on advice with what was advised.
 *
 * @param variants names of the scenario's
 */
export function adviceExpectations(
  expect: readonly string[],
  variants: ReadonlySet<string>,
  found: Found,
): Pick<AdviceResult, "expectations" | "notJudged"> {
  const expectations: Judged[] = [];
  const notJudged: AdviceResult["notJudged"][number][] = [];
  for (const text of expect) {
    const parsed = parseAdviceExpectation(text, variants);
    if (!parsed?.ok) notJudged.push({ text, by: "run" });
    else if (parsed.expectation.about === "worker") {
      expectations.push(onWorker(parsed.expectation, found));
    } else if (parsed.expectation.about === "together") {
      expectations.push(onTogether(parsed.expectation, found));
    } else {
      const judged = onBest(parsed.expectation, found);
      if (judged === null) notJudged.push({ text, by: judgeOf(parsed.expectation) });
      else expectations.push(judged);
    }
  }
  return { expectations, notJudged };
}
