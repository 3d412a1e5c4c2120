/**
 * Settings that are varied: how they are written, and how many there may be. What the operator chooses
 * (`orchestrator…`, `workers…`) is told from circumstances that he meets (demand, the network).
 */

import { valueText } from "../../config/problem.js";
import { readYaml } from "../../config/yaml-source.js";
import { checkText } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import { grouped } from "../../core/wording.js";
import { NOT_IN_VARIANTS } from "../scenario/not-in-variants.js";
import type { SweepAxis, SweepSetting } from "./sweep-result.js";

/** A setting, and what it is to be in turn. */
export interface Vary {
  /** Its dotted path, such as `orchestrator.admission.benchmark.limitMs`. */
  readonly path: string;
  /** Values, or a range as text: `300:2000:100` is 300, 400 … 2000. */
  readonly values: string | readonly unknown[];
}

const AXES_MAX = 4;
const VALUES_MAX = 100;
/** In all circumstances together: each has 16 replications and more. */
const POINTS_MAX = 200;

const EXPECTED = "expected from:to:step, or two values or more with commas between them";
const NUMBER = String.raw`\s*(-?\d+(?:\.\d+)?)\s*`;
const RANGE = new RegExp(`^${NUMBER}:${NUMBER}:${NUMBER}$`);

function refuse(path: string, text: string): never {
  throw new InputError(`--vary ${path}: ${text}`, { code: "SWEEP_INVALID" });
}

/** Without the noise of adding up tenths. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function rangeOf(path: string, text: string): readonly number[] {
  const [from = 0, to = 0, step = 0] = (RANGE.exec(text) ?? []).slice(1).map(Number);
  if (!(step > 0)) refuse(path, `found a step of ${step}, expected a step above 0`);
  if (!(to > from)) refuse(path, `found ${from} to ${to}, expected to go up`);
  const count = Math.floor(rounded((to - from) / step)) + 1;
  if (count > VALUES_MAX) {
    refuse(path, `found ${grouped(count)} values, expected at most ${VALUES_MAX}`);
  }
  return Array.from({ length: count }, (_, index) => rounded(from + index * step));
}

function listOf(path: string, text: string): readonly unknown[] {
  if (text.trim() === "") refuse(path, `found nothing, ${EXPECTED}`);
  const { value } = readYaml(new TextEncoder().encode(`[${text}]`), `--vary ${path}`);
  return Array.isArray(value) ? value : refuse(path, `found ${valueText(value)}, ${EXPECTED}`);
}

/** The values of a setting that is varied, checked. */
function valuesOf({ path, values: given }: Vary): readonly unknown[] {
  const isRange = typeof given === "string" && RANGE.test(given);
  if (typeof given === "string" && !isRange) refuse(path, `found ${valueText(given)}, ${EXPECTED}`);
  const values = typeof given === "string" ? rangeOf(path, given) : given;
  if (values.length < 2) refuse(path, `found 1 value, ${EXPECTED}`);
  if (values.length > VALUES_MAX) {
    refuse(path, `found ${grouped(values.length)} values, expected at most ${VALUES_MAX}`);
  }
  const seen = new Set<string>();
  for (const value of values) {
    const text = JSON.stringify(value);
    if (seen.has(text)) refuse(path, `found ${valueText(value)} twice, expected each value once`);
    seen.add(text);
  }
  const isNumeric = values.every((value) => typeof value === "number");
  return isNumeric ? [...values].sort((a, b) => Number(a) - Number(b)) : values;
}

/**
 * Reads `orchestrator.admission.benchmark.limitMs=300:2000:100` or `demand.concurrentStreams=30,60`; values
 * are YAML.
 *
 * @throws InputError (`SWEEP_INVALID`, `SCENARIO_INVALID`)
 */
export function parseVary(text: string): Vary {
  if (typeof text !== "string") checkText({ text });
  const at = text.indexOf("=");
  if (at <= 0) {
    const found = valueText(text);
    throw new InputError(
      `--vary: found ${found}, expected path=from:to:step or path=a,b,c, such as orchestrator.admission.benchmark.limitMs=300:2000:100`,
      { code: "SWEEP_INVALID" },
    );
  }
  const path = text.slice(0, at).trim();
  const values = text.slice(at + 1);
  return { path, values: RANGE.test(values) ? values : listOf(path, values) };
}

/** What the operator may choose. */
function isOperators(path: string): boolean {
  return /^(orchestrator|workers)\./.test(path);
}

/**
 * The axes of a sweep. The first is a choice where none is the operator's.
 *
 * @throws InputError (`SWEEP_INVALID`)
 */
export function axesOf(given: readonly Vary[]): readonly SweepAxis[] {
  const [first] = given;
  if (first === undefined) {
    const text =
      "nothing is varied; expected --vary path=from:to:step, or sweep: { vary: … } in the scenario";
    throw new InputError(text, { code: "SWEEP_INVALID" });
  }
  if (given.length > AXES_MAX) {
    const text = `--vary: found ${given.length} settings, expected at most ${AXES_MAX}`;
    throw new InputError(text, { code: "SWEEP_INVALID" });
  }
  const hasChoice = given.some(({ path }) => isOperators(path));
  const axes = given.map((one): SweepAxis => {
    const { path } = one;
    const [root = ""] = path.split(".");
    if (NOT_IN_VARIANTS.has(root)) {
      refuse(
        path,
        "points are compared with each other; expected a setting that variants may change",
      );
    }
    const clash = given.find(
      (other) => other !== one && (other.path === path || other.path.startsWith(`${path}.`)),
    );
    if (clash !== undefined)
      refuse(clash.path, `${path} is varied too; expected each setting once`);
    const isChoice = hasChoice ? isOperators(path) : one === first;
    return { path, role: isChoice ? "choice" : "circumstance", values: valuesOf(one) };
  });
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > POINTS_MAX) {
    const text = `--vary: found ${axes.map(({ values }) => values.length).join(" × ")} = ${grouped(count)} points, expected at most ${POINTS_MAX}`;
    throw new InputError(text, { code: "SWEEP_INVALID" });
  }
  return axes;
}

/** Some settings with the name that results have for them. */
export interface Setting {
  readonly label: string;
  readonly settings: readonly SweepSetting[];
}

/** The shortest end of a path that no other path ends with. */
function shortName(path: string, paths: readonly string[]): string {
  const parts = path.split(".");
  for (let length = 1; length < parts.length; length += 1) {
    const end = parts.slice(-length).join(".");
    const isAlone = paths.every((other) => other === path || !`.${other}`.endsWith(`.${end}`));
    if (isAlone) return end;
  }
  return path;
}

function text(value: unknown): string {
  if (value === null) return "left out";
  if (typeof value === "number") return grouped(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** All combinations of the values of axes of one role, the last axis the fastest. */
export function combinations(
  axes: readonly SweepAxis[],
  role: SweepAxis["role"],
): readonly Setting[] {
  const paths = axes.map(({ path }) => path);
  return axes
    .filter((axis) => axis.role === role)
    .reduce<readonly Setting[]>(
      (before, { path, values }) =>
        before.flatMap(({ label, settings }) =>
          values.map((value) => {
            const own = `${shortName(path, paths)} ${text(value)}`;
            return {
              label: label === "" ? own : `${label}, ${own}`,
              settings: [...settings, { path, value }],
            };
          }),
        ),
      [{ label: "", settings: [] }],
    );
}
