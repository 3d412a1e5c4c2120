/** `poolsim init`: writes a commented scenario that runs, and its schema for editors. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { makeFolder } from "../../io/make-folder.js";
import { parseNetwork } from "../../sim/network/network-file.js";
import { parseRegionList } from "../../sim/network/regions.js";
import { scenarioJsonSchema } from "../../sim/scenario/json-schema.js";
import { type PackagedData, packagedData } from "../../sim/scenario/packaged-data.js";
import { EXIT } from "../shared/failure.js";
import { writeTarget } from "../shared/json-target.js";
import type { Terminal } from "../shared/terminal.js";
import { ask } from "./ask.js";
import { questions, starterWith } from "./questions.js";
import { STARTER } from "./starter.js";

/** The scenario comes last, and whole: where anything fails there is none, and `init` can be tried again. */
function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code === "EEXIST") throw target(path, "exists already, nothing was written", error);
    rmSync(path, { force: true });
    throw target(path, `cannot be written (${code})`, error);
  }
}

/** One that is there is replaced: it is what `poolsim schema` prints. */
function writeSchema(path: string): void {
  try {
    writeTarget(path, `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`, "");
  } catch (error) {
    const cause = error instanceof InputError ? error.cause : error;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw target(path, `cannot be written (${code})`, error);
  }
}

function target(path: string, why: string, cause?: unknown): InputError {
  return new InputError(`${path}: ${why}`, { code: "INIT_TARGET", cause });
}

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

export interface InitFlags {
  /** Nothing is asked. */
  readonly defaults: boolean;
}

/** The first column of a packaged table. */
function namesIn(file: "regions.csv" | "devices.csv"): ReadonlySet<string> {
  const lines = packagedData(file)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return new Set(lines.slice(1).map((line) => line.split(",")[0] ?? ""));
}

/** Addresses and names of the packaged network's orchestrators. */
function orchestratorNames(): ReadonlySet<string> {
  const file = (name: PackagedData) => ({ name, text: packagedData(name) });
  const orchestrators = parseNetwork(file("network.csv"), parseRegionList(file("regions.csv")));
  return new Set(
    orchestrators.flatMap(({ address, name }) =>
      name === null ? [address] : [address, name.toLowerCase()],
    ),
  );
}

/** The starter, with answers in it where somebody can be asked. */
async function starterText({ defaults }: InitFlags, { stdout }: Terminal): Promise<string> {
  if (defaults || !stdout.isTTY || process.stdin.isTTY !== true) return STARTER;
  const known = {
    regions: namesIn("regions.csv"),
    devices: namesIn("devices.csv"),
    orchestrators: orchestratorNames(),
  };
  const streams = { input: process.stdin, output: process.stdout };
  return starterWith(await ask(questions(known), streams));
}

/**
 * @param folder made when it does not exist
 * @returns the exit code
 * @throws InputError (`INIT_TARGET`) when the scenario exists or cannot be written
 * @throws Interrupted when the questions are not answered
 */
export async function initScenario(
  folder: string,
  flags: InitFlags,
  terminal: Terminal,
): Promise<number> {
  const { stdout } = terminal;
  if (existsSync(join(folder, "scenario.yaml"))) {
    throw target(join(folder, "scenario.yaml"), "exists already, nothing was written");
  }
  const text = await starterText(flags, terminal);
  try {
    makeFolder(folder);
  } catch (error) {
    throw target(folder, "expected a folder or the name of a new one", error);
  }
  const schema = join(folder, "scenario.schema.json");
  writeSchema(schema);
  const scenario = join(folder, "scenario.yaml");
  write(scenario, text);
  stdout.write(`Wrote ${scenario} and ${schema}. Next:\n\n  poolsim run ${quoted(scenario)}\n`);
  return EXIT.ok;
}
