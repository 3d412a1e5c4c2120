/** `poolsim schema`: prints the JSON Schema of scenario files. */
import { scenarioJsonSchema } from "../../sim/scenario/json-schema.js";
import { EXIT } from "../shared/failure.js";
import type { Terminal } from "../shared/terminal.js";

/** @returns the exit code */
export function printSchema({ stdout }: Terminal): number {
  stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
  return EXIT.ok;
}
