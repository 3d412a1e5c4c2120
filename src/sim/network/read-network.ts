/**
 * The network file in both of its forms: a table, or what `poolsim discover --json` found. A
 * discovery has no leaderboard results: those of the packaged network are taken for addresses that
 * it knows, and stand-ins for the others, marked as imputed.
 */
import { Rational } from "../../core/rational.js";
import { dataError } from "../../io/csv-table.js";
import {
  type DiscoveredOrchestrator,
  type DiscoveryFile,
  isDiscoveryFile,
  parseDiscoveryFile,
} from "./discovery-file.js";
import { addressOf } from "./made-address.js";
import { type ImputedField, type NetworkOrchestrator, parseNetwork } from "./network-file.js";
import type { DataText, RegionList } from "./regions.js";

/** Texts to read a network from. */
export interface NetworkTexts {
  readonly network: DataText;
  /** The packaged network: needed where the network file is a discovery. */
  readonly packagedNetwork?: DataText | undefined;
}

/** A network file's content. */
export interface NetworkContent {
  /** Who is there; at least one. */
  readonly orchestrators: readonly NetworkOrchestrator[];
  /** Known to the file, but not there: nothing came back. */
  readonly absent: readonly NetworkOrchestrator[];
  /** Others with leaderboard results, from which stand-ins are drawn. */
  readonly references: readonly NetworkOrchestrator[];
  /** Sessions that they offer, by address, where they tell. */
  readonly sessions: ReadonlyMap<string, number>;
  /** Where the file comes from; null for a table. */
  readonly discovery: Pick<DiscoveryFile, "discoveredAt" | "source"> | null;
}

const MAX_ORCHESTRATORS = 5000;
/** Capability number of H.264 transcoding. */
const TRANSCODING = "0";
const NO_ADDRESS = /^0x0*$/;

/**
 * Reads a network file.
 *
 * @throws InputError (`DATA_FILE_INVALID`)
 */
export function readNetwork(
  { network, packagedNetwork }: NetworkTexts,
  regions: RegionList,
): NetworkContent {
  if (!isDiscoveryFile(network.text)) {
    const orchestrators = parseNetwork(network, regions);
    const none = { absent: [], references: [], sessions: new Map(), discovery: null };
    return { orchestrators, ...none };
  }
  const file = parseDiscoveryFile(network);
  const packaged = packagedNetwork === undefined ? [] : parseNetwork(packagedNetwork, regions);
  return fromDiscovery(file, network.name, packaged);
}

function fromDiscovery(
  { orchestrators, discoveredAt, source }: DiscoveryFile,
  fileName: string,
  packaged: readonly NetworkOrchestrator[],
): NetworkContent {
  const groups = byAddress(orchestrators);
  const known = new Map(packaged.map((row) => [row.address, row]));
  const price = medianPrice(orchestrators, packaged);
  const here: NetworkOrchestrator[] = [];
  const absent: NetworkOrchestrator[] = [];
  const sessions = new Map<string, number>();
  for (const [address, nodes] of groups) {
    const row = rowOf(address, nodes, known.get(address), price);
    if (nodes.some(isHere)) here.push(row);
    else absent.push(row);
    const told = sessionsByTranscoder(nodes);
    if (told.size > 0)
      sessions.set(
        address,
        [...told.values()].reduce((a, b) => a + b),
      );
  }
  const start = { line: 1, column: 1 };
  if (here.length === 0) throw dataError(fileName, start, "none of its orchestrators answered");
  if (here.length > MAX_ORCHESTRATORS) {
    const message = `${here.length} orchestrators, expected at most ${MAX_ORCHESTRATORS}`;
    throw dataError(fileName, start, message);
  }
  const references = packaged.filter(({ address }) => !groups.has(address));
  const discovery = { discoveredAt, source };
  return { orchestrators: here, absent, references, sessions, discovery };
}

