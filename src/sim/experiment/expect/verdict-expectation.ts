/**
 * The `expect:` items that are about the verdict, not about a metric.
 *
 *     verdict == exclude
 *     verdict != admit
 *     verdict in [exclude, undecided]
 *     verdict(with-b) == admit          (of one of several candidates)
 */
import type { Decision, Verdict } from "../../results.js";
import type { ExpectationError } from "./expectations.js";

const DECISIONS: readonly Decision[] = ["admit", "exclude", "no difference", "undecided"];

/** A parsed item. */
export interface VerdictExpectation {
  readonly text: string;
  /** Name of the candidate; `null`: the only one. */
  readonly candidate: string | null;
  /** The verdicts with which it holds. */
  readonly allowed: readonly Decision[];
}

/** What a text is: an item about the verdict, or a wrong one. */
export type ParsedVerdictExpectation =
  | { readonly ok: true; readonly expectation: VerdictExpectation }
  | { readonly ok: false; readonly error: ExpectationError };

const BEGINS = /^\s*verdict\s*(?:\(\s*([^()]*?)\s*\)\s*)?(==|!=|in\b)\s*/;

/** A verdict's name; `no-difference` is taken, too. */
function decisionOf(text: string): Decision | undefined {
  const name = text.trim().replaceAll(/[\s-]+/g, " ");
  return DECISIONS.find((decision) => decision === name);
}

/**
 * Parses an item about the verdict.
 *
 * @param text one line
 * @returns null for a text that is about something else
 */
export function parseVerdictExpectation(text: string): ParsedVerdictExpectation | null {
  const begin = BEGINS.exec(text);
  if (begin === null) return null;
  const [whole = "", candidate = null, operator = ""] = begin;
  const rest = text.slice(whole.length);
  const list = operator === "in" ? /^\[([^\]]*)\]\s*$/.exec(rest)?.[1]?.split(",") : [rest];
  const fail = (at: string, expected: string): ParsedVerdictExpectation => {
    const column = whole.length + Math.max(0, rest.indexOf(at.trim())) + 1;
    return { ok: false, error: { column, found: at.trim(), expected } };
  };
  if (list === undefined) return fail(rest, `a list such as [exclude, undecided]`);
  const named: Decision[] = [];
  for (const item of list) {
    const decision = decisionOf(item);
    if (decision === undefined) return fail(item, `one of ${DECISIONS.join(", ")}`);
    named.push(decision);
  }
  const allowed =
    operator === "!=" ? DECISIONS.filter((decision) => !named.includes(decision)) : named;
  return { ok: true, expectation: { text, candidate, allowed } };
}

/**
 * Compares an item with the verdict: that on fees, where there is none on the operator's net.
 *
 * @param verdict null where nothing is judged: the item does not hold
 */
export function evaluateVerdictExpectation(
  { text, allowed }: VerdictExpectation,
  verdict: (Verdict & { readonly instead: Verdict | null }) | null,
): { readonly text: string; readonly passed: boolean; readonly actual: string } {
  if (verdict === null) return { text, passed: false, actual: "nothing: no verdict was reached" };
  const { decision, reason, sentence } = verdict.instead ?? verdict;
  return {
    text,
    passed: allowed.includes(decision),
    actual: `${decision} (${reason}): ${sentence}`,
  };
}
