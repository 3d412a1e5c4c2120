/**
 * The public face of the simulator: load a scenario, run it, read or print its result.
 *
 *     const loaded = loadScenario("scenario.yaml");
 *     const result = await runExperiment(loaded, { threads: 4 });
 *     console.log(result.verdict?.decision, renderReport(result));
 */

export type { Setting } from "../config/setting.js";
export { parseSetting } from "../config/setting.js";
export type { PoolsimErrorCode } from "../core/error-codes/sim.js";
export * from "../core/public-errors.js";
export { POOLSIM_VERSION } from "../core/version.js";
export type {
  AdviceResult,
  AdviceRule,
  BrokenConstraint,
  FreshComparison,
  MoreNeeded,
  PoolFigure,
  RuleAdmission,
  RuleName,
  TogetherResult,
  TriedAction,
  TriedRule,
  WorkerAdviceResult,
  WorkerFigures,
} from "./advise/advice-result.js";
export type { AdviceWord } from "./advise/advice-rules.js";
export type { AdviseOptions } from "./advise/advise.js";
export type { Action } from "./advise/pool-change.js";
export type { AskedOptions } from "./experiment/asked.js";
export type { Executor, UnitWanted } from "./experiment/executor.js";
export type { ExperimentOptions } from "./experiment/experiment.js";
export type { TimedProgress } from "./experiment/pace.js";
export type { SensitivityLevel } from "./experiment/sensitivity-cases.js";
export type { Progress } from "./experiment/workbench.js";
export type { Extension, ExtensionFile, ExtensionRecord } from "./extensions/extension.js";
export { loadExtensions } from "./extensions/load-extensions.js";
export type {
  DataFile,
  LoadedScenario,
  RecordedWorker,
  ScenarioData,
  SimulationInput,
} from "./input.js";
export type { ResultStore, ResultStoreOptions } from "./kept/result-store.js";
export { openResultStore } from "./kept/result-store.js";
export type { SharedThreads } from "./live/open-threads.js";
export { openThreads } from "./live/open-threads.js";
export type { UnitQueue, UnitQueueOptions } from "./live/queue/unit-queue.js";
export { openUnitQueue } from "./live/queue/unit-queue.js";
export type { Workers } from "./live/queue/workers.js";
export type { RunAdviseOptions, RunExperimentOptions, RunSweepOptions } from "./live/run.js";
export { advise, runExperiment, sweep } from "./live/run.js";
export type {
  KeepOptions,
  QueueOptions,
  RunOptions,
  StopOptions,
  ThreadOptions,
} from "./live/set-up.js";
export type { Tracing } from "./model/trace.js";
export type { DiscoveredOrchestrator, DiscoveryFile } from "./network/discovery-file.js";
export { parseDiscoveryFile } from "./network/discovery-file.js";
export type { DataText } from "./network/regions.js";
export type { AdviceReportOptions } from "./report/advice.js";
export { renderAdvice } from "./report/advice.js";
export type { AnyResult } from "./report/any-result.js";
export type { HtmlOptions } from "./report/html/html.js";
export { renderHtml } from "./report/html/html.js";
export { renderJson } from "./report/json.js";
export { renderReport, renderVerdict } from "./report/report.js";
export type { ReportOptions } from "./report/style.js";
export type { SweepReportOptions } from "./report/sweep.js";
export { renderSweep } from "./report/sweep.js";
export type {
  Admission,
  Comparison,
  ConservationCheck,
  Decision,
  Estimate,
  EventMark,
  EventRow,
  InputSource,
  PeakState,
  Reason,
  ReplicationResult,
  ResultRow,
  ScenarioResult,
  SensitivityResult,
  VariantResult,
  Verdict,
} from "./results.js";
export type { ReadFile } from "./scenario/files.js";
export { FileProblem } from "./scenario/files.js";
export { scenarioJsonSchema } from "./scenario/json-schema.js";
export type { LoadOptions } from "./scenario/load.js";
export { loadScenario } from "./scenario/load.js";
export type { Scenario, ScenarioInput } from "./scenario/schema.js";
export type { SimulateOptions } from "./simulate.js";
export { simulate } from "./simulate.js";
export type { Vary } from "./sweep/axes.js";
export { parseVary } from "./sweep/axes.js";
export type { SweepOptions } from "./sweep/sweep.js";
export type {
  AdmittedCount,
  Dropped,
  SweepAxis,
  SweepConstraint,
  SweepPoint,
  SweepProblem,
  SweepResult,
  SweepSetting,
  SweepSlice,
  SweepStanding,
} from "./sweep/sweep-result.js";