/** Nodes of one address, the one that a gateway likes best first (L-7). */
function byAddress(
  orchestrators: readonly DiscoveredOrchestrator[],
): ReadonlyMap<string, readonly DiscoveredOrchestrator[]> {
  const groups = new Map<string, DiscoveredOrchestrator[]>();
  const ranked = [...orchestrators].sort((a, b) => (a.turn ?? 1e9) - (b.turn ?? 1e9));
  for (const one of ranked) {
    const address = addressIn(one);
    const group = groups.get(address);
    if (group === undefined) groups.set(address, [one]);
    else group.push(one);
  }
  return groups;
}

/** Whom it is paid to, else who it says it is, else one made from its URI. */
function addressIn({ recipient, address, uri }: DiscoveredOrchestrator): string {
  for (const one of [recipient, address]) {
    if (one !== null && /^0x[0-9a-fA-F]{40}$/.test(one) && !NO_ADDRESS.test(one)) {
      return one.toLowerCase();
    }
  }
  return addressOf(uri);
}

/**
 * Whether it works: it answered and names where segments go, or it is registered with a stake and
 * refused this gateway, which says nothing about others.
 */
function isHere({ reply, transcoder, stakeLpt }: DiscoveredOrchestrator): boolean {
  if (reply === "answer") return (transcoder ?? "") !== "";
  return reply === "error" && stakeLpt !== null;
}

/** Sessions that nodes offer, where they tell: each node once, however often it was asked and by which name. */
function sessionsByTranscoder(
  nodes: readonly DiscoveredOrchestrator[],
): ReadonlyMap<string, number> {
  const sessions = new Map<string, number>();
  for (const { uri, transcoder, capacities } of nodes) {
    const told = capacities?.[TRANSCODING];
    const name = transcoder ?? uri;
    if (told !== undefined && !sessions.has(name)) sessions.set(name, told);
  }
  return sessions;
}

interface Price {
  readonly pricePerUnit: bigint;
  readonly pixelsPerUnit: bigint;
}

function priceIn({ pricePerUnit, pixelsPerUnit }: DiscoveredOrchestrator): Price | null {
  if (pricePerUnit === null || pixelsPerUnit === null) return null;
  const price = { pricePerUnit: BigInt(pricePerUnit), pixelsPerUnit: BigInt(pixelsPerUnit) };
  return price.pricePerUnit < 0n || price.pixelsPerUnit < 1n ? null : price;
}

function medianPrice(
  orchestrators: readonly DiscoveredOrchestrator[],
  packaged: readonly NetworkOrchestrator[],
): Price {
  const told = orchestrators.flatMap((one) => priceIn(one) ?? []);
  const prices = (told.length > 0 ? told : packaged).map(({ pricePerUnit, pixelsPerUnit }) =>
    Rational.of(pricePerUnit, pixelsPerUnit),
  );
  prices.sort((a, b) => a.compare(b));
  const median = prices[Math.floor(prices.length / 2)] ?? Rational.ONE;
  return { pricePerUnit: median.num, pixelsPerUnit: median.den };
}

function rowOf(
  address: string,
  nodes: readonly DiscoveredOrchestrator[],
  packaged: NetworkOrchestrator | undefined,
  median: Price,
): NetworkOrchestrator {
  const imputed = new Set<ImputedField>();
  const first = <T>(read: (node: DiscoveredOrchestrator) => T | null): T | null => {
    for (const node of nodes) {
      const value = read(node);
      if (value !== null) return value;
    }
    return null;
  };
  const stake = first(({ stakeLpt }) => stakeLpt);
  if (stake === null) imputed.add("stake");
  const price = first(priceIn);
  if (price === null) imputed.add("price");
  const leaderboard = packaged?.leaderboard ?? [];
  if (leaderboard.length === 0) imputed.add("response");
  const { pricePerUnit, pixelsPerUnit } = price ?? packaged ?? median;
  return {
    address,
    name: packaged?.name ?? null,
    serviceUri: first(({ uri }) => uri) ?? "",
    // Unknown stakes count as 0 in gateways (L-15), unless the packaged network knows them.
    stakeLpt: stake === null ? (packaged?.stakeLpt ?? Rational.ZERO) : Rational.parse(stake),
    pricePerUnit,
    pixelsPerUnit,
    version: first(({ version }) => version) || null,
    imputed,
    leaderboard,
  };
}
