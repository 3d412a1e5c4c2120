/** The public face of the simulator: load a scenario, run it, read its result. */
export type { LoadedScenario } from "./input.js";
export type { ScenarioResult } from "./results.js";
