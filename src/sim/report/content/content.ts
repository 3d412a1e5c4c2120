/**
 * What a report says, worked out once from a result and written down by every renderer: terminal,
 * HTML, Markdown. Plain data in plain words; pure, the same result gives the same content.
 */
import type { ScenarioResult } from "../../results.js";
import { type AITable, aiTable } from "./ai-lines.js";
import { type Answer, answerOf } from "./answer.js";
import { commandOf } from "./command.js";
import { type Grounds, groundsOf } from "./grounds.js";
import { type KeyFigures, keyFigures } from "./key-figures.js";
import { headTexts, meaningsIn } from "./meanings.js";
import { shownVariant, type WorkerLine, workerLines } from "./worker-lines.js";

/** The content of a report's first screen. */
export interface ReportContent {
  /** Name of the scenario. */
  readonly title: string;
  readonly answer: Answer;
  readonly figures: KeyFigures;
  /** Variants whose pool had no stream, and why. */
  readonly silent: readonly { readonly variant: string; readonly reason: string }[];
  /** Workers of the judged variant, those in question first; copies of one kind together. */
  readonly workers: readonly WorkerLine[];
  /** The variant that the workers' figures are of; null where there is one only. */
  readonly workersIn: string | null;
  /** AI jobs of the same variant; left out where there are none. */
  readonly ai?: AITable | undefined;
  readonly grounds: Grounds;
  /** What runs it again. */
  readonly command: string;
  /** The version that made the result. */
  readonly poolsim: string;
}

/**
 * @param result from `runExperiment`, or read from a JSON result
 * @param file the scenario as the command line had it; results know its base name only
 */
export function reportContent(
  result: ScenarioResult,
  file: string = result.scenario.file,
): ReportContent {
  const head = { answer: answerOf(result), figures: keyFigures(result) };
  const workers = workerLines(result);
  const units = workers.flatMap(({ worth, worthUnit }) => (worth === "" ? [] : [worthUnit]));
  const ai = aiTable(shownVariant(result) ?? {});
  return {
    title: result.scenario.name,
    ...head,
    silent: result.variants.flatMap(({ name, withoutStreams, metrics }) => {
      // Where AI jobs alone are asked for, nobody misses streams.
      const isNoNews = ai !== null && metrics["network.streams"]?.mean === 0;
      return withoutStreams === null || isNoNews ? [] : [{ variant: name, reason: withoutStreams }];
    }),
    workers,
    workersIn: result.variants.length > 1 ? (shownVariant(result)?.name ?? null) : null,
    ...(ai === null ? {} : { ai }),
    grounds: groundsOf(result, meaningsIn([...headTexts(head), ...units])),
    command: commandOf(result, file),
    poolsim: result.poolsim,
  };
}
