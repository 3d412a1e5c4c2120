/** Scenarios that come with the package, by name: `poolsim run admit-worker`; and what they are read from. */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { LoadedScenario } from "../../sim/input.js";

/**
 * The file that an argument means: itself where it exists, or else the packaged scenario of that
 * name. A path in folders is always itself.
 *
 * @param argument as on the command line
 */
export function scenarioFile(argument: string): string {
  const name = /^([a-z][a-z0-9-]*)(?:\.yaml)?$/.exec(argument)?.[1];
  if (name === undefined || existsSync(argument)) return argument;
  const packaged = fileURLToPath(new URL(`../../../scenarios/${name}.yaml`, import.meta.url));
  return existsSync(packaged) ? packaged : argument;
}

/**
 * The files that a scenario was read from: its own, and those that it and its variants name.
 *
 * @param file its own
 */
export function filesOf(file: string, { base, variants }: LoadedScenario): string[] {
  const named = [base, ...variants.map(({ input }) => input)].flatMap(({ scenario }) => [
    scenario.network.file,
    scenario.demand.trace,
  ]);
  const others = named.flatMap((name) => (name === undefined ? [] : resolve(dirname(file), name)));
  return [file, ...new Set(others)];
}
