/** Which constraints a question has: those that something can be found of. */
import { asksOnlyAI } from "../../scenario/asks-only-ai.js";
import type { Scenario } from "../../scenario/schema.js";
import type { Question } from "./judge.js";

/** Of segments, which there are none of where all that is asked for is AI jobs. */
const OF_SEGMENTS: ReadonlySet<string> = new Set(["pool.lateShare", "network.lateShare"]);

/**
 * A question without the constraints that its scenario cannot break, nor show to be kept: a share of late
 * segments where nothing is transcoded.
 */
export function withHeldConstraints<T extends Pick<Question, "constraints">>(
  scenario: Scenario,
  question: T,
): T {
  if (!asksOnlyAI(scenario)) return question;
  const constraints = question.constraints.filter(({ metric }) => !OF_SEGMENTS.has(metric));
  return { ...question, constraints };
}
