/**
 * Follows the chain into the store: first the whole pool as of one block, then the events of each
 * further range of blocks. Whatever is applied belongs to one chain: hashes are compared before
 * and after, and blocks that the chain dropped are taken back.
 *
 * With `goLivepeerQuirks` it errs as go-livepeer's watchers do: it waits for two new blocks (C-7),
 * loses what happens before its second look (C-8), applies the blocks of a batch in any order
 * (C-9), does not see reorganisations (C-10) nor changes of service URIs (C-14).
 */
import { RemoteError } from "../../../core/errors.js";
import type { ChainBlock, ChainClient, ChainLog, ChainOptions, Hex } from "./chain-client.js";
import { type ChainEvent, changesOf, readEvent, WATCHED_TOPICS } from "./chain-events.js";
import { activeRows, type ChainChange, type ChainStore, type Checkpoint } from "./chain-store.js";
import type { ContractAddresses } from "./networks.js";
import type { TranscoderPool } from "./transcoder-pool.js";
import type { TranscoderReader } from "./transcoder-reader.js";

export interface ChainSyncOptions {
  readonly chain: ChainClient;
  readonly contracts: ContractAddresses;
  readonly store: ChainStore;
  readonly pool: TranscoderPool;
  readonly reader: TranscoderReader;
  readonly goLivepeerQuirks: boolean;
  /** When more blocks than these are new, the whole pool is read instead of their events. */
  readonly maxCatchUpBlocks: number;
  /** The latest block, as asked a moment ago: saves the first look a question. */
  readonly firstHead: ChainBlock | null;
  /** Uniform in [0, 1): the order of blocks under C-9. */
  readonly random: () => number;
  /** Unix ms. */
  readonly now: () => number;
}

/** What one look at the chain did. */
export interface SyncReport {
  /** The last block in the store. */
  readonly block: number;
  /** Whether the whole pool was read. */
  readonly wholePool: boolean;
  /** How many events of contracts were applied. */
  readonly events: number;
  /** Blocks taken back because the chain had dropped them. */
  readonly blocksTakenBack: number;
  /** Senders whose funds may have changed; `all` after a new round or blocks taken back. */
  readonly senders: ReadonlySet<Hex> | "all";
}

/** Blocks that are applied together, so that a long way is not lost when it is cut short. */
const STEP_BLOCKS = 3_000;
/** Looks at a chain that changes under one's eyes. */
const ATTEMPTS = 5;
/** Checkpoints compared at once, when the last one is not on the chain. */
const CHECKPOINTS_AT_ONCE = 64;

/** The chain changed between two questions. */
class Moved extends Error {}

/** The watcher. One look at a time: the caller sees to that. */
export class ChainSync {
  readonly #options: ChainSyncOptions;
  /** Under C-8: the second look only remembers where the chain is. */
  #looks = 0;
  #firstHead: ChainBlock | null;

  constructor(options: ChainSyncOptions) {
    this.#options = options;
    this.#firstHead = options.firstHead;
  }

