/** The source that the command line names, and what the chain knows besides. */
import { FILE_FIELDS } from "../../config/registry.js";
import { aboutSetting, readSetting } from "../../config/setting-schema.js";
import { InputError } from "../../core/errors.js";
import type { OrchestratorSource } from "../../discovery/index.js";
import { onChainEntry } from "../../discovery/sources/chain/on-chain-entry.js";
import type { OnChainSource } from "../../discovery/sources/chain/on-chain-source.js";
import type { ChainKnowledge, OrchestratorSourceEntry } from "../../discovery/sources/entry.js";
import { ORCHESTRATOR_SOURCES } from "../../discovery/sources/registry.js";

/** What all commands with sources are told; the settings of the sources stand beside, by name. */
export interface SourceFlags {
  /** The kind of source that is meant. */
  readonly from?: string;
  /** `offchain` or the name of a network. */
  readonly network?: string;
  readonly ethUrl?: string;
  readonly ethController?: string;
  /** Files of code that bring sources. */
  readonly extension?: readonly string[];
}

/** A source that is open. */
export interface OpenSource {
  readonly source: OrchestratorSource;
  /** What it is: `webhook of http://host`. No more of a URL than its origin: keys stand in it. */
  readonly label: string;
  /** Whether gateways with it choose by stake, price and chance (L-6); else in order (L-5). */
  readonly onChain: boolean;
  /** The chain, where a node was named. */
  readonly chain: OnChainSource | null;
  /** What readers of its list have to know of it; null: nothing. */
  readonly remark: string | null;
  close(): Promise<void>;
}

type NamedSource = Pick<OpenSource, "source" | "label" | "remark">;

const OFFCHAIN = "offchain";

function usage(message: string): never {
  throw new InputError(message, { code: "USAGE" });
}

/** What `openSource` is told besides the flags. */
export interface OpenOptions {
  /** Whether a subgraph is asked whenever its list is wanted; default: every 12 hours. */
  readonly asksEachTime?: boolean;
}

/** The settings that a kind of source cannot do without. */
function needsOf({ settings }: OrchestratorSourceEntry): readonly string[] {
  return Object.entries(settings(FILE_FIELDS).shape).flatMap(([key, schema]) =>
    aboutSetting(schema).isRequired ? [key] : [],
  );
}

function isSaid(flags: SourceFlags, key: string): boolean {
  return Reflect.get(flags, key) !== undefined;
}

/** A source's settings from the flags. @throws InputError (`USAGE`) */
function settingsOf({ settings }: OrchestratorSourceEntry, flags: SourceFlags) {
  const values: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(settings(FILE_FIELDS).shape)) {
    const read = readSetting(schema, Reflect.get(flags, key));
    if (read.fault !== undefined) usage(`--${key}: ${read.fault}`);
    values[key] = read.value;
  }
  return values;
}

/**
 * The kind of source that is meant: that of `--from`, or the one whose settings are given.
 *
 * @throws InputError (`USAGE`) for none or several
 */
export function sourceEntryOf(flags: SourceFlags): OrchestratorSourceEntry {
  const others = ORCHESTRATOR_SOURCES.all.filter(({ name }) => name !== onChainEntry.name);
  const named = others.flatMap((entry) => {
    const key = Object.keys(entry.settings(FILE_FIELDS).shape).find((one) => isSaid(flags, one));
    return key === undefined ? [] : [{ entry, key }];
  });
  const [first, second] = named;
  if (first !== undefined && second !== undefined) {
    usage(`--${first.key} and --${second.key}: expected one source`);
  }
  const meant =
    flags.from === undefined ? (first?.entry ?? chainEntryOf(flags)) : entryNamed(flags.from);
  if (first !== undefined && meant.name !== first.entry.name && meant.name !== onChainEntry.name) {
    usage(`--from ${meant.name} and --${first.key}: expected one source`);
  }
  for (const key of needsOf(meant)) {
    if (isSaid(flags, key)) continue;
    usage(
      `${flags.from === undefined ? `--${first?.key}` : `--from ${meant.name}`}: expected --${key} too`,
    );
  }
  return meant;
}

function entryNamed(name: string): OrchestratorSourceEntry {
  const entry = ORCHESTRATOR_SOURCES.find(name);
  const known = ORCHESTRATOR_SOURCES.all.map((one) => one.name).join(", ");
  return entry ?? usage(`--from: found ${JSON.stringify(name)}, expected one of ${known}`);
}

/** The chain itself, where nothing else is named. */
function chainEntryOf({ network = OFFCHAIN, ethUrl, ethController }: SourceFlags) {
  if (ethUrl !== undefined) return onChainEntry as OrchestratorSourceEntry;
  if (ethController !== undefined) usage("--ethController: expected --ethUrl too");
  if (network !== OFFCHAIN) usage(`--network ${network}: expected --ethUrl too`);
  const known = ORCHESTRATOR_SOURCES.all
    .filter(({ name }) => name !== onChainEntry.name)
    .flatMap((entry) => needsOf(entry).slice(0, 1))
    .map((key) => `--${key}`);
  return usage(`expected a source: ${known.join(", ")}, or --network with --ethUrl`);
}

async function openChain(flags: SourceFlags): Promise<OnChainSource | null> {
  if (flags.ethUrl === undefined) {
    if (flags.ethController !== undefined) usage("--ethController: expected --ethUrl too");
    return null;
  }
  const settings = settingsOf(onChainEntry as OrchestratorSourceEntry, flags);
  return await onChainEntry.create(onChainEntry.settings(FILE_FIELDS).parse(settings), {});
}

function knowledgeOf(chain: OnChainSource): ChainKnowledge {
  return {
    currentRound: async ({ signal }) => {
      await chain.sync({ signal });
      return chain.chainState()?.lastInitializedRound;
    },
  };
}

/**
 * Opens the one source that the flags name.
 *
 * @throws InputError (`USAGE`) for none or several; what the sources throw
 */
export async function openSource(
  flags: SourceFlags,
  { asksEachTime = false }: OpenOptions = {},
): Promise<OpenSource> {
  const entry = sourceEntryOf(flags);
  const chain = await openChain(flags);
  try {
    const main = await openMain(entry, flags, { chain, asksEachTime });
    const isNetwork = (flags.network ?? OFFCHAIN) !== OFFCHAIN;
    return {
      ...main,
      onChain: isNetwork || chain !== null || main.source.usesOnChainPredicate,
      chain,
      close: async () => {
        await main.source.close();
        await chain?.close();
      },
    };
  } catch (error) {
    await chain?.close();
    throw error;
  }
}

async function openMain(
  entry: OrchestratorSourceEntry,
  flags: SourceFlags,
  { chain, asksEachTime }: { readonly chain: OnChainSource | null; readonly asksEachTime: boolean },
): Promise<NamedSource> {
  const settings = settingsOf(entry, flags);
  const label = entry.label(settings);
  const remark = entry.remark ?? null;
  if (entry.name === onChainEntry.name && chain !== null) return { source: chain, label, remark };
  const source = await entry.create(settings, {
    chain: chain === null ? undefined : knowledgeOf(chain),
    asksEachTime,
  });
  return { source, label, remark };
}
