/**
 * Everything that is wrong with a scenario, at once. What the schema refuses is replaced by what
 * it would take, so that the checks behind it have their turn too; what they then find about a
 * replaced value is not held against the scenario.
 */

import { dirname } from "node:path";
import type { z } from "zod";
import {
  inOrder,
  type Path,
  type Problem,
  problemLine,
  ScenarioError,
} from "../../config/problem.js";
import { readYaml } from "../../config/yaml-source.js";
import { InputError } from "../../core/errors.js";
import type { SimulationInput } from "../input.js";
import { crossCheck } from "./cross-checks.js";
import { describeIssues } from "./describe-issues.js";
import { Draft } from "./draft.js";
import { schemaWith } from "./extended-schema.js";
import { readFileWithin } from "./files.js";
import { filledFromNetwork } from "./from-network.js";
import { childValue } from "./json-schema.js";
import { knownNames } from "./known-names.js";
import {
  askable,
  DataReader,
  fromOutside,
  type LoadOptions,
  readScenario,
  variantOverride,
} from "./load.js";
import { missingFindings } from "./missing-findings.js";
import { type Askable, questionFindings } from "./question-checks.js";
import type { Scenario } from "./schema.js";
import { sizeFindings } from "./size-checks.js";

/** Lines beyond these are counted only. */
const LINES_MAX = 200;
/** Rounds of replacing; each of them brings what the one before hid. */
const ROUNDS_MAX = 20;
const LAST = Number.MAX_SAFE_INTEGER;

type Issue = Parameters<typeof describeIssues>[0][number];
type Tree = Record<string | number, unknown>;

/** A draft that passes the schema, and what had to be replaced for it. */
interface Repaired {
  readonly draft: Draft;
  readonly scenario: Scenario;
  /** Values that were replaced, as messages would show them. */
  readonly replaced: readonly string[];
}

/** A value that the schema may take where one is missing or wrong. */
function standIn(issue: Issue): unknown {
  if (issue.code === "too_small" || issue.code === "too_big") {
    if (issue.origin === "number" || issue.origin === "int") {
      return Number(issue.code === "too_small" ? issue.minimum : issue.maximum);
    }
    return undefined;
  }
  if (issue.code === "invalid_value") return issue.values[0];
  if (issue.code !== "invalid_type") return undefined;
  return { string: "x", number: 1, int: 1, boolean: false, object: {}, array: [] }[
    issue.expected as string
  ];
}

/** An item that is gone; its neighbours keep their numbers until the end of a round. */
const GONE = Symbol("gone");

/** A value of which parts are replaced; the value that was given stays as it is. */
class Repair {
  /** What has been copied and may be changed. */
  readonly #own = new Set<unknown>();
  #root: unknown;

  constructor(root: unknown) {
    this.#root = this.#copyOf(root);
  }

  /** The value with all that was replaced. */
  finish(): unknown {
    for (const tree of this.#own) {
      if (!Array.isArray(tree) || !tree.includes(GONE)) continue;
      let kept = 0;
      for (const item of tree) {
        if (item === GONE) continue;
        tree[kept] = item;
        kept += 1;
      }
      tree.length = kept;
    }
    return this.#root;
  }

  /** What stands at a path, as it is now. */
  at(path: Path): unknown {
    const value = valueAt(this.#root, path);
    return value === GONE ? undefined : value;
  }

  /** Replaces what stands at a path; `undefined` removes it. */
  replace(path: Path, by: unknown): void {
    const last = path.at(-1);
    if (last === undefined) {
      this.#root = by;
      return;
    }
    let tree = this.#root;
    for (const part of path.slice(0, -1)) {
      const child = childValue(tree, part);
      // Another issue has already replaced what this one is about.
      if (typeof child !== "object" || child === null) return;
      const copy = this.#copyOf(child);
      (tree as Tree)[part] = copy;
      tree = copy;
    }
    if (by !== undefined) (tree as Tree)[last] = by;
    else if (Array.isArray(tree)) tree[Number(last)] = GONE;
    else delete (tree as Tree)[last];
  }

  #copyOf(value: unknown): unknown {
    if (typeof value !== "object" || value === null || this.#own.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    this.#own.add(copy);
    return copy;
  }
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => childValue(value, part), root);
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return [JSON.stringify(value)];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(texts);
}

/** Collects problems. */
class Collector {
  readonly problems: Problem[] = [];
  /** How many there are beyond those. */
  undescribed = 0;
  readonly #reader: DataReader;
  readonly #schema: z.ZodType<Scenario>;

  constructor(reader: DataReader, schema: z.ZodType<Scenario>) {
    this.#reader = reader;
    this.#schema = schema;
  }

  add(problems: readonly Problem[]): void {
    for (const problem of problems) this.problems.push(problem);
  }

