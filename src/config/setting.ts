/** Settings from a command line: `path=value`, the value read as YAML. */
import { checkText } from "../core/checks.js";
import { InputError } from "../core/errors.js";
import { oneLine } from "./problem.js";
import { readYaml } from "./yaml-source.js";

/** A setting from outside the file: its dotted path and its value (`null` removes it). */
export interface Setting {
  /** The setting's path in a scenario, e.g. `gateway.region`. */
  readonly path: string;
  /** What the setting becomes, as YAML reads it. */
  readonly value: unknown;
  /** What messages call it. Default: `--set <path>`. */
  readonly label?: string | undefined;
}

/**
 * Reads `gateway.region=SIN`, `workers.slow.roundTripMs=900` or `expect=[]`. Nothing after `=`
 * removes the setting, so that its default counts.
 *
 * @throws InputError (`SETTING_SYNTAX`, `SCENARIO_INVALID`)
 */
export function parseSetting(text: string): Setting {
  if (typeof text !== "string") checkText({ text });
  const at = text.indexOf("=");
  if (at <= 0) {
    const found = JSON.stringify(oneLine(text).slice(0, 60));
    throw new InputError(`--set: found ${found}, expected path=value such as gateway.region=SIN`, {
      code: "SETTING_SYNTAX",
    });
  }
  const path = text.slice(0, at).trim();
  const { value } = readYaml(
    new TextEncoder().encode(text.slice(at + 1)),
    `--set ${oneLine(path)}`,
  );
  return { path, value };
}
