/** Livepeer's contracts, as far as poolsim reads them, on a real chain. */
import { setTimeout as sleep } from "node:timers/promises";
import { Interface } from "ethers";
import { type Anvil, setClock, startAnvil } from "./anvil.js";
import { type Compiled, compile } from "./compile.js";

export const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11";

type Name = "Controller" | "BondingManager" | "ServiceRegistry" | "RoundsManager" | "TicketBroker";

/** A chain with the contracts on it. */
export interface LivepeerChain extends Anvil {
  readonly controller: string;
  /** Sends a transaction, which is a block. */
  send(contract: Name, method: string, ...values: readonly unknown[]): Promise<void>;
  /** Registers orchestrators 1 … count with stakes and URIs, active from round 1. */
  register(count: number): Promise<void>;
  /** Undoes the last blocks and makes as many empty ones in their place. */
  reorg(depth: number): Promise<void>;
  mine(count: number): Promise<void>;
}

/** The address of the orchestrator with a number. */
export const orchestrator = (index: number): string =>
  `0x${(0xaaaa0000 + index).toString(16).padStart(40, "0")}`;

/** The service URI of the orchestrator with a number. */
export const serviceURI = (index: number): string => `https://o${index}.invalid:8935`;

/** The stake of the orchestrator with a number, in the table's unit. */
export const stakeOf = (index: number): bigint => BigInt(index) * 100_000n;

const LPT = 10n ** 18n;
let compiled: Record<string, Compiled> | null = null;

/** Starts a chain in round 1. */
export async function startLivepeerChain({
  multicall = true,
}: {
  multicall?: boolean;
} = {}): Promise<LivepeerChain> {
  compiled ??= compile(new URL("./Livepeer.sol", import.meta.url));
  const contracts = compiled;
  const anvil = await startAnvil("--disable-code-size-limit", "--gas-limit", "300000000");
  const accounts = await anvil.rpc("eth_accounts");
  const from = Array.isArray(accounts) ? accounts[0] : undefined;
  const transact = async (transaction: object): Promise<Record<string, unknown>> => {
    const gas = "0x8f0d180";
    const hash = await anvil.rpc("eth_sendTransaction", { from, gas, ...transaction });
    // The block is made at once, but not before the transaction is accepted.
    let receipt: unknown = null;
    while (receipt === null) {
      receipt = await anvil.rpc("eth_getTransactionReceipt", hash);
      if (receipt === null) await sleep(2);
    }
    if (typeof receipt !== "object" || receipt === null) throw new Error("no receipt");
    const entries = Object.fromEntries(Object.entries(receipt));
    if (entries["status"] !== "0x1") throw new Error("the transaction failed");
    return entries;
  };
  const names: readonly Name[] = [
    "Controller",
    "BondingManager",
    "ServiceRegistry",
    "RoundsManager",
    "TicketBroker",
  ];
  const addresses = new Map<string, string>();
  for (const name of names) {
    const { contractAddress } = await transact({ data: contracts[name]?.bytecode });
    addresses.set(name, String(contractAddress));
  }
  const abis = new Map(
    names.map((name) => [name, new Interface(JSON.stringify(contracts[name]?.abi ?? []))]),
  );
  const send = async (contract: Name, method: string, ...values: readonly unknown[]) => {
    const data = abis.get(contract)?.encodeFunctionData(method, values);
    await transact({ to: addresses.get(contract), data });
  };
  for (const name of names.slice(1)) await send("Controller", "set", name, addresses.get(name));
  if (multicall) {
    await anvil.rpc("anvil_setCode", MULTICALL3, contracts["Multicall"]?.deployed);
  }
  await send("RoundsManager", "startRound", 1n);
  return {
    ...anvil,
    controller: addresses.get("Controller") ?? "",
    send,
    register: async (count) => {
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      const who = numbers.map(orchestrator);
      const stakes = numbers.map((number) => BigInt(number) * LPT);
      await send("BondingManager", "activateMany", who, 1n, stakes);
      await send("BondingManager", "setPools", who, 1n, stakes);
      await send("ServiceRegistry", "setMany", who, numbers.map(serviceURI));
    },
    reorg: async (depth) => {
      await anvil.rpc("anvil_reorg", depth, []);
      await setClock(anvil);
    },
    mine: async (count) => {
      await anvil.rpc("anvil_mine", `0x${count.toString(16)}`);
    },
  };
}
