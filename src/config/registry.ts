/**
 * What there can be several of (admission policies, selection algorithms, sources …) is one module
 * each that exports what it is, listed in one registry of its kind. Schemas, command line, docs and
 * simulator read the registry, so that an addition is one file and one line.
 */
import { z } from "zod";
import { InputError } from "../core/errors.js";
import { duration, integer, milliseconds, name, number, share, text } from "./fields.js";

/** What everything that a registry lists says of itself. */
export interface RegistryEntry {
  /** What files and the command line call it: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** What it does, in one sentence. */
  readonly description: string;
}

/** What settings are described with: the same bounds and words everywhere. */
export interface SettingFields {
  /** What has no field here: as much of the schema library as poolsim's own need; extensions get all. */
  readonly z: Pick<
    typeof z,
    "array" | "boolean" | "preprocess" | "record" | "strictObject" | "string"
  >;
  /** A span of time in ms: text with a unit in files (`10m`), a number in the library. */
  readonly span: (description: string) => z.ZodType<number, string | number>;
  /** A finite number within bounds. */
  readonly number: typeof number;
  /** A whole number within bounds. */
  readonly integer: typeof integer;
  /** A share between 0 and 1. */
  readonly share: typeof share;
  /** Letters, digits, `_` and `-`. */
  readonly name: typeof name;
  /** Text, with what help calls it: `text("Where it is.", "url")` is `--key <url>`. */
  readonly text: typeof text;
}

/** Settings as files write them. What they name of the schema library is all that a bundle keeps of it. */
export const FILE_FIELDS: SettingFields = {
  z: {
    array: z.array,
    boolean: z.boolean,
    preprocess: z.preprocess,
    record: z.record,
    strictObject: z.strictObject,
    string: z.string,
  },
  span: duration,
  number,
  integer,
  share,
  name,
  text,
};
/** Settings as the library takes them. */
export const LIBRARY_FIELDS: SettingFields = { ...FILE_FIELDS, span: milliseconds };

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** All of one kind: poolsim's own in order, then those that extensions added. */
export class Registry<Entry extends RegistryEntry, Own extends Entry = Entry> {
  /** The kind as messages call it, such as "admission policy". */
  readonly kind: string;
  /** Those that poolsim brings, in the order in which they apply and are listed. */
  readonly own: readonly Own[];
  readonly #added = new Map<string, Entry>();
  readonly #reserved: ReadonlySet<string>;

  /**
   * @param kind as messages call it
   * @param own poolsim's own
   * @param reserved names that nothing that is added may have, besides those of `own`
   */
  constructor(kind: string, own: readonly Own[], reserved: readonly string[] = []) {
    this.kind = kind;
    this.own = own;
    this.#reserved = new Set([...own.map((entry) => entry.name), ...reserved]);
  }

  /** Everything, poolsim's own first. */
  get all(): readonly Entry[] {
    return [...this.own, ...this.#added.values()];
  }

  /** The entry of a name; undefined if there is none. */
  find(wanted: string): Entry | undefined {
    return this.own.find((entry) => entry.name === wanted) ?? this.#added.get(wanted);
  }

  /**
   * Adds an entry from outside, for the life of the process.
   *
   * @throws InputError (`EXTENSION_NAME`) for a name that is taken, or none
   */
  add(entry: Entry): void {
    this.assertFree(entry.name);
    this.#added.set(entry.name, entry);
  }

  /**
   * Checks that a name could be added.
   *
   * @throws InputError (`EXTENSION_NAME`) for a name that is taken, or none
   */
  assertFree(wanted: string): void {
    if (!NAME.test(wanted)) {
      const text = `a name of a ${this.kind}: found ${JSON.stringify(wanted)}, expected letters, digits, _ or - (at most 64)`;
      throw new InputError(text, { code: "EXTENSION_NAME" });
    }
    if (!this.#reserved.has(wanted) && !this.#added.has(wanted)) return;
    throw new InputError(`the name ${wanted} is taken by another ${this.kind}`, {
      code: "EXTENSION_NAME",
    });
  }
}
