/** What a module of a kind of event source exports: what it is called, what it may be told, how it is made. */
import { z } from "zod";
import type { RegistryEntry, SettingFields } from "../../../config/registry.js";
import type { EventReader } from "./source.js";

/** What is asked of the environment by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a source is made with, beside its settings. */
export interface EventSourceContext {
  /** The folder that relative paths begin at. @default they stay as they are */
  readonly folder?: string | undefined;
  /** Where secrets are: they are never settings. */
  readonly env: Environment;
  /** What messages begin with, such as `--bucket`. */
  readonly where: string;
}

/** A kind of event source as the registry lists it. */
export interface EventSourceEntry<
  Name extends string = string,
  Schema extends z.ZodObject = z.ZodObject,
> extends RegistryEntry {
  /**
   * What files of sources and the command line call it. The setting of the same name says where
   * the source is; by it the kind is recognised: `bucket: https://…`, `--bucket https://…`.
   */
  readonly name: Name;
  /** Schema of its settings; the one that has its name is required. */
  readonly settings: (fields: SettingFields) => Schema;
  /**
   * Makes what reads the source. Nothing is read yet.
   *
   * @param settings as the schema gives them
   * @throws InputError for what is wrong with them: its message begins with `context.where`
   */
  create(settings: z.output<Schema>, context: EventSourceContext): EventReader;
}

/** Checks the type of an entry and keeps its name. */
export function eventSourceEntry<const Name extends string, Schema extends z.ZodObject>(
  entry: EventSourceEntry<Name, Schema>,
): EventSourceEntry<Name, Schema> {
  return entry;
}

/** Text that is checked further: the check says what was expected, and never repeats the value. */
export function checkedText<T>(
  description: string,
  placeholder: string,
  check: (text: string) => T,
  expected: string,
) {
  return z
    .string("expected text")
    .min(1, "expected text")
    .transform((text, context): T => {
      try {
        return check(text);
      } catch {
        context.addIssue({ code: "custom", message: expected });
        return z.NEVER;
      }
    })
    .meta({ description, placeholder });
}
