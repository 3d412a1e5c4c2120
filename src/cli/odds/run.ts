/** `poolsim odds`: reads a network and prints how often each orchestrator is chosen. */
import { basename } from "node:path";
import { parseSetting } from "../../config/setting.js";
import { suggestion } from "../../config/suggest.js";
import { InputError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { fixed, grouped } from "../../core/wording.js";
import { contenders, type OwnSettings } from "../../sim/odds/contenders.js";
import { type OddsAnswer, odds } from "../../sim/odds/odds.js";
import { styleOf, wrapped } from "../../sim/report/style.js";
import { table } from "../../sim/report/table.js";
import { FileProblem, readFileWithin } from "../../sim/scenario/files.js";
import { EXIT } from "../shared/failure.js";
import { checkJsonTarget, writeJson } from "../shared/json-target.js";
import type { Terminal, TextStream } from "../shared/terminal.js";

export interface OddsFlags {
  readonly set: readonly string[];
  readonly json?: string;
  readonly selectStakeWeight: string;
  readonly selectPriceWeight: string;
  readonly selectRandFreq: string;
  readonly selectPriceExpFactor: string;
  readonly maxPricePerUnit: string;
  readonly pixelsPerUnit: string;
  readonly ignoreMaxPriceIfNeeded: boolean;
}

function wrong(what: string, found: unknown, expected: string): InputError {
  const shown = JSON.stringify(found)?.slice(0, 80) ?? String(found);
  return new InputError(`${what}: found ${shown}, expected ${expected}`, { code: "USAGE" });
}

/** A number of a flag or a setting, exactly. */
function exact(
  what: string,
  found: unknown,
  expected: string,
  isGood: (value: Rational) => boolean,
) {
  let value: Rational | null = null;
  try {
    value = Rational.parse(String(found));
  } catch {
    // Said below.
  }
  if (value === null || !isGood(value)) throw wrong(what, found, expected);
  return value;
}

const atLeast0 = (value: Rational) => value.sign() >= 0;
const below1 = (value: Rational) => value.sign() >= 0 && value.compare(Rational.of(1n)) < 0;
const upTo1 = (value: Rational) => value.sign() >= 0 && value.compare(Rational.of(1n)) <= 0;
const above0 = (value: Rational) => value.sign() > 0;

const SETTINGS = ["pool.name", "pool.stakeLpt", "pool.stakeShare", "pool.price"] as const;

/** `--set pool.…`; null where nothing is set. */
function ownSettings(set: readonly string[]): OwnSettings | null {
  if (set.length === 0) return null;
  const own: { -readonly [K in keyof OwnSettings]: OwnSettings[K] } = {};
  for (const { path, value } of set.map(parseSetting)) {
    const what = `--set ${path}`;
    if (path === "pool.name") own.name = String(value);
    else if (path === "pool.stakeLpt")
      own.stakeLpt = exact(what, value, "LPT, at least 0", atLeast0);
    else if (path === "pool.stakeShare") {
      own.stakeShare = exact(what, value, "a share from 0 to below 1", below1);
    } else if (path === "pool.price") {
      own.price = exact(what, value, "wei per pixel, at least 0", atLeast0);
    } else {
      throw new InputError(`${what}: no setting of odds${suggestion(path, SETTINGS)}`, {
        code: "USAGE",
      });
    }
  }
  return own;
}

function answerOf(network: string | undefined, flags: OddsFlags): OddsAnswer {
  const weight = (name: "selectStakeWeight" | "selectPriceWeight" | "selectRandFreq") =>
    exact(`--${name}`, flags[name], "a number from 0 to 1", upTo1).toNumber();
  const factor = exact("--selectPriceExpFactor", flags.selectPriceExpFactor, "wei above 0", above0);
  const limit = exact("--maxPricePerUnit", flags.maxPricePerUnit, "wei, at least 0", atLeast0);
  const unit = exact("--pixelsPerUnit", flags.pixelsPerUnit, "a number above 0", above0);
  const gateway = {
    stakeWeight: weight("selectStakeWeight"),
    priceWeight: weight("selectPriceWeight"),
    randWeight: weight("selectRandFreq"),
    priceExpFactor: factor.toNumber(),
    ignoreMaxPriceIfNeeded: flags.ignoreMaxPriceIfNeeded,
  };
  const maxPrice = limit.sign() === 0 ? null : limit.div(unit);
  const file = network === undefined ? null : { name: basename(network), text: textOf(network) };
  return odds({ ...contenders(file, ownSettings(flags.set)), gateway, maxPrice });
}

const BYTES_MAX = 64 * 2 ** 20;

function textOf(file: string): string {
  try {
    return Buffer.from(readFileWithin(file, BYTES_MAX)).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new InputError(`${file}: ${error.message}`, { code: "USAGE", cause: error });
  }
}

const ROWS_MAX = 15;

function percentText(share: number): string {
  return `${fixed(100 * share, share > 0 && share < 0.001 ? 4 : 2)} %`;
}

function headlineOf({ rows, pool }: OddsAnswer): string {
  if (pool === null) {
    const all = `${grouped(rows.length)} orchestrators`;
    const [first] = rows;
    return first === undefined || first.probability > 0
      ? `${all}: chances of one choice`
      : `nobody of ${all} can be chosen: all are ${first.why}`;
  }
  const { name, probability, why } = pool;
  if (probability === 0) return `${name} is never chosen${why === "" ? "" : `: ${why}`}`;
  const one = grouped(Math.round(1 / probability));
  return `${name} is chosen in ${percentText(probability)} of choices: 1 in ${one}`;
}

function render(answer: OddsAnswer, { width, hasColour }: TextStream): string {
  const { rows, pool, curve } = answer;
  const style = styleOf({ width, hasColour });
  const top = rows.slice(0, ROWS_MAX);
  const shown = pool === null || top.includes(pool) ? top : [...top, pool];
  const list = table(
    [
      { head: "orchestrator", cells: shown.map(({ name }) => name), align: "left" },
      { head: "chance", cells: shown.map(({ probability }) => percentText(probability)) },
      { head: "stake", cells: shown.map(({ stakeShare }) => percentText(stakeShare)), rank: 1 },
      { head: "wei per pixel", cells: shown.map(({ price }) => fixed(price, 2)), rank: 2 },
      { head: "why not", cells: shown.map(({ why }) => why), align: "left" },
    ],
    style,
    (cell, row) => (shown[row]?.isPool ? style.bold(cell) : cell),
  );
  const more = rows.length - shown.length;
  const most = Math.max(0, ...curve.map(({ income }) => income ?? 0));
  const prices = table(
    [
      { head: "your price, wei per pixel", cells: curve.map(({ price }) => fixed(price, 2)) },
      { head: "chance", cells: curve.map(({ probability }) => percentText(probability)) },
      {
        head: "income, today = 1",
        cells: curve.map(({ income }) => (income === null ? "" : fixed(income, 2))),
      },
      {
        head: "",
        cells: curve.map(({ income }) =>
          "█".repeat(most === 0 ? 0 : Math.round((20 * (income ?? 0)) / most)),
        ),
        align: "left",
      },
    ],
    style,
  );
  const note =
    "Chances of a choice among orchestrators that a gateway has not measured yet (L-13), where all are found and have a session free. How long streams then stay is for poolsim run to say.";
  return [
    style.bold(wrapped(headlineOf(answer), width)),
    `${list}${more > 0 ? `\n${style.dim(`… and ${grouped(more)} more (--json)`)}` : ""}`,
    ...(curve.length === 0 ? [] : [prices]),
    style.dim(wrapped(note, width)),
  ].join("\n\n");
}

/**
 * @returns the exit code
 * @throws InputError for bad flags and files
 */
export function printOdds(
  network: string | undefined,
  flags: OddsFlags,
  terminal: Terminal,
): number {
  if (flags.json !== undefined) {
    checkJsonTarget(flags.json, network === undefined ? [] : [network]);
  }
  const answer = answerOf(network, flags);
  const stream = flags.json === "-" ? terminal.stderr : terminal.stdout;
  stream.write(`${render(answer, stream)}\n`);
  if (flags.json !== undefined) {
    writeJson(flags.json, `${JSON.stringify(answer, null, 2)}\n`, terminal);
  }
  return EXIT.ok;
}
