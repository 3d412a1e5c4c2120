/** What a module of a kind of orchestrator source exports: what it is called, what it may be told, how it is made. */
import type { z } from "zod";
import type { RegistryEntry, SettingFields } from "../../config/registry.js";
import type { ListOptions, OrchestratorSource } from "./source.js";

/** What a chain that is open beside a source can tell it. */
export interface ChainKnowledge {
  /** The current round; undefined: it is not known. */
  readonly currentRound: (options: ListOptions) => Promise<bigint | undefined>;
}

/** What a source is made with, beside its settings. */
export interface OrchestratorSourceContext {
  /** The chain, where the user named a node of it. @default none */
  readonly chain?: ChainKnowledge | undefined;
  /**
   * Whether the caller decides how often the source is asked: each `list` is to ask anew. Otherwise
   * the source may keep its list for as long as it usually does. @default false
   */
  readonly asksEachTime?: boolean | undefined;
}

/** How often the list of a source is worth reading. */
export interface SourcePace {
  /** Time between readings, ms. */
  readonly refreshMs: number;
  /** How old a list may be, ms, before it is not used any more. */
  readonly maxAgeMs: number;
}

/** A kind of orchestrator source as the registry lists it. */
export interface OrchestratorSourceEntry<
  Name extends string = string,
  Schema extends z.ZodObject = z.ZodObject,
  Source extends OrchestratorSource = OrchestratorSource,
> extends RegistryEntry {
  /** What `--from` and results call it. */
  readonly name: Name;
  /**
   * Schema of its settings, each an option of the commands that take sources, so that no two kinds
   * share a name. Those without a default are what the source needs: by them it is recognised.
   */
  readonly settings: (fields: SettingFields) => Schema;
  /** How often its list is worth reading. @default each minute, for an hour */
  readonly pace?: SourcePace | undefined;
  /** What readers of its list have to know of it. @default nothing */
  readonly remark?: string | undefined;
  /** What messages call a source of these settings. No more of a URL than its origin: keys stand in it. */
  label(settings: z.output<Schema>): string;
  /**
   * Makes the source. Nobody is asked yet.
   *
   * @param settings as the schema gives them
   * @throws InputError for what is wrong with them
   */
  create(settings: z.output<Schema>, context: OrchestratorSourceContext): Source | Promise<Source>;
}

/** Checks the type of an entry and keeps its name. */
export function orchestratorSourceEntry<
  const Name extends string,
  Schema extends z.ZodObject,
  Source extends OrchestratorSource,
>(
  entry: OrchestratorSourceEntry<Name, Schema, Source>,
): OrchestratorSourceEntry<Name, Schema, Source> {
  return entry;
}

/** The origin of a URL: what of it may be shown. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
