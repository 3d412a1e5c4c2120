/** Checks of what a scenario asks: its decision and expectations name variants and metrics. */

import type { Finding, Path } from "../../config/problem.js";
import { suggestion } from "../../config/suggest.js";
import { InputError } from "../../core/errors.js";
import { parseAdviceExpectation } from "../experiment/expect/advice-expectation.js";
import { type ExpectationError, parseExpectation } from "../experiment/expect/expectations.js";
import { parseVerdictExpectation } from "../experiment/expect/verdict-expectation.js";
import { axesOf } from "../sweep/axes.js";
import { candidatesOf } from "./candidates.js";
import { workerNames } from "./cross-checks.js";
import { objectiveProblem } from "./known-metrics.js";
import type { Scenario } from "./schema.js";

/** What questions may be about. */
export interface Askable {
  readonly variants: ReadonlySet<string>;
  /** Whether a metric goes by this name; otherwise what the message adds (may be empty). */
  readonly metricProblem: (metric: string) => string | undefined;
  /**
   * Why a metric that exists never has a value in a variant; `isAlone`: it is not compared with
   * another one's.
   */
  readonly valueProblem: (
    metric: string,
    where: { readonly variant: string; readonly isAlone: boolean },
  ) => string | undefined;
}

function variantFinding(path: Path, name: string, { variants }: Askable, where = ""): Finding[] {
  if (variants.has(name)) return [];
  const hint = suggestion(name, variants);
  return [{ path, text: `${where}no variant is called ${JSON.stringify(name)}${hint}` }];
}

/** @param variants whose values are asked for; several are compared */
function metricFinding(
  path: Path,
  name: string,
  askable: Askable,
  { variants, where = "" }: { readonly variants: readonly string[]; readonly where?: string },
): Finding[] {
  const problem = askable.metricProblem(name);
  if (problem !== undefined) {
    return [{ path, text: `${where}no metric is called ${JSON.stringify(name)}${problem}` }];
  }
  for (const variant of variants.filter((one) => askable.variants.has(one))) {
    const why = askable.valueProblem(name, { variant, isAlone: variants.length === 1 });
    if (why === undefined) continue;
    return [{ path, text: `${where}${name} never has a value in the variant ${variant}: ${why}` }];
  }
  return [];
}

function objectiveFinding(
  path: Path,
  name: string,
  askable: Askable,
  variants: readonly string[],
): Finding[] {
  const unknown = metricFinding(path, name, askable, { variants });
  const problem = unknown.length > 0 ? undefined : objectiveProblem(name);
  return problem === undefined ? unknown : [{ path, text: problem }];
}

function unreadable(path: Path, { column, found, expected }: ExpectationError): Finding[] {
  const what = found === "" ? "ends" : `found ${JSON.stringify(found)}`;
  return [{ path, text: `character ${column}: ${what}, expected ${expected}` }];
}

/** What is wrong with an item on advice or a best point; null for one on something else. */
function adviceFindings(
  text: string,
  path: Path,
  askable: Askable,
  { workers }: Scenario,
): Finding[] | null {
  const parsed = parseAdviceExpectation(text, askable.variants);
  if (parsed === null) return null;
  if (!parsed.ok) return unreadable(path, parsed.error);
  const { expectation: item } = parsed;
  if (item.about === "worker") {
    const known = new Set(workers.flatMap((spec) => [spec.name, ...workerNames(spec)]));
    if (known.has(item.worker)) return [];
    const hint = suggestion(item.worker, known);
    const where = `character ${item.column}: `;
    return [{ path, text: `${where}no worker is called ${JSON.stringify(item.worker)}${hint}` }];
  }
  if (item.about === "best") return [];
  const { metric, columns } = item.expectation;
  return metricFinding(path, metric, askable, {
    variants: [],
    where: `character ${columns.metric}: `,
  });
}