  /**
   * Brings the store to the chain's last block.
   *
   * @throws RemoteError `CHAIN_UNSTABLE` when the chain changes at every attempt, `CHAIN_…`,
   *   `SQLITE_…`, or the signal's reason. What was applied before stays.
   */
  async look(options: ChainOptions = {}): Promise<SyncReport> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        return await this.#look(options);
      } catch (error) {
        if (!(error instanceof Moved)) throw error;
      }
    }
    throw new RemoteError(`the chain changed at each of ${ATTEMPTS} attempts`, {
      code: "CHAIN_UNSTABLE",
    });
  }

  async #look(options: ChainOptions): Promise<SyncReport> {
    const { store, goLivepeerQuirks, maxCatchUpBlocks } = this.#options;
    const head = await this.#head(options);
    const tip = store.tip();
    if (goLivepeerQuirks) return await this.#lookAsGoLivepeer(head, tip, options);
    if (tip === null) return await this.#readWholePool(head, 0, options);

    const common = await this.#commonCheckpoint(tip, head, options);
    const taken = common === null ? tip.number : Math.max(0, tip.number - common.number);
    if (common === null || head.number - common.number > maxCatchUpBlocks) {
      return await this.#readWholePool(head, taken, options);
    }
    if (taken > 0) store.rollBack(common.number);
    try {
      return await this.#follow(common, head, taken, options);
    } catch (error) {
      // The whole pool takes few requests, where a node gives events of few blocks at a time.
      if (!(error instanceof RemoteError) || error.code !== "CHAIN_LOGS_LIMIT") throw error;
      return await this.#readWholePool(head, taken, options);
    }
  }

  async #lookAsGoLivepeer(
    head: ChainBlock,
    tip: Checkpoint | null,
    options: ChainOptions,
  ): Promise<SyncReport> {
    const { store } = this.#options;
    this.#looks++;
    // B-7: the pool is read at every start.
    if (this.#looks === 1 || tip === null) return await this.#readWholePool(head, 0, options);
    if (this.#looks === 2) {
      const state = await this.#stateOf(head, options);
      store.apply({ changes: [], checkpoint: head, state });
      return { ...report(head), senders: "all" };
    }
    if (head.number < tip.number + 2) return report(tip);
    return await this.#follow(tip, head, 0, options);
  }

  /** The last checkpoint that is on the chain; null if none is. */
  async #commonCheckpoint(
    tip: Checkpoint,
    head: ChainBlock,
    options: ChainOptions,
  ): Promise<Checkpoint | null> {
    if (tip.hash === head.hash) return tip;
    const all = this.#options.store.checkpoints();
    for (let at = 0, count = 1; at < all.length; at += count, count = CHECKPOINTS_AT_ONCE) {
      const some = all.slice(at, at + count);
      const headers = await this.#options.chain.blocks(
        some.map(({ number }) => number),
        options,
      );
      const found = some.find(
        ({ number, hash }, index) => number <= head.number && headers[index]?.hash === hash,
      );
      if (found !== undefined) return found;
    }
    return null;
  }

  async #follow(
    from: Checkpoint,
    head: ChainBlock,
    blocksTakenBack: number,
    options: ChainOptions,
  ): Promise<SyncReport> {
    const events: ChainEvent[] = [];
    let tip = from;
    while (tip.number < head.number) {
      const to = Math.min(head.number, tip.number + STEP_BLOCKS);
      const step = await this.#step(tip, to, options);
      events.push(...step.events);
      tip = step.tip;
    }
    if (tip === from) {
      const state = await this.#stateOf(head, options);
      this.#options.store.apply({ changes: [], checkpoint: null, state });
    }
    const isNewRound = events.some(({ kind }) => kind === "newRound");
    const senders = events.flatMap((event) => (event.kind === "sender" ? event.address : []));
    return {
      block: tip.number,
      wholePool: false,
      events: events.length - senders.length,
      blocksTakenBack,
      senders: isNewRound || blocksTakenBack > 0 ? "all" : new Set(senders),
    };
  }

  /** Reads and applies the blocks after `tip` up to `to`. */
  async #step(
    tip: Checkpoint,
    to: number,
    options: ChainOptions,
  ): Promise<{ tip: Checkpoint; events: readonly ChainEvent[] }> {
    const { chain, contracts, store, goLivepeerQuirks } = this.#options;
    const [first, last] = await chain.blocks([tip.number + 1, to], options);
    if (!first || !last) throw new Moved();
    if (!goLivepeerQuirks && first.parentHash !== tip.hash) throw new Moved();
    const addresses = goLivepeerQuirks ? [] : Object.values(contracts);
    const range = { fromBlock: tip.number + 1, toBlock: to };
    const logs = await chain.logs({ addresses, topics: WATCHED_TOPICS, ...range }, options);
    await this.#assertOnChain(logs, options);

    const events = this.#inOrder(logs).flatMap((log) => readEvent(log, contracts) ?? []);
    const counted = events.filter(({ kind }) => !(goLivepeerQuirks && kind === "serviceURI"));
    const state = await this.#stateOf(last, options);
    const changes = await this.#changesOf(counted, last, state.lastInitializedRound, options);
    await this.#assertStill(last, options);
    store.apply({ changes, checkpoint: last, state });
    return { tip: last, events: counted };
  }

  async #changesOf(
    events: readonly ChainEvent[],
    last: ChainBlock,
    round: bigint,
    options: ChainOptions,
  ): Promise<readonly ChainChange[]> {
    const { store, reader, goLivepeerQuirks } = this.#options;
    const activated = events.flatMap((event) => (event.kind === "activated" ? event.address : []));
    const uris = await reader.serviceURIs(activated, last.number, options);
    const changes = changesOf(events, new Map(activated.map((who, at) => [who, uris[at] ?? ""])));
    const isNewRound =
      events.some(({ kind }) => kind === "newRound") ||
      round !== store.state()?.lastInitializedRound;
    // C-15: the stakes of all who are active after these events; without a new round, of those
    // whom these events make active.
    const isNew = new Set(goLivepeerQuirks ? [] : activated);
    const active = activeAfter(store, changes, round).filter((who) => isNewRound || isNew.has(who));
    const stakes = await reader.stakes(active, round, last.number, options);
    const refreshed = active.map((ethereumAddr, at) => ({
      block: last.number,
      update: { ethereumAddr, stake: stakes[at] ?? 0n },
    }));
    return [...changes, ...refreshed];
  }

  async #readWholePool(
    head: ChainBlock,
    blocksTakenBack: number,
    options: ChainOptions,
  ): Promise<SyncReport> {
    const { pool, reader, store } = this.#options;
    const [members, state] = await Promise.all([
      pool.members(head.number, options),
      this.#stateOf(head, options),
    ]);
    const known = store.table.select().map(({ ethereumAddr }) => ethereumAddr.toLowerCase());
    const addresses = [...new Set([...members, ...known])];
    const round = state.lastInitializedRound;
    const states = await reader.states(addresses, round, head.number, options);
    await this.#assertStill(head, options);
    const changes = states.map(({ address, ...update }) => ({
      block: head.number,
      update: { ethereumAddr: address, ...update },
    }));
    store.restart({ changes, checkpoint: head, state });
    return { ...report(head), wholePool: true, blocksTakenBack, senders: "all" };
  }

  async #stateOf(block: ChainBlock, options: ChainOptions) {
    const { reader, goLivepeerQuirks, now } = this.#options;
    const name = goLivepeerQuirks ? "currentRound" : "lastInitializedRound";
    return {
      lastInitializedRound: await reader.round(block.number, options, name),
      lastSeenL1Block: block.l1BlockNumber,
      syncedAtMs: now(),
    };
  }

  async #head(options: ChainOptions): Promise<ChainBlock> {
    const first = this.#firstHead;
    this.#firstHead = null;
    if (first !== null) return first;
    const [head] = await this.#options.chain.blocks(["latest"], options);
    if (head) return head;
    throw new RemoteError("the node has no latest block", { code: "CHAIN_TRANSPORT" });
  }

  /** The logs' blocks are those of the chain. */
  async #assertOnChain(logs: readonly ChainLog[], options: ChainOptions): Promise<void> {
    if (this.#options.goLivepeerQuirks) return;
    const hashes = new Map(logs.map(({ blockNumber, blockHash }) => [blockNumber, blockHash]));
    const headers = await this.#options.chain.blocks([...hashes.keys()], options);
    const onChain = logs.every(
      ({ blockNumber, blockHash }) => hashes.get(blockNumber) === blockHash,
    );
    const isSame = [...hashes.values()].every((hash, at) => headers[at]?.hash === hash);
    if (!onChain || !isSame) throw new Moved();
  }

  async #assertStill(block: ChainBlock, options: ChainOptions): Promise<void> {
    const [now] = await this.#options.chain.blocks([block.number], options);
    if (now?.hash !== block.hash) throw new Moved();
  }

  /** In the chain's order; under C-9 block by block in any order. */
  #inOrder(logs: readonly ChainLog[]): readonly ChainLog[] {
    if (!this.#options.goLivepeerQuirks) return logs;
    const places = new Map(logs.map(({ blockHash }) => [blockHash, this.#options.random()]));
    const place = ({ blockHash }: ChainLog): number => places.get(blockHash) ?? 0;
    return [...logs].sort((a, b) => place(a) - place(b));
  }
}

function report({ number }: Checkpoint): SyncReport {
  return {
    block: number,
    wholePool: false,
    events: 0,
    blocksTakenBack: 0,
    senders: new Set<Hex>(),
  };
}

/** Addresses that are active in a round once the changes are made; lower case. */
function activeAfter(
  store: ChainStore,
  changes: readonly ChainChange[],
  round: bigint,
): readonly Hex[] {
  const rows = new Map(store.table.select().map((row) => [row.ethereumAddr.toLowerCase(), row]));
  for (const { update } of changes) {
    const unknown = { serviceURI: "", pricePerPixel: 0n, activationRound: 0n, stake: 0n };
    const row = rows.get(update.ethereumAddr) ?? { ...unknown, deactivationRound: 0n };
    rows.set(update.ethereumAddr, { ...row, ...update });
  }
  return activeRows([...rows.values()], round).map(({ ethereumAddr }) =>
    ethereumAddr.toLowerCase(),
  );
}
