/** `poolsim pool init`: writes the file by which `pool up` keeps a pool, and its schema for editors. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, invariant } from "../../../core/errors.js";
import { makeFolder } from "../../../io/make-folder.js";
import { runCommand } from "../../../pool/operate/jobs/command-job.js";
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { part } from "../shared/amounts.js";
import { ownProgram } from "../shared/keeper.js";
import { poolFileSchemaJson } from "../shared/pool-file-schema-json.js";
import { poolFileText } from "../shared/pool-file-text.js";

export interface InitFlags {
  readonly commission: string;
  readonly scheme: string;
  readonly demo: boolean;
}

const DEMO_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * Runs the command.
 *
 * @throws InputError (`INIT_TARGET`) where there is a file already, or none can be written
 */
export async function poolInit(
  folder: string,
  { commission, scheme, demo }: InitFlags,
  terminal: Terminal,
): Promise<number> {
  assertPart(commission);
  const path = join(folder, "pool.yaml");
  const events = join(folder, "events");
  for (const one of demo ? [path, events] : [path]) {
    if (existsSync(one)) throw target(one, "exists already, nothing was written");
  }
  written(folder, () => makeFolder(folder, 0o700));
  if (demo) await recordDays(events);
  else written(events, () => makeFolder(events, 0o700));
  const schema = join(folder, "pool.schema.json");
  const text = poolFileText({ commission, scheme, isDemo: demo });
  written(schema, () =>
    writeFileSync(schema, `${JSON.stringify(poolFileSchemaJson(), null, 2)}\n`),
  );
  written(path, () => writeFileSync(path, text, { flag: "wx", mode: 0o600 }));
  terminal.stdout.write(`Wrote ${path} and ${schema}. Next:\n\n  poolsim pool up ${path}\n`);
  return EXIT.ok;
}

/** Made-up days that end now. */
async function recordDays(events: string): Promise<void> {
  const start = `${new Date(Date.now() - DEMO_DAYS * DAY_MS).toISOString().slice(0, 19)}Z`;
  const scenario = join(packageFolder(), "scenarios", "pool-month.yaml");
  const args = ["pool", "record", scenario, "--out", events];
  const flags = ["--duration", `${DEMO_DAYS}d`, "--start", start, "--aiPerDay", "200"];
  await stoppable(async (signal) => {
    const run = { signal, now: () => Date.now(), say: () => {} };
    await runCommand([...args, ...flags], { program: ownProgram() }, run);
  });
}

/** Where poolsim's own files are. */
function packageFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && readFileSync(manifest, "utf8").includes('"name": "poolsim"')) {
      return folder;
    }
    invariant(folder !== dirname(folder), "poolsim runs from its own package");
  }
}

function assertPart(commission: string): void {
  try {
    part(commission);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`--commission ${commission}: ${why}`, { code: "USAGE", cause: error });
  }
}

function written(path: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    throw target(
      path,
      `cannot be written (${error instanceof Error && "code" in error ? String(error.code) : String(error)})`,
      error,
    );
  }
}

function target(path: string, why: string, cause?: unknown): InputError {
  return new InputError(`${path}: ${why}`, { code: "INIT_TARGET", cause });
}
