/** What a module of a selection algorithm exports: what it is called, what it may be told, how it is made. */
import type { z } from "zod";
import type { RegistryEntry, SettingFields } from "../../config/registry.js";
import type { SelectionAlgorithm } from "./algorithm.js";
import type { ProbabilityOptions } from "./flags.js";

/** What an algorithm is made for. */
export interface SelectionContext {
  /** The gateway's flags of selection: weights, lowest performance score. */
  readonly flags: ProbabilityOptions;
}

/** A selection algorithm as the registry lists it. */
export interface SelectionEntry<Name extends string = string, Settings extends object = object>
  extends RegistryEntry {
  readonly name: Name;
  /** Schema of settings of its own, which stand beside its name. @default it has none */
  readonly settings?: ((fields: SettingFields) => z.ZodObject) | undefined;
  /**
   * Makes the algorithm. One object serves all streams of a gateway.
   *
   * @param settings as the schema gives them; empty without one
   */
  create(settings: Settings, context: SelectionContext): SelectionAlgorithm;
}

/** Checks the type of an entry and keeps its name. */
export function selectionEntry<const Name extends string, Settings extends object>(
  entry: SelectionEntry<Name, Settings>,
): SelectionEntry<Name, Settings> {
  return entry;
}
