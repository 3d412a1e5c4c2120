/** What `run` and `merge` print of finished experiments. */
import type { LoadedScenario } from "../../sim/input.js";
import { renderReport, renderVerdict } from "../../sim/report/report.js";
import type { ScenarioResult } from "../../sim/results.js";
import type { TextStream } from "../shared/terminal.js";
import { networkAge } from "./network-age.js";
import { whatItTakes } from "./what-it-takes.js";

/** A result, and how long it took. */
export interface Finished {
  readonly result: ScenarioResult;
  /** How long it took here; null: not all of it was computed now. */
  readonly elapsedMs: number | null;
}

/** Prints reports, or with `quiet` verdicts only, one after the other. */
export function print(
  finished: readonly Finished[],
  scenarios: readonly LoadedScenario[],
  {
    files = [],
    html,
    quiet,
    details,
  }: {
    readonly files?: readonly string[];
    /** The page that is written beside it. */
    readonly html?: string | undefined;
    readonly quiet: boolean;
    readonly details: boolean;
  },
  stream: TextStream,
): void {
  const { width, hasColour } = stream;
  const page = html === "-" ? undefined : html;
  for (const [index, { result, elapsedMs }] of finished.entries()) {
    const style = { width, hasColour, details, html: page, file: files[index] };
    if (index > 0 && !quiet) stream.write("\n");
    stream.write(quiet ? renderVerdict(result, style) : renderReport(result, style));
    const file = files[index];
    if (!quiet && file !== undefined) stream.write(whatItTakes(result, { file, elapsedMs }));
    const loaded = scenarios[index];
    if (!quiet && loaded !== undefined) stream.write(networkAge(loaded, Date.now()));
  }
}