  /** Some work; what it throws is noted. */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof ScenarioError) this.add(error.problems);
      else if (error instanceof InputError) {
        this.problems.push({ place: { text: "", order: LAST }, path: "", text: error.message });
      } else throw error;
      return undefined;
    }
  }

  /** A draft that the schema takes, everything that it did not take being noted. */
  repair(given: Draft): Repaired | undefined {
    let value = given.value;
    const replaced: string[] = [];
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const result = this.#schema.safeParse(value);
      if (result.success) return { draft: given.withValue(value), scenario: result.data, replaced };
      const { issues } = result.error;
      // Later rounds find what a stand-in lacks, too: that is nobody's mistake.
      if (round === 0) {
        const { findings, more } = describeIssues(issues, value);
        this.add(given.problems(findings));
        this.undescribed += more;
      }
      const repair = new Repair(value);
      for (const issue of issues.toReversed()) {
        for (const [path, by] of repairsOf(issue, round)) {
          for (const text of texts(repair.at(path))) replaced.push(text);
          repair.replace(path, by);
        }
      }
      value = repair.finish();
    }
    return undefined;
  }

  /** A draft as the input of a simulation, as far as it goes. */
  inputOf(given: Draft): (SimulationInput & { readonly isWhole: boolean }) | undefined {
    const own = this.repair(given);
    if (own === undefined) return undefined;
    const data = this.attempt(() => this.#reader.read(own.scenario, own.draft));
    if (data === undefined) return undefined;
    const draft = this.attempt(() => filledFromNetwork(own.draft, own.scenario, data));
    const filled = draft === undefined || draft === own.draft ? own : this.repair(draft);
    const known = this.attempt(() => knownNames(data));
    if (filled === undefined || known === undefined) return undefined;
    const { scenario } = filled;
    const replaced = [...own.replaced, ...filled.replaced];
    const findings = crossCheck(scenario, known).filter(
      ({ path, text }) =>
        valueAt(given.value, path) === valueAt(filled.draft.value, path) &&
        !replaced.some((name) => text.includes(name)),
    );
    this.add(given.problems(findings));
    return { scenario, data, isWhole: replaced.length === 0 && findings.length === 0 };
  }
}

/** What is replaced for an issue: the value itself, or keys of it. */
function repairsOf(issue: Issue, round: number): readonly (readonly [path: Path, by: unknown])[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => [[...path, key], undefined] as const);
  }
  // What no stand-in mends goes, in the end with all that it is a part of.
  const by = round < ROUNDS_MAX / 2 ? standIn(issue) : undefined;
  const depth = round < 2 ? path.length : Math.max(1, path.length - Math.floor(round / 4));
  return [[path.slice(0, depth), depth === path.length ? by : undefined]];
}

function collect(file: string, options: LoadOptions): Pick<Collector, "problems" | "undescribed"> {
  const { set = [], readFile = readFileWithin, extensions = [] } = options;
  const reader = new DataReader(dirname(file), readFile);
  const collector = new Collector(reader, schemaWith(extensions));
  const source = collector.attempt(() => readYaml(readScenario(file, readFile), file));
  if (source === undefined) return collector;
  let base = new Draft(source);
  for (const [index, setting] of set.entries()) {
    const override = fromOutside(setting, index - set.length, false);
    base = collector.attempt(() => base.with(override)) ?? base;
  }
  if (typeof base.value !== "object" || base.value === null || Array.isArray(base.value)) {
    const text = "expected a mapping of settings, at least name";
    collector.add(base.problems([{ path: [], text }]));
    return collector;
  }
  const baseInput = collector.inputOf(base);
  if (baseInput === undefined) return collector;
  const { scenario } = baseInput;
  const variants = Object.entries(scenario.variants).flatMap(([name, settings]) => {
    let draft = base;
    for (const setting of Object.entries(settings)) {
      draft = collector.attempt(() => draft.with(variantOverride(base, name, setting))) ?? draft;
    }
    const input = collector.inputOf(draft);
    return input === undefined ? [] : [{ name, input, draft }];
  });
  const all = variants.length === 0 ? [{ name: "base", input: baseInput, draft: base }] : variants;
  const named = Object.keys(scenario.variants);
  const whole = askable(scenario, named.length === 0 ? ["base"] : named, all);
  // Where something was replaced nobody can say which workers, regions and orchestrators there are.
  const isWhole = all.every(({ input }) => input.isWhole);
  const asked: Askable = {
    ...whole,
    metricProblem: (metric) =>
      isWhole || !/(^|\.)(worker|region|orchestrator)\./.test(metric)
        ? whole.metricProblem(metric)
        : undefined,
    valueProblem: (metric, where) => (isWhole ? whole.valueProblem(metric, where) : undefined),
  };
  collector.add(base.problems(questionFindings(scenario, asked)));
  for (const { input, draft } of all) {
    collector.add(draft.problems(missingFindings(input.scenario)));
    if (input.isWhole) collector.add(draft.problems(sizeFindings(input)));
  }
  return collector;
}

/**
 * All problems of a scenario file, a line each, in the file's order.
 *
 * @param options as for `loadScenario`
 * @returns empty when nothing is wrong
 */
export function allProblems(file: string, options: LoadOptions = {}): readonly string[] {
  const { problems, undescribed } = collect(file, options);
  const lines = [...new Set(inOrder(problems).map(problemLine))];
  const more = lines.length + undescribed - LINES_MAX;
  return more <= 0 ? lines : [...lines.slice(0, LINES_MAX), `… and ${more} more`];
}
