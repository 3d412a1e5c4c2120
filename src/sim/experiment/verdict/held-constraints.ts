/** Which constraints a question has: its own, or what it must not cost those who are served. */
import { asksOnlyAI } from "../../scenario/asks-only-ai.js";
import type { Scenario } from "../../scenario/schema.js";
import type { Question } from "./judge.js";

type Constraints = Question["constraints"];

/** Of segments, which there are none of where all that is asked for is AI jobs. */
const OF_SEGMENTS: ReadonlySet<string> = new Set(["pool.lateShare", "network.lateShare"]);

/** How much more of it may be late, or not served at all: half a percentage point. */
const MORE_MAX = 0.005;

/** Where nothing is said: late segments, and AI jobs that are not served, where the pool serves any. */
function usual({ ai, workers }: Scenario): Constraints {
  const jobs = workers.some((worker) => worker.ai !== undefined) ? (ai?.jobs ?? []) : [];
  return ["pool.lateShare", ...jobs.map(({ name }) => `ai.${name}.unservedShare`)].map(
    (metric) => ({ metric, maxIncrease: MORE_MAX }),
  );
}

/**
 * A question with its constraints, without those that its scenario cannot break, nor show to be kept: a share of
 * late segments where nothing is transcoded.
 */
export function withHeldConstraints<T extends { readonly constraints?: Constraints | undefined }>(
  scenario: Scenario,
  question: T,
): T & { readonly constraints: Constraints } {
  const { constraints = usual(scenario) } = question;
  const held = asksOnlyAI(scenario)
    ? constraints.filter(({ metric }) => !OF_SEGMENTS.has(metric))
    : constraints;
  return { ...question, constraints: held };
}
