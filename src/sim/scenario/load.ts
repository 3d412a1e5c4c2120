/**
 * From a scenario file to validated variants: read, overridden, checked against the schema, the
 * data and itself. Whatever is wrong is found here, before the first event.
 */
import { createHash } from "node:crypto";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import type { z } from "zod";
import { type Path, type Place, problemsError } from "../../config/problem.js";
import type { Setting } from "../../config/setting.js";
import { readYaml, YAML_BYTES_MAX } from "../../config/yaml-source.js";
import { InputError } from "../../core/errors.js";
import { type Extension, extensionRecords } from "../extensions/extension.js";
import type { DataFile, LoadedScenario, ScenarioData, SimulationInput } from "../input.js";
import { isDiscoveryFile } from "../network/discovery-file.js";
import { candidatesOf } from "./candidates.js";
import { crossCheck } from "./cross-checks.js";
import { describeIssues } from "./describe-issues.js";
import { Draft, type Override } from "./draft.js";
import { schemaWith } from "./extended-schema.js";
import { FileProblem, type ReadFile, readFileWithin } from "./files.js";
import { filledFromNetwork } from "./from-network.js";
import { childValue } from "./json-schema.js";
import { metricProblem } from "./known-metrics.js";
import { knownNames } from "./known-names.js";
import { valueProblem } from "./metric-values.js";
import { missingFindings } from "./missing-findings.js";
import { assumptionNotes } from "./node-defaults.js";
import { NOT_IN_VARIANTS } from "./not-in-variants.js";
import { type PackagedData, packagedData } from "./packaged-data.js";
import { type Askable, questionFindings } from "./question-checks.js";
import type { Scenario } from "./schema.js";
import { sizeFindings } from "./size-checks.js";

/** How a scenario is loaded. */
export interface LoadOptions {
  /** Settings that replace those of the file, before variants are made. */
  readonly set?: readonly Setting[] | undefined;
  /** How files are read. Default: from the disk. */
  readonly readFile?: ReadFile | undefined;
  /** Of `loadExtensions`: what the scenario may name besides poolsim's own. @default none */
  readonly extensions?: readonly Extension[] | undefined;
}

/** A setting from outside the file as an override; earlier ones have smaller numbers. */
export function fromOutside(
  { path, value, label }: Setting,
  order: number,
  isComputed: boolean,
): Override {
  const place: Place = { text: label ?? `--set ${path}`, order };
  return { path, value, isComputed, find: () => place };
}

function validate(draft: Draft, schema: z.ZodType<Scenario>): Scenario {
  if (typeof draft.value !== "object" || draft.value === null || Array.isArray(draft.value)) {
    throw draft.error([{ path: [], text: "expected a mapping of settings, at least name" }]);
  }
  const result = schema.safeParse(draft.value);
  if (!result.success) {
    const { findings, more } = describeIssues(result.error.issues, draft.value);
    throw draft.error(findings, more);
  }
  return result.data;
}

/** Reads what scenarios refer to, each file once. */
export class DataReader {
  readonly #folder: string;
  readonly #readFile: ReadFile;
  readonly #files = new Map<string, DataFile>();

  constructor(folder: string, readFile: ReadFile) {
    this.#folder = folder;
    this.#readFile = readFile;
  }