/** @param candidates of the decision; none: there is no decision */
function expectationFindings(
  text: string,
  path: Path,
  askable: Askable,
  scenario: Scenario,
  candidates: readonly string[],
): Finding[] {
  const onVerdict = parseVerdictExpectation(text);
  if (onVerdict?.ok) {
    const { candidate } = onVerdict.expectation;
    if (candidates.length === 0) {
      return [{ path, text: "there is no verdict without a decision: block" }];
    }
    if (candidate === null ? candidates.length === 1 : candidates.includes(candidate)) return [];
    const one = candidates.map((name) => `verdict(${name})`).join(" or ");
    const found =
      candidate === null ? "the verdict of several candidates" : `verdict(${candidate})`;
    return [{ path, text: `found ${found}, expected ${one}` }];
  }
  const onAdvice = adviceFindings(text, path, askable, scenario);
  if (onAdvice !== null) return onAdvice;
  const parsed = onVerdict ?? parseExpectation(text);
  if (!parsed.ok) return unreadable(path, parsed.error);
  const { variant, baseline, metric, columns } = parsed.expectation;
  return [
    ...variantFinding(path, variant, askable, `character ${columns.variant}: `),
    ...(baseline === null
      ? []
      : variantFinding(path, baseline, askable, `character ${columns.baseline}: `)),
    ...metricFinding(path, metric, askable, {
      variants: baseline === null ? [variant] : [variant, baseline],
      where: `character ${columns.metric}: `,
    }),
  ];
}

/** What is wrong with what a sweep varies; whether the settings exist is found when it is run. */
function sweepFindings({ sweep, decision }: Scenario, askable: Askable): Finding[] {
  if (sweep === undefined) return [];
  const { vary, objective } = sweep;
  const variants = decision === undefined ? [] : [decision.baseline, ...candidatesOf(decision)];
  const found =
    objective === undefined
      ? []
      : objectiveFinding(["sweep", "objective"], objective, askable, variants);
  try {
    axesOf(Object.entries(vary).map(([path, values]) => ({ path, values })));
    return found;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const text = error.message.replace(/^--vary:? /, "");
    return [{ path: ["sweep", "vary"], text }, ...found];
  }
}

function candidatePath({ candidate }: NonNullable<Scenario["decision"]>, index: number): Path {
  return ["decision", "candidate", ...(typeof candidate === "string" ? [] : [index])];
}

/** What is wrong with the decision and the expectations of a scenario. */
export function questionFindings(scenario: Scenario, askable: Askable): readonly Finding[] {
  const findings: Finding[] = [];
  const { decision, expect } = scenario;
  if (decision !== undefined) {
    const { baseline, objective, constraints = [] } = decision;
    const candidates = candidatesOf(decision);
    const variants = [baseline, ...candidates];
    findings.push(
      ...variantFinding(["decision", "baseline"], baseline, askable),
      ...candidates.flatMap((name, index) =>
        variantFinding(candidatePath(decision, index), name, askable),
      ),
      ...objectiveFinding(["decision", "objective"], objective, askable, variants),
      ...constraints.flatMap(({ metric }, index) =>
        metricFinding(["decision", "constraints", index, "metric"], metric, askable, { variants }),
      ),
    );
    for (const [index, name] of candidates.entries()) {
      const path = candidatePath(decision, index);
      const found = `found ${JSON.stringify(name)}`;
      if (name === baseline) {
        findings.push({ path, text: `${found}, expected another variant than the baseline` });
      } else if (candidates.indexOf(name) < index) {
        findings.push({ path, text: `${found} twice, expected each candidate once` });
      }
    }
  }
  findings.push(...sweepFindings(scenario, askable));
  const candidates: readonly string[] = decision === undefined ? [] : candidatesOf(decision);
  for (const [index, text] of expect.entries()) {
    findings.push(...expectationFindings(text, ["expect", index], askable, scenario, candidates));
  }
  return findings;
}
