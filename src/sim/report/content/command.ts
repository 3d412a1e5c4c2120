/** The command that gives a result again. */
import type { AdviceResult } from "../../advise/advice-result.js";
import type { ScenarioResult } from "../../results.js";
import type { SweepResult } from "../../sweep/sweep-result.js";

/** Characters that shells leave alone. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** As a shell takes it for one word. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What begins a pool's books as the command line names them, in place of a scenario's file. */
const BOOKS = "--from ";

/** Whether options name books, and no file. */
export function isBooks(source: string): boolean {
  return source.startsWith(BOOKS);
}

/**
 * What is asked about, as a shell takes it.
 *
 * @param source a scenario's file, or options that name books, which are shell words already
 */
export function sourceWords(source: string): string {
  return isBooks(source) ? source : shellWord(source);
}

/** Options that name books in place of a scenario's file. */
export function booksWords(
  db: string,
  { region, stakeShare }: { readonly region: string; readonly stakeShare: number },
): string {
  return `${BOOKS}${shellWord(db)} --region ${shellWord(region)} --stakeShare ${stakeShare}`;
}

function settingText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `--set` and `--duration`, as they were given. */
export function settingOptions({
  settings,
}: Pick<ScenarioResult["scenario"], "settings">): string[] {
  return settings.map(({ path, value }) =>
    path === "duration" && typeof value === "string"
      ? `--duration ${shellWord(value)}`
      : `--set ${shellWord(`${path}=${settingText(value)}`)}`,
  );
}

/** Whether a variant is one of the file's own; without any, the scenario itself is called `base`. */
export function isNamed(variant: string): boolean {
  return variant !== "base";
}

/** Settings as `--set` takes them: those of a variant are set in it, as it may have others than the scenario. */
export function settingsOf(
  variant: string,
  settings: readonly { readonly path: string; readonly value: unknown }[],
): string {
  const place = isNamed(variant) ? `variants.${variant}.` : "";
  return settings
    .map(({ path, value }) => `--set ${shellWord(`${place}${path}=${settingText(value)}`)}`)
    .join(" ");
}

function given(option: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [`${option} ${shellWord(String(value))}`];
}

type Asked = Pick<SweepResult["asked"], "variant" | "objective" | "margin" | "confidence">;

/** What `advise` and `sweep` were asked, as they take it. */
function askedOptions({ variant, objective, margin, confidence }: Asked): string[] {
  return [
    ...given("--variant", variant),
    ...given("--objective", objective),
    ...given("--margin", margin),
    ...given("--confidence", confidence),
  ];
}

/** Extensions, as commands take them. */
export function extensionOptions({
  extensions = [],
}: {
  readonly extensions?: ScenarioResult["extensions"] | undefined;
}): string[] {
  return extensions.map(({ name }) => `--extension ${shellWord(name)}`);
}

/** `--margin 0.1 --set …`: what advice was asked, of whichever workers, at whatever seed. */
export function adviceOptions({
  asked,
  scenario,
  extensions,
}: Pick<AdviceResult, "asked" | "scenario" | "extensions">): string[] {
  return [...askedOptions(asked), ...settingOptions(scenario), ...extensionOptions({ extensions })];
}

/** `poolsim advise <file> …`, with what was set from outside the file. */
export function adviceCommand(result: AdviceResult, file: string): string {
  const { asked, seed, replications } = result;
  return [
    "poolsim advise",
    sourceWords(file),
    `--seed ${seed} --replications ${replications}`,
    ...given("--only", asked.only?.join(",")),
    ...(asked.rule === false ? ["--no-rule"] : []),
    ...adviceOptions(result),
  ].join(" ");
}

/** `300:2000:100` where values are as far from each other, else `300,500,900`. */
function valuesText(values: readonly unknown[]): string {
  const [first, second] = values;
  if (typeof first === "number" && typeof second === "number" && values.length > 3) {
    const step = second - first;
    const isEven = values.every(
      (value, index) => Number.isInteger(value) && value === first + index * step,
    );
    if (isEven && step > 0) return `${first}:${values.at(-1)}:${step}`;
  }
  return values.map(settingText).join(",");
}

/** `poolsim sweep <file> …`, with what was varied. */
export function sweepCommand(result: SweepResult, file: string): string {
  const { scenario, axes, seed, replications, asked } = result;
  return [
    "poolsim sweep",
    shellWord(file),
    ...axes.map(({ path, values }) => `--vary ${shellWord(`${path}=${valuesText(values)}`)}`),
    `--seed ${seed} --replications ${replications}`,
    ...askedOptions(asked),
    ...settingOptions(scenario),
    ...extensionOptions(result),
  ].join(" ");
}

/** `poolsim run <file> …`, with what was set from outside the file. */
export function commandOf(result: ScenarioResult, file: string): string {
  const { scenario, seed, replications, verdict, sensitivity } = result;
  const { sensitivityReplications: stoppedAt } = result.untilDecided ?? {};
  const parts = [
    "poolsim run",
    shellWord(file),
    `--seed ${seed} --replications ${replications}`,
    ...settingOptions(scenario),
    ...extensionOptions(result),
    ...(verdict !== null && sensitivity.length === 0 ? ["--sensitivity off"] : []),
    ...(stoppedAt === undefined ? [] : [`--sensitivity-replications ${stoppedAt}`]),
  ];
  return parts.join(" ");
}
