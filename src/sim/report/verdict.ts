/** stub */
import type { ScenarioResult } from "../results.js";
import type { ReportOptions } from "./report.js";
export function renderVerdictLines(result: ScenarioResult, _options: ReportOptions): string {
  return result.scenario.name;
}