  #read(file: string, draft: Draft, path: Path, bytesMax: number): DataFile {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    try {
      const bytes = this.#readFile(file, bytesMax);
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      const data = { name: basename(file), text };
      this.#files.set(file, data);
      return data;
    } catch (error) {
      if (!(error instanceof FileProblem || error instanceof TypeError)) throw error;
      const problem = error instanceof FileProblem ? error.message : "is no UTF-8 text";
      throw draft.error([{ path, text: `${JSON.stringify(file)}: ${problem}` }]);
    }
  }

  #packaged(name: PackagedData): DataFile {
    const file = this.#files.get(`packaged ${name}`) ?? { name, text: packagedData(name) };
    this.#files.set(`packaged ${name}`, file);
    return file;
  }

  #relative(file: string): string {
    return isAbsolute(file) ? file : resolve(this.#folder, file);
  }

  read(scenario: Scenario, draft: Draft): ScenarioData {
    const packaged = (name: PackagedData) => this.#packaged(name);
    const { file } = scenario.network;
    const { trace } = scenario.demand;
    const network =
      file === undefined
        ? packaged("network.csv")
        : this.#read(this.#relative(file), draft, ["network", "file"], NETWORK_MAX);
    return {
      network,
      ...(isDiscoveryFile(network.text) ? { packagedNetwork: packaged("network.csv") } : {}),
      regions: packaged("regions.csv"),
      rtt: packaged("rtt.csv"),
      devices: packaged("devices.csv"),
      ...(trace === undefined
        ? {}
        : { trace: this.#read(this.#relative(trace), draft, ["demand", "trace"], TRACE_MAX) }),
    };
  }
}

const NETWORK_MAX = 20_000_000;
const TRACE_MAX = 200_000_000;

/**
 * A setting of a variant with its place in the file.
 *
 * @throws InputError (`SCENARIO_INVALID`) for a setting that variants cannot change
 */
export function variantOverride(
  base: Draft,
  variant: string,
  [path, value]: readonly [path: string, value: unknown],
): Override {
  const key: Path = ["variants", variant, path];
  const [first = ""] = path.split(".");
  if (NOT_IN_VARIANTS.has(first)) {
    const text = `a variant cannot change ${first}: variants are compared with each other`;
    throw base.error([{ path: key, text, atKey: true }]);
  }
  return { path, value, find: (part, atKey) => base.find([...key, ...part], atKey) };
}

/**
 * Loads a scenario file with all its variants, completely checked.
 *
 * @param file path of the YAML file; messages name it like this
 * @param options settings from outside, another way to read files
 * @throws InputError (`SCENARIO_INVALID`, `DATA_FILE_INVALID`) with one line that says where,
 *   what was found and what was expected
 */
export function loadScenario(file: string, options: LoadOptions = {}): LoadedScenario {
  const { set = [], readFile = readFileWithin, extensions = [] } = options;
  const schema = schemaWith(extensions);
  const files = extensions.map(({ path, sha256, isAlone }) => ({ path, sha256, isAlone }));
  const bytes = readScenario(file, readFile);
  const reader = new DataReader(dirname(file), readFile);
  let base = new Draft(readYaml(bytes, file));
  for (const [index, setting] of set.entries()) {
    base = base.with(fromOutside(setting, index - set.length, false));
  }
  const inputOf = (given: Draft): SimulationInput => {
    const own = validate(given, schema);
    const data = reader.read(own, given);
    const draft = filledFromNetwork(given, own, data);
    const scenario = draft === given ? own : validate(draft, schema);
    const findings = crossCheck(scenario, knownNames(data));
    if (findings.length > 0) throw draft.error(findings);
    return { scenario, data, ...(files.length === 0 ? {} : { extensions: files }) };
  };
  const baseInput = inputOf(base);
  const drafts = variantDrafts(base, baseInput.scenario);
  const variants = [...drafts].map(([name, draft]) => ({ name, input: inputOf(draft) }));
  const findings = questionFindings(
    baseInput.scenario,
    askable(baseInput.scenario, drafts.keys(), variants),
  );
  if (findings.length > 0) throw base.error(findings);
  for (const { name, input } of variants) {
    const missing = [...missingFindings(input.scenario), ...sizeFindings(input)];
    if (missing.length > 0) throw (drafts.get(name) ?? base).error(missing);
  }
  const { decision } = baseInput.scenario;
  const candidate = decision && candidatesOf(decision)[0];
  const judged = variants.find(({ name }) => name === candidate)?.input ?? baseInput;
  return {
    file: basename(file),
    // When it is asked for: a check does without, and without loading what it takes.
    get sha256() {
      return createHash("sha256").update(bytes).digest("hex");
    },
    settings: set.map(({ path, value }) => ({ path, value })),
    extensions: extensionRecords(extensions),
    isLengthOpen:
      baseInput.scenario.replications === "auto" &&
      childValue(base.value, "duration") === undefined,
    assumed: assumptionNotes(judged.scenario, drafts.values()),
    base: baseInput,
    variants,
    withSettings: (variant, settings) => {
      let draft = drafts.get(variant);
      if (draft === undefined) {
        throw new InputError(`no variant is called ${JSON.stringify(variant)}`, {
          code: "VARIANT_UNKNOWN",
        });
      }
      for (const [path, value] of settings) {
        draft = draft.with(fromOutside({ path, value, label: `setting ${path}` }, -1, true));
      }
      return inputOf(draft);
    },
  };
}

/**
 * What the questions of a scenario may be about.
 *
 * @param names of all variants
 * @param variants those that are known to be right
 */
export function askable(
  { decision }: Scenario,
  names: Iterable<string>,
  variants: LoadedScenario["variants"],
): Askable {
  return {
    variants: new Set(names),
    metricProblem: metricProblem(variants.map(({ input }) => input)),
    valueProblem: (metric, { variant, isAlone }) => {
      const input = variants.find(({ name }) => name === variant)?.input;
      if (input === undefined) return undefined;
      const candidates: readonly string[] = decision === undefined ? [] : candidatesOf(decision);
      const isCandidate = isAlone && candidates.includes(variant);
      return valueProblem(metric, { input, isCandidate });
    },
  };
}

/**
 * Reads a scenario's file.
 *
 * @throws InputError (`SCENARIO_INVALID`)
 */
export function readScenario(file: string, readFile: ReadFile): Uint8Array {
  try {
    return readFile(file, YAML_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw problemsError([
      { place: { text: `${file}:1:1`, order: 0 }, path: "", text: error.message },
    ]);
  }
}

/** The drafts of all variants; one called `base` when the file has none. */
function variantDrafts(base: Draft, { variants }: Scenario): ReadonlyMap<string, Draft> {
  if (Object.keys(variants).length === 0) return new Map([["base", base]]);
  const drafts = Object.entries(variants).map(([name, settings]): [string, Draft] => [
    name,
    Object.entries(settings)
      .map((setting) => variantOverride(base, name, setting))
      .reduce((draft, one) => draft.with(one), base),
  ]);
  return new Map(drafts);
}
