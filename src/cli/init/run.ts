/** `poolsim init`: writes a commented scenario that runs, and its schema for editors. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { scenarioJsonSchema } from "../../sim/scenario/json-schema.js";
import { EXIT } from "../shared/failure.js";
import type { Terminal } from "../shared/terminal.js";
import { STARTER } from "./starter.js";

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const why =
      code === "EEXIST" ? "exists already, nothing was written" : `cannot be written (${code})`;
    throw new InputError(`${path}: ${why}`, { code: "INIT_TARGET", cause: error });
  }
}

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/**
 * @param folder made when it does not exist
 * @returns the exit code
 * @throws InputError (`INIT_TARGET`) when the scenario exists or cannot be written
 */
export function initScenario(folder: string, { stdout }: Terminal): number {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const message = `${folder}: expected a folder or the name of a new one`;
    throw new InputError(message, { code: "INIT_TARGET", cause: error });
  }
  const scenario = join(folder, "scenario.yaml");
  write(scenario, STARTER);
  const schema = join(folder, "scenario.schema.json");
  writeFileSync(schema, `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
  stdout.write(`Wrote ${scenario} and ${schema}. Next:\n\n  poolsim run ${quoted(scenario)}\n`);
  return EXIT.ok;
}
