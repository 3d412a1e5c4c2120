/** The selection algorithms: a new one is a file beside this and a line here. */
import { z } from "zod";
import { FILE_FIELDS, Registry } from "../../config/registry.js";
import { InputError } from "../../core/errors.js";
import type { SelectionAlgorithm } from "./algorithm.js";
import type { SelectionContext, SelectionEntry } from "./entry.js";
import { latency } from "./latency.js";
import { live } from "./live.js";
import { probability } from "./probability.js";
import { random } from "./random.js";

const OWN = [probability, live, latency, random] as const;

/** All algorithms; the first is what on-chain gateways use by default. */
export const SELECTION_ALGORITHMS = new Registry<SelectionEntry, (typeof OWN)[number]>(
  "selection algorithm",
  OWN,
);

/** An algorithm by its name, or with settings of its own beside the name. */
export type SelectionSetting = string | Readonly<{ algorithm: string }>;

/** Name of what on-chain gateways use by default. */
export const DEFAULT_SELECTION = probability.name;

/**
 * What a scenario may say of a gateway's selection: a name, or for an algorithm that has settings a
 * mapping of `algorithm` and these.
 *
 * @param added algorithms of extensions that may be named too
 */
export function selectionSchema(
  added: readonly SelectionEntry[] = [],
): z.ZodType<SelectionSetting, SelectionSetting> {
  const all: readonly SelectionEntry[] = [...SELECTION_ALGORITHMS.own, ...added];
  const listed = all.map(({ name, description }) => `${name}: ${description}`).join("; ");
  const text = `How an on-chain gateway chooses among orchestrators that it has not measured (L-6): ${listed}.`;
  const names = z.enum(
    all
      .filter(({ settings }) => settings?.(FILE_FIELDS).safeParse({}).success !== false)
      .map(({ name }) => name),
  );
  const withSettings = all.flatMap(({ name, settings }) =>
    settings === undefined
      ? []
      : [
          settings(FILE_FIELDS)
            .extend({ algorithm: z.literal(name) })
            .strict(),
        ],
  );
  const [first] = withSettings;
  if (first === undefined) return names.describe(text);
  const schema = z.union([names, ...withSettings]).describe(text);
  return schema as unknown as z.ZodType<SelectionSetting, SelectionSetting>;
}

/**
 * Makes the algorithm that a setting names.
 *
 * @param setting as `selectionSchema` gives it
 * @throws InputError (`SELECTION_UNKNOWN`) for a name that no algorithm has; what its `create` throws
 */
export function createSelection(
  setting: SelectionSetting,
  context: SelectionContext,
): SelectionAlgorithm {
  const { algorithm, ...own } =
    typeof setting === "string" ? { algorithm: setting } : { ...setting };
  const entry = SELECTION_ALGORITHMS.find(algorithm);
  if (entry === undefined) {
    const known = SELECTION_ALGORITHMS.all.map(({ name }) => name).join(", ");
    throw new InputError(`no selection algorithm is called ${algorithm}; there are ${known}`, {
      code: "SELECTION_UNKNOWN",
    });
  }
  const settings = typeof setting === "string" ? entry.settings?.(FILE_FIELDS).parse({}) : own;
  return entry.create(settings ?? {}, context);
}
