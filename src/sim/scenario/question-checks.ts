/** Checks of what a scenario asks: its decision and expectations name variants and metrics. */
import { parseExpectation } from "../experiment/expectations.js";
import type { Finding, Path } from "./problem.js";
import type { Scenario } from "./schema.js";
import { suggestion } from "./suggest.js";

/** What questions may be about. */
export interface Askable {
  readonly variants: ReadonlySet<string>;
  /** Whether a metric goes by this name; otherwise what the message adds (may be empty). */
  readonly metricProblem: (metric: string) => string | undefined;
}

function variantFinding(path: Path, name: string, { variants }: Askable, where = ""): Finding[] {
  if (variants.has(name)) return [];
  const hint = suggestion(name, variants);
  return [{ path, text: `${where}no variant is called ${JSON.stringify(name)}${hint}` }];
}

function metricFinding(path: Path, name: string, askable: Askable, where = ""): Finding[] {
  const problem = askable.metricProblem(name);
  if (problem === undefined) return [];
  return [{ path, text: `${where}no metric is called ${JSON.stringify(name)}${problem}` }];
}

function expectationFindings(text: string, path: Path, askable: Askable): Finding[] {
  const parsed = parseExpectation(text);
  if (!parsed.ok) {
    const { column, found, expected } = parsed.error;
    const what = found === "" ? "ends" : `found ${JSON.stringify(found)}`;
    return [{ path, text: `character ${column}: ${what}, expected ${expected}` }];
  }
  const { variant, baseline, metric, columns } = parsed.expectation;
  return [
    ...variantFinding(path, variant, askable, `character ${columns.variant}: `),
    ...(baseline === null
      ? []
      : variantFinding(path, baseline, askable, `character ${columns.baseline}: `)),
    ...metricFinding(path, metric, askable, `character ${columns.metric}: `),
  ];
}

/** What is wrong with the decision and the expectations of a scenario. */
export function questionFindings(scenario: Scenario, askable: Askable): readonly Finding[] {
  const findings: Finding[] = [];
  const { decision, expect } = scenario;
  if (decision !== undefined) {
    const { baseline, candidate, objective, constraints } = decision;
    findings.push(
      ...variantFinding(["decision", "baseline"], baseline, askable),
      ...variantFinding(["decision", "candidate"], candidate, askable),
      ...metricFinding(["decision", "objective"], objective, askable),
      ...constraints.flatMap(({ metric }, index) =>
        metricFinding(["decision", "constraints", index, "metric"], metric, askable),
      ),
    );
    if (baseline === candidate) {
      const text = `found ${JSON.stringify(candidate)}, expected another variant than the baseline`;
      findings.push({ path: ["decision", "candidate"], text });
    }
  }
  for (const [index, text] of expect.entries()) {
    findings.push(...expectationFindings(text, ["expect", index], askable));
  }
  return findings;
}
