/** The command that gives a result again. */
import type { ScenarioResult } from "../../results.js";

/** Characters that shells leave alone. */
const PLAIN = /^[\w@%+=:,./-]+$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function settingText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `poolsim run <file> …`, with what was set from outside the file. */
export function commandOf(result: ScenarioResult, file: string): string {
  const { scenario, extensions = [], seed, replications, verdict, sensitivity } = result;
  const parts = [
    "poolsim run",
    quoted(file),
    `--seed ${seed} --replications ${replications}`,
    ...scenario.settings.map(({ path, value }) =>
      path === "duration" && typeof value === "string"
        ? `--duration ${quoted(value)}`
        : `--set ${quoted(`${path}=${settingText(value)}`)}`,
    ),
    ...extensions.map(({ name }) => `--extension ${quoted(name)}`),
    ...(verdict !== null && sensitivity.length === 0 ? ["--sensitivity off"] : []),
  ];
  return parts.join(" ");
}
