/** Comparisons and expectations of an experiment, from the replications of its variants. */
import { InputError, invariant } from "../../core/errors.js";
import type { RandomKey } from "../../core/random.js";
import type { Comparison, Estimate, ScenarioResult } from "../results.js";
import { judgeOf, parseAdviceExpectation } from "./expect/advice-expectation.js";
import { evaluateExpectation, parseExpectation } from "./expect/expectations.js";
import {
  evaluateVerdictExpectation,
  parseVerdictExpectation,
} from "./expect/verdict-expectation.js";
import { difference, estimated, type Samples } from "./samples.js";

/** Metrics that every variant is compared in. */
const COMPARED = /^(network|viewer|pool)\./;

/** The variants of an experiment by name, in the scenario's order. */
export type Variants = ReadonlyMap<string, Samples>;

/** Every variant against the baseline, in every metric of the whole network and of the pool. */
export function comparisons(variants: Variants, baseline: string, key: RandomKey): Comparison[] {
  const from = variants.get(baseline);
  invariant(from !== undefined, `there is a variant called ${baseline}`);
  const found: Comparison[] = [];
  for (const [variant, of] of variants) {
    if (variant === baseline) continue;
    for (const metric of of.metrics) {
      if (!COMPARED.test(metric)) continue;
      const estimate = difference({ of, from, metric, key });
      if (estimate === undefined) continue;
      const { mean, ci95 } = estimate;
      found.push({ variant, baseline, metric, difference: { mean, ci95 } });
    }
  }
  return found;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function actualText(actual: ReturnType<typeof estimated> | null): string {
  if (actual === null || actual.mean === null) return "no value";
  const { mean, ci95, n } = actual;
  if (ci95 === null) return `${figure(mean)} (one replication)`;
  return `${figure(mean)} (95 %: ${figure(ci95[0])} … ${figure(ci95[1])}, n = ${n})`;
}

/** The worker whose marginal value a metric is; undefined for any other metric. */
function marginalWorker(metric: string): string | undefined {
  return /^worker\.(.+)\.marginalValue$/.exec(metric)?.[1];
}

/** Workers whose marginal values expectations are about. */
export function marginalValuesAsked(expect: readonly string[]): ReadonlySet<string> {
  const parsed = expect.map(parseExpectation);
  return new Set(
    parsed.flatMap((one) => (one.ok ? (marginalWorker(one.expectation.metric) ?? []) : [])),
  );
}

/** Items that a run cannot judge, and the command that can. */
export function notJudged(
  expect: readonly string[],
  variants: ReadonlySet<string>,
): ScenarioResult["notJudged"] {
  return expect.flatMap((text) => {
    const parsed = parseAdviceExpectation(text, variants);
    return parsed?.ok ? [{ text, by: judgeOf(parsed.expectation) }] : [];
  });
}

/**
 * Compares what the scenario expects with what came out.
 *
 * @param marginalValues of the workers of a variant, by worker's name
 * @throws InputError (`EXPECTATION_INVALID`) for a text that is no expectation
 */
export function expectationResults(options: {
  readonly expect: readonly string[];
  readonly variants: Variants;
  readonly key: RandomKey;
  readonly marginalValues: (variant: string) => ReadonlyMap<string, Estimate>;
  /** By candidate. */
  readonly verdicts: ReadonlyMap<string, ScenarioResult["verdict"]>;
}): ScenarioResult["expectations"] {
  const { expect, variants, key, marginalValues, verdicts } = options;
  const metricOf = (variant: string, metric: string): Estimate | undefined => {
    const worker = marginalWorker(metric);
    if (worker !== undefined) return marginalValues(variant).get(worker);
    return variants.get(variant)?.estimate(metric);
  };
  const elsewhere = new Set(notJudged(expect, new Set(variants.keys())).map(({ text }) => text));
  const judged = expect.filter((text) => !elsewhere.has(text));
  return judged.map((text) => {
    const onVerdict = parseVerdictExpectation(text);
    if (onVerdict?.ok) {
      const { candidate } = onVerdict.expectation;
      const found = candidate === null ? [...verdicts.values()][0] : verdicts.get(candidate);
      return evaluateVerdictExpectation(onVerdict.expectation, found ?? null);
    }
    const parsed = onVerdict ?? parseExpectation(text);
    if (!parsed.ok) {
      const { column, expected } = parsed.error;
      throw new InputError(`expect: ${text}: character ${column}: expected ${expected}`, {
        code: "EXPECTATION_INVALID",
      });
    }
    const { passed, actual } = evaluateExpectation(parsed.expectation, {
      metric: (variant, metric) => {
        const found = metricOf(variant, metric);
        return found && estimated(found);
      },
      difference: (variant, baseline, metric) => {
        const of = variants.get(variant);
        const from = variants.get(baseline);
        if (of === undefined || from === undefined) return undefined;
        const found = difference({ of, from, metric, key });
        return found && estimated(found);
      },
    });
    return { text, passed, actual: actualText(actual) };
  });
}

/** Whether each conservation law holds in every replication of every variant. */
export function conservation(variants: Variants): {
  readonly holds: Record<string, boolean>;
  readonly notes: readonly string[];
} {
  const holds: Record<string, boolean> = {};
  const notes: string[] = [];
  for (const [variant, { records }] of variants) {
    for (const [replication, record] of records.entries()) {
      for (const check of record.conservation) {
        if (check.holds && holds[check.name] === undefined) holds[check.name] = true;
        if (check.holds || holds[check.name] === false) continue;
        holds[check.name] = false;
        notes.push(
          `conservation broken: ${check.name}: ${check.left} ≠ ${check.right} (${variant}, replication ${replication})`,
        );
      }
    }
  }
  return { holds, notes };
}
