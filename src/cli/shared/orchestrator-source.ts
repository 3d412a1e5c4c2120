/** The source that the command line names, and what the chain knows besides. */
import { InputError } from "../../core/errors.js";
import {
  HardcodedSource,
  type ListOptions,
  NodeDbSource,
  type OrchestratorSource,
  WebhookSource,
} from "../../discovery/index.js";
import type { OnChainSource } from "../../discovery/sources/chain/on-chain-source.js";

/** Where orchestrators come from. */
export interface SourceFlags {
  readonly orchAddr?: string;
  readonly orchWebhookUrl?: string;
  readonly subgraphUrl?: string;
  readonly nodeDb?: string;
  /** `offchain` or the name of a network. */
  readonly network?: string;
  readonly ethUrl?: string;
  readonly ethController?: string;
  readonly aiServiceRegistry?: boolean;
  /** SQLite file that remembers the chain. */
  readonly chainStore?: string;
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
  close(): Promise<void>;
}

type NamedSource = Pick<OpenSource, "source" | "label">;

const OFFCHAIN = "offchain";
const SOURCES = ["orchAddr", "orchWebhookUrl", "subgraphUrl", "nodeDb"] as const;

function usage(message: string): never {
  throw new InputError(message, { code: "USAGE" });
}

/** What `openSource` is told besides the flags. */
export interface OpenOptions {
  /** Whether a subgraph is asked whenever its list is wanted; default: every 12 hours. */
  readonly asksEachTime?: boolean;
}

/** The origin of a URL. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

async function openChain(flags: SourceFlags): Promise<OnChainSource | null> {
  const { network = OFFCHAIN, ethUrl, ethController, aiServiceRegistry, chainStore } = flags;
  if (ethUrl === undefined) {
    if (ethController !== undefined) usage("--ethController: expected --ethUrl too");
    return null;
  }
  if (network === OFFCHAIN && ethController === undefined) {
    usage("--ethUrl: expected --network too, e.g. --network arbitrum-one-mainnet");
  }
  const { OnChainSource } = await import("../../discovery/sources/chain/on-chain-source.js");
  return new OnChainSource({
    ethUrl,
    ...(ethController === undefined ? { network } : { controller: ethController }),
    aiServiceRegistry,
    storePath: chainStore,
  });
}

async function roundOf(chain: OnChainSource, { signal }: ListOptions): Promise<bigint | undefined> {
  await chain.sync({ signal });
  return chain.chainState()?.lastInitializedRound;
}

async function openNamed(
  name: (typeof SOURCES)[number],
  value: string,
  chain: OnChainSource | null,
  { asksEachTime = false }: OpenOptions,
): Promise<NamedSource> {
  switch (name) {
    case "orchAddr":
      return { source: new HardcodedSource({ orchAddr: value }), label: "list of --orchAddr" };
    case "orchWebhookUrl":
      return { source: new WebhookSource({ url: value }), label: `webhook of ${originOf(value)}` };
    case "nodeDb": {
      const source = new NodeDbSource({
        path: value,
        // Asked for each list: rounds go by while a list is kept up.
        currentRound: chain === null ? undefined : (asked) => roundOf(chain, asked),
      });
      return { source, label: `database ${value}` };
    }
    case "subgraphUrl": {
      const { SubgraphSource } = await import("../../discovery/sources/subgraph/index.js");
      const patience = asksEachTime ? { refreshMs: 0, holdOffMs: 0 } : {};
      const source = new SubgraphSource({ url: value, ...patience });
      return { source, label: `subgraph of ${originOf(value)}` };
    }
  }
}

/**
 * Opens the one source that the flags name.
 *
 * @throws InputError (`USAGE`) for none or several; what the sources throw
 */
export async function openSource(
  flags: SourceFlags,
  options: OpenOptions = {},
): Promise<OpenSource> {
  const named = SOURCES.filter((name) => flags[name] !== undefined);
  const [name, other] = named;
  if (name !== undefined && other !== undefined) {
    usage(`--${name} and --${other}: expected one source`);
  }
  const isNetwork = (flags.network ?? OFFCHAIN) !== OFFCHAIN;
  if (name === undefined && isNetwork && flags.ethUrl === undefined) {
    usage(`--network ${flags.network}: expected --ethUrl too`);
  }
  const chain = await openChain(flags);
  try {
    const main =
      name === undefined
        ? onlyChain(chain, flags)
        : await openNamed(name, flags[name] ?? "", chain, options);
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

function onlyChain(chain: OnChainSource | null, { ethUrl = "" }: SourceFlags): NamedSource {
  if (chain !== null) return { source: chain, label: `chain by ${originOf(ethUrl)}` };
  const known = SOURCES.map((source) => `--${source}`).join(", ");
  return usage(`expected a source: ${known}, or --network with --ethUrl`);
}
