/** stub */
import type { ScenarioResult } from "../results.js";
export interface ReportOptions {
  readonly width: number;
  readonly hasColour: boolean;
  readonly countedMs?: number | undefined;
}
export function renderReport(result: ScenarioResult, _options: ReportOptions): string {
  return result.scenario.name;
}
