/** Scenarios that come with the package, by name: `poolsim run admit-worker`. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

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
