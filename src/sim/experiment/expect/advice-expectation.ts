/**
 * The `expect:` items that `run` cannot judge: on advice, and on the best point of a sweep or a rule.
 *
 *     worker.slow-a.advice == exclude
 *     worker.gtx-3.advice in [keep, spare]
 *     advice.together.operatorNetPerDay > 0 with 95%
 *     best.limitMs >= 700
 *     asGood.limitMs == 900
 *
 * `asGood` holds where one of those that are as good as the best has it.
 * In `advice.together.<metric>` stands a metric of the pool, with all advice followed minus as it is.
 */
import {
  type Expectation,
  type ExpectationError,
  type ParsedExpectation,
  parseExpectation,
} from "./expectations.js";

/** What advice may say. */
export const ADVICE_WORDS = ["keep", "cap", "spare", "exclude", "undecided"] as const;

/** A parsed item. */
export type AdviceExpectation =
  | {
      readonly about: "worker";
      readonly text: string;
      readonly worker: string;
      /** Where its name begins, from 1. */
      readonly column: number;
      /** The words with which it holds. */
      readonly allowed: readonly string[];
    }
  | {
      readonly about: "together";
      /** Its metric is one of the pool, with its whole name. */
      readonly expectation: Expectation;
    }
  | {
      readonly about: "best";
      readonly text: string;
      /** `asGood`: one of those that are as good as the best is enough. */
      readonly who: "best" | "asGood";
      /** Path of the setting, or its end. */
      readonly setting: string;
      /** On a number. */
      readonly expectation: Expectation | null;
      /** On a word. */
      readonly allowed: readonly string[];
      readonly isNot: boolean;
    };

/** What a text is: an item on advice, or a wrong one. */
export type ParsedAdviceExpectation =
  | { readonly ok: true; readonly expectation: AdviceExpectation }
  | { readonly ok: false; readonly error: ExpectationError };

const WORKER = /^\s*worker\.([A-Za-z0-9_-]+)\.advice\b\s*/;
const RELATION = /^(==|!=|in\b)\s*/;
const TOGETHER = /^\s*advice\./;
const BEST = /^\s*(best|asGood)\./;
const BEST_WORD = /^\s*(?:best|asGood)\.([A-Za-z0-9_.-]+)\s*(==|!=|in\b)\s*/;

function failed(column: number, found: string, expected: string): ParsedAdviceExpectation {
  return { ok: false, error: { column, found: /^\S*/.exec(found)?.[0] ?? "", expected } };
}

/** The words of `a` or `[a, b]`; null for a list without its brackets. */
function listOf(text: string, isList: boolean): readonly string[] | null {
  const inner = isList ? /^\[([^\]]*)\]\s*$/.exec(text)?.[1] : text;
  return inner === undefined
    ? null
    : (isList ? inner.split(",") : [inner]).map((one) => one.trim());
}

/** A word of {@link ADVICE_WORDS}; `keep as spare` and `cap at 2` are how reports write two of them. */
function adviceWord(text: string): string | undefined {
  return ADVICE_WORDS.find((word) => word === (text === "keep as spare" ? "spare" : text));
}

function workerItem(text: string): ParsedAdviceExpectation | null {
  const begin = WORKER.exec(text);
  if (begin === null) return null;
  const [whole = "", worker = ""] = begin;
  const after = text.slice(whole.length);
  const relation = RELATION.exec(after);
  if (relation === null) return failed(whole.length + 1, after, "==, != or in");
  const [before = "", operator = ""] = relation;
  const rest = after.slice(before.length);
  const column = whole.length + before.length + 1;
  const words = listOf(rest, operator === "in");
  if (words === null) return failed(column, rest, "a list such as [exclude, cap]");
  const named: string[] = [];
  for (const item of words) {
    const word = adviceWord(item);
    const at = column + Math.max(0, rest.indexOf(item));
    if (word === undefined) return failed(at, item, `one of ${ADVICE_WORDS.join(", ")}`);
    named.push(word);
  }
  const allowed = operator === "!=" ? ADVICE_WORDS.filter((word) => !named.includes(word)) : named;
  return {
    ok: true,
    expectation: { about: "worker", text, worker, column: text.indexOf(worker, 7) + 1, allowed },
  };
}

/** An item that reads as one on a variant's metric. */
function metricItem(
  parsed: ParsedExpectation,
  made: (expectation: Expectation) => AdviceExpectation | string,
): ParsedAdviceExpectation {
  if (!parsed.ok) return parsed;
  const { expectation } = parsed;
  const found = made(expectation);
  return typeof found === "string"
    ? failed(expectation.columns.metric, expectation.metric, found)
    : { ok: true, expectation: found };
}

function togetherItem(text: string): ParsedAdviceExpectation | null {
  if (!TOGETHER.test(text)) return null;
  return metricItem(parseExpectation(text), (found) => {
    const metric = /^together\.(.+)$/.exec(found.metric)?.[1];
    if (metric === undefined) return "together.<metric of the pool>";
    const whole = metric.startsWith("pool.") ? metric : `pool.${metric}`;
    return { about: "together", expectation: { ...found, metric: whole } };
  });
}

function bestItem(text: string): ParsedAdviceExpectation | null {
  const begin = BEST.exec(text);
  if (begin === null) return null;
  const who = begin[1] === "asGood" ? "asGood" : "best";
  const parsed = parseExpectation(text);
  const isNumber = parsed.ok || !/a number|one of </.test(parsed.error.expected);
  const [whole = "", setting = "", operator = ""] = BEST_WORD.exec(text) ?? [];
  if (isNumber || whole === "") {
    return metricItem(parsed, (expectation) =>
      expectation.wholeInterval
        ? "a setting without 'with 95%': the best point has no interval"
        : {
            about: "best",
            text,
            who,
            setting: expectation.metric,
            expectation,
            allowed: [],
            isNot: false,
          },
    );
  }
  const rest = text.slice(whole.length);
  const allowed = listOf(rest, operator === "in");
  if (allowed === null || allowed.some((word) => word === "")) {
    return failed(whole.length + 1, rest, operator === "in" ? "a list such as [a, b]" : "a value");
  }
  const isNot = operator === "!=";
  return {
    ok: true,
    expectation: { about: "best", text, who, setting, expectation: null, allowed, isNot },
  };
}

/**
 * Parses an item on advice or on a best point.
 *
 * @param text one line
 * @param variants names of the scenario's: one called `advice`, `best` or `asGood` is meant by its name
 * @returns null for a text that is about something else
 */
export function parseAdviceExpectation(
  text: string,
  variants: ReadonlySet<string> = new Set(),
): ParsedAdviceExpectation | null {
  return (
    workerItem(text) ??
    (variants.has("advice") ? null : togetherItem(text)) ??
    (variants.has("best") || variants.has("asGood") ? null : bestItem(text))
  );
}

/** The command that judges an item. */
export function judgeOf({ about }: AdviceExpectation): "advise" | "sweep" {
  return about === "best" ? "sweep" : "advise";
}
