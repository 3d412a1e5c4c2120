/** A chain with a pool's wallet on it, and the pool's books: what tests of payouts live in. */
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { pendingAccount } from "../../../src/pool/books/accounts.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { acknowledgeNonces } from "../../../src/pool/payouts/acknowledge.js";
import type { PayoutChain } from "../../../src/pool/payouts/chain.js";
import type { SignedMemory } from "../../../src/pool/payouts/fence.js";
import type { PassReport } from "../../../src/pool/payouts/report.js";
import { openPayoutChain } from "../../../src/pool/payouts/rpc-chain.js";
import { PayoutRunner } from "../../../src/pool/payouts/runner.js";
import { type PayoutSettings, payoutSettings } from "../../../src/pool/payouts/settings.js";
import { openKeystore, type PayoutSigner } from "../../../src/pool/payouts/signer.js";
import {
  type Adopting,
  type ChainFindings,
  verifyChain,
} from "../../../src/pool/payouts/verify-chain.js";
import { type Anvil, startAnvil } from "./anvil.js";
import { compile } from "./compile.js";
import { CHAIN_ID, ETH, keystoreJson, PASSWORD, STRANGER } from "./wallet.js";

export const DAY_MS = 86_400_000;

export async function poolSigner(): Promise<PayoutSigner> {
  return await openKeystore(keystoreJson(), PASSWORD);
}

export interface World {
  readonly anvil: Anvil;
  /** Another one: as when a backup is restored. */
  store: SqlitePoolStore;
  readonly signer: PayoutSigner;
  nowMs: number;
  /** Owes a worker; less than 0: takes back what it was owed by mistake. */
  earn(address: string, wei: bigint, where?: { nodeType?: string; region?: string }): void;
  runner(options?: {
    url?: string;
    witness?: string;
    settings?: Partial<PayoutSettings>;
    signer?: PayoutSigner;
    /** Comes between the runner and the node. */
    around?: (chain: PayoutChain) => PayoutChain;
    fillsGaps?: boolean;
    signed?: SignedMemory;
    fences?: boolean;
    /** How long a node is waited for. @default longer than any that answers takes */
    timeoutMs?: number;
  }): PayoutRunner;
  /** One pass of a new runner, as after a crash. */
  pass(options?: Parameters<World["runner"]>[0]): Promise<PassReport>;
  balance(address: string): Promise<bigint>;
  mine(count?: number): Promise<void>;
  /** Blocks only by {@link mine}. */
  stopMining(): Promise<void>;
  pending(address: string): bigint;
  inPayout(address: string): bigint;
  paid(address: string): bigint;
  /** Says of the wallet's nonces that they pay nobody of the books. */
  acknowledge(first: number, last: number): Promise<number>;
  /** Compares the books with the chain; `these`: takes in what has these nonces. */
  verify(adopting?: Adopting): Promise<ChainFindings>;
  deploy(name: "Rejecting" | "Fickle" | "Greedy"): Promise<string>;
}

/** Few confirmations, a low threshold: everything else as it comes. */
export const SETTINGS: Partial<PayoutSettings> = {
  chainId: CHAIN_ID,
  thresholdWei: ETH / 100n,
  confirmations: 3,
};

/** Starts one; it ends with the test. */
export async function startWorld(...flags: readonly string[]): Promise<World> {
  const anvil = await startAnvil(...flags);
  onTestFinished(() => anvil.stop());
  const store = new SqlitePoolStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  const signer = await poolSigner();
  let isMining = true;
  const count = async (block: string) =>
    await anvil.rpc("eth_getTransactionCount", signer.address, block);
  const side = () => {
    const chain = openPayoutChain({ url: anvil.url, timeoutMs: 20_000, attempts: 1 });
    onTestFinished(() => chain.close());
    const { nowMs } = world;
    return {
      store: world.store,
      chain,
      witness: null,
      chainId: CHAIN_ID,
      wallet: signer.address,
      nowMs,
    };
  };
  const world: World = {
    anvil,
    store,
    signer,
    nowMs: Date.UTC(2026, 0, 1),
    earn: (address, wei, { nodeType = "transcode", region = "eu" } = {}) => {
      const to = pendingAccount({ address, nodeType, region });
      const cause = { kind: "job-processed", id: `${address}-${world.store.ledger.entryCount()}` };
      const posting =
        wei < 0n
          ? { from: to, to: "world" as const, wei: -wei }
          : { from: "world" as const, to, wei };
      world.store.ledger.post({ cause, atMs: world.nowMs, postings: [posting] });
    },
    runner: (options = {}) => {
      const { url = anvil.url, witness: witnessUrl = url, settings = {} } = options;
      const { timeoutMs = 20_000 } = options;
      const [chain, other] = [url, witnessUrl].map((node) => {
        const opened = openPayoutChain({ url: node, timeoutMs, attempts: 1 });
        onTestFinished(() => opened.close());
        return opened;
      });
      if (chain === undefined) throw new Error("no chain");
      const witness = witnessUrl === url ? undefined : other;
      const merged = payoutSettings({ ...SETTINGS, ...settings });
      const whose = options.signer ?? signer;
      const seen = options.around?.(chain) ?? chain;
      const { fillsGaps, signed, fences } = options;
      const nodes = { chain: seen, witness };
      return new PayoutRunner({
        store: world.store,
        ...nodes,
        signer: whose,
        settings: merged,
        fillsGaps,
        signed,
        fences,
      });
    },
    pass: async (options) => {
      const report = await world.runner(options).pass(world.nowMs);
      // A node that makes a block for each transaction makes it a moment after it has answered.
      while (isMining && (await count("latest")) !== (await count("pending"))) await sleep(5);
      return report;
    },
    balance: async (address) =>
      BigInt(String(await anvil.rpc("eth_getBalance", address, "latest"))),
    mine: async (count = 1) => {
      await anvil.rpc("anvil_mine", `0x${count.toString(16)}`);
    },
    stopMining: async () => {
      isMining = false;
      await anvil.rpc("evm_setAutomine", false);
    },
    pending: (address) => sum(world.store, `pending:${address.toLowerCase()}:`),
    inPayout: (address) => sum(world.store, `inPayout:${address.toLowerCase()}`),
    paid: (address) => sum(world.store, `paid:${address.toLowerCase()}`),
    acknowledge: async (first, last) =>
      await acknowledgeNonces({ ...side(), range: { first, last }, reason: "test" }),
    verify: async (adopting = { kind: "nothing" }) => {
      const wallet = { chainId: CHAIN_ID, fromAddress: signer.address };
      return await verifyChain({ ...side(), wallet, adopting, confirmations: 3 });
    },
    deploy: async (name) => {
      const data = compile(new URL("./Recipients.sol", import.meta.url))[name]?.bytecode;
      const hash = await anvil.rpc("eth_sendTransaction", {
        from: STRANGER,
        data,
        gas: "0x200000",
      });
      await world.mine();
      const receipt = await anvil.rpc("eth_getTransactionReceipt", hash);
      if (typeof receipt !== "object" || receipt === null || !("contractAddress" in receipt)) {
        throw new Error("not deployed");
      }
      return String(receipt.contractAddress).toLowerCase();
    },
  };
  return world;
}

function sum(store: SqlitePoolStore, prefix: string): bigint {
  return store.ledger
    .flows(prefix)
    .reduce((total, { inWei, outWei }) => total + inWei - outWei, 0n);
}
