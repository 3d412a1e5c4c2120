/** `poolsim replay`: reads books and a scenario, plays the past again, prints one screen. */
import { parseSetting } from "../../config/setting.js";
import { InputError } from "../../core/errors.js";
import type { SimulationInput } from "../../sim/input.js";
import { type Replay, replay } from "../../sim/replay/replay.js";
import { replayScreen } from "../../sim/replay/replay-screen.js";
import { styleOf } from "../../sim/report/style.js";
import { workerNames } from "../../sim/scenario/cross-checks.js";
import { loadScenario } from "../../sim/scenario/load.js";
import { EXIT } from "../shared/failure.js";
import { checkJsonTarget, writeJson } from "../shared/json-target.js";
import { earnedPastOfBooks } from "../shared/pool-past.js";
import { filesOf } from "../shared/scenario-file.js";
import type { Terminal } from "../shared/terminal.js";

/** A worker and the most sessions that it may have. */
export interface Cap {
  readonly worker: string;
  readonly sessions: number;
}

export interface ReplayFlags {
  readonly from: string;
  readonly scenario: string;
  readonly variant?: string;
  readonly cap: readonly Cap[];
  readonly without: readonly string[];
  readonly set: readonly string[];
  readonly replications: number;
  readonly seed?: number;
  readonly json?: string;
}

type Settings = readonly (readonly [path: string, value: unknown])[];

/** What a replay can change. All else is the past's, whatever is set. */
const RULES = /^orchestrator\.(?:admission(?:\.|$)|maxSessions$)|^workers\.[^.]+\.maxSessions$/;

/** The settings that the flags stand for, and the question in words. */
function otherRule(
  { cap, without, set }: ReplayFlags,
  { scenario }: SimulationInput,
): { readonly settings: Settings; readonly asked: string } {
  const known = new Set(
    scenario.workers.flatMap((worker) => [worker.name, ...workerNames(worker)]),
  );
  const named = [...cap.map(({ worker }) => worker), ...without];
  for (const [at, name] of named.entries()) {
    if (named.indexOf(name) < at) {
      const text = `--cap and --without name ${JSON.stringify(name)} twice, expected each worker once`;
      throw new InputError(text, { code: "USAGE" });
    }
    if (known.has(name)) continue;
    const text = `no worker of the scenario is called ${JSON.stringify(name)}, expected one of ${[...known].slice(0, 10).join(", ")}`;
    throw new InputError(text, { code: "USAGE" });
  }
  const further = set.map(parseSetting);
  for (const { path } of further) {
    if (RULES.test(path)) continue;
    const text = `--set ${path}: a replay changes the pool's own rule, expected orchestrator.admission…, orchestrator.maxSessions or workers.<name>.maxSessions`;
    throw new InputError(text, { code: "USAGE" });
  }
  const { admission } = scenario.orchestrator ?? {};
  const settings: [string, unknown][] = [
    ...further.map(({ path, value }): [string, unknown] => [path, value]),
    ...cap.map(({ worker, sessions }): [string, unknown] => [
      `orchestrator.admission.sessionCap.${worker}`,
      sessions,
    ]),
  ];
  if (without.length > 0) {
    settings.push(["orchestrator.admission.exclude", [...(admission?.exclude ?? []), ...without]]);
  }
  const asked = [
    ...cap.map(({ worker, sessions }) => `${worker} had been capped at ${sessions}`),
    ...without.map((worker) => `${worker} had been left out`),
    ...further.map(({ path, value }) => `${path} had been ${JSON.stringify(value)}`),
  ].join(" and ");
  return { settings, asked };
}

/**
 * Plays a past again.
 *
 * @returns the exit code
 * @throws InputError for bad input
 */
export async function replayPast(flags: ReplayFlags, terminal: Terminal): Promise<number> {
  const { from, scenario: file, replications, json } = flags;
  const loaded = loadScenario(file);
  if (json !== undefined) checkJsonTarget(json, [from, ...filesOf(file, loaded)]);
  const name = flags.variant ?? loaded.variants[0]?.name;
  const variant = loaded.variants.find((one) => one.name === name);
  if (variant === undefined) {
    const known = loaded.variants.map((one) => one.name).join(", ");
    throw new InputError(`--variant: no variant is called "${name}", expected ${known}`, {
      code: "VARIANT_UNKNOWN",
    });
  }
  if (variant.input.scenario.workers.length === 0) {
    throw new InputError(`${file}: expected an orchestrator with workers`, {
      code: "REPLAY_INPUT",
    });
  }
  const { settings, asked } = otherRule(flags, variant.input);
  const other = settings.length === 0 ? null : loaded.withSettings(variant.name, settings);
  const { past, earnings } = earnedPastOfBooks(from);
  const seed = flags.seed ?? variant.input.scenario.seed;
  const result = replay({ past, earnings, own: variant.input, other, seed, replications });
  const shown = { asked, seed, replications };
  const stream = json === "-" ? terminal.stderr : terminal.stdout;
  const style = styleOf({ width: stream.width, hasColour: stream.hasColour });
  stream.write(replayScreen(result, shown, style));
  if (json !== undefined) writeJson(json, jsonOf(result, shown), terminal);
  return EXIT.ok;
}

function jsonOf(
  result: Replay,
  shown: { readonly asked: string; readonly seed: number; readonly replications: number },
): string {
  const { asked, seed, replications } = shown;
  const whole = {
    kind: "replay",
    schemaVersion: 1,
    seed,
    replications,
    asked: asked === "" ? null : asked,
    ...result,
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
