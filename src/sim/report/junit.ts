/** Expectations as a JUnit report, which CI servers show: a suite for each scenario. */
import { XMLBuilder } from "fast-xml-parser";
import type { AdviceResult } from "../advise/advice-result.js";
import type { ScenarioResult } from "../results.js";
import type { SweepResult } from "../sweep/sweep-result.js";
import { type AnyResult, expectedIn, isAdvice, isSweep } from "./any-result.js";
import { adviceContent } from "./content/advice-content.js";
import { sweepContent } from "./content/sweep-content.js";

/** Characters that XML 1.0 does not have. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Half of a character. */
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

function clean(text: string): string {
  return text.replaceAll(LONE_SURROGATE, "?").replaceAll(NOT_XML, "?");
}

interface Case {
  readonly name: string;
  /** Why it failed; undefined: it did not. */
  readonly failure?: string | undefined;
  readonly output?: string | undefined;
  /** Why it was not tried; undefined: it was. */
  readonly skipped?: string | undefined;
}

function expectationCases(result: AnyResult): Case[] {
  const { expectations, notJudged } = expectedIn(result);
  return [
    ...expectations.map(({ text, passed, actual }) => ({
      name: text,
      failure: passed ? undefined : `is ${actual}`,
      output: passed ? `is ${actual}` : undefined,
    })),
    ...notJudged.map(({ text, by }) => ({ name: text, skipped: `poolsim ${by} judges it` })),
  ];
}

/** The verdict, or that on each of several candidates. */
function verdictCases({ verdict, verdicts, notes }: ScenarioResult): Case[] {
  const all =
    verdicts?.map((one) => ({ name: `verdict on ${one.candidate}`, one })) ??
    (verdict === null ? [] : [{ name: "verdict", one: verdict }]);
  return all.map(({ name, one: { decision, reason, sentence } }) => ({
    name,
    output: withNotes(`${decision} (${reason}): ${sentence}`, notes),
  }));
}

function runCases(result: ScenarioResult): Case[] {
  const { partial, conservation } = result;
  const broken = Object.entries(conservation).flatMap(([name, holds]) => (holds ? [] : [name]));
  return [
    {
      name: "every figure balances",
      failure: broken.length === 0 ? undefined : `does not balance: ${broken.join(", ")}`,
    },
    ...(partial ? [{ name: "ran to its end", failure: "it was stopped" }] : []),
    ...verdictCases(result),
  ];
}

/** What is said, and each note on a line of its own. */
function withNotes(text: string, notes: readonly string[]): string {
  return [text, ...notes.map((note) => `Note: ${note}`)].join("\n");
}

/** What is advised, and what all of it changes: nothing that can fail. */
function adviceCases(result: AdviceResult): Case[] {
  const { answer, toDo, open, kept } = adviceContent(result);
  return [
    {
      name: "advice",
      output: withNotes([answer.headline, ...answer.sentences].join(". "), result.notes),
    },
    ...[...toDo, ...open, ...kept].map(({ name, what, change, why }) => ({
      name: `worker ${name}`,
      output: `${what}${change === "" ? "" : `: ${change}`}; ${why}`,
    })),
  ];
}

/** What is best in each circumstance: nothing that can fail. */
function sweepCases(result: SweepResult): Case[] {
  const { answer, slices } = sweepContent(result);
  const text = [answer.headline, ...answer.sentences].join(". ");
  const said = { name: "sweep", output: withNotes(text, result.notes) };
  if (slices.length < 2) return [said];
  return [
    said,
    ...slices.map(({ label, best, asGood, change }) => ({
      name: `case ${label}`,
      output: `best ${best}; as good ${asGood}; ${change}`,
    })),
  ];
}

function casesOf(result: AnyResult): readonly Case[] {
  const own = isAdvice(result)
    ? adviceCases(result)
    : isSweep(result)
      ? sweepCases(result)
      : runCases(result);
  return [...own, ...expectationCases(result)];
}

/** @returns an XML document; there are no times in it: the same results give the same bytes */
export function renderJunit(results: readonly AnyResult[]): string {
  const suites = results.map((result) => {
    const cases = casesOf(result);
    return {
      "@name": clean(result.scenario.name),
      "@tests": cases.length,
      "@failures": cases.filter(({ failure }) => failure !== undefined).length,
      "@errors": 0,
      "@skipped": cases.filter(({ skipped }) => skipped !== undefined).length,
      testcase: cases.map(({ name, failure, output, skipped }) => ({
        "@name": clean(name),
        "@classname": clean(result.scenario.file),
        ...(skipped === undefined ? {} : { skipped: { "@message": clean(skipped) } }),
        ...(failure === undefined
          ? {}
          : {
              failure: {
                "@message": clean(failure),
                "@type": "expectation",
                "#text": clean(failure),
              },
            }),
        ...(output === undefined ? {} : { "system-out": clean(output) }),
      })),
    };
  });
  const sum = (key: "@tests" | "@failures") =>
    suites.reduce((total, suite) => total + suite[key], 0);
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    format: true,
    suppressEmptyNode: true,
  });
  const document = {
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    testsuites: {
      "@name": "poolsim",
      "@tests": sum("@tests"),
      "@failures": sum("@failures"),
      "@errors": 0,
      testsuite: suites,
    },
  };
  return builder.build(document);
}
