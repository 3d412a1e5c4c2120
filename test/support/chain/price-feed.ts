/** A price feed's contract on a chain of a test. */
import { setTimeout as sleep } from "node:timers/promises";
import { Interface } from "ethers";
import type { Anvil } from "./anvil.js";
import { compile } from "./compile.js";

/** What it says. */
export interface FeedSays {
  readonly decimals?: number;
  readonly description?: string;
  readonly answer: bigint;
  readonly updatedAt: number;
}

/** A feed that says nothing yet. */
export async function deployPriceFeed(chain: Anvil) {
  const contract = compile(new URL("./PriceFeed.sol", import.meta.url))["PriceFeed"];
  const address = `0x${"feed".repeat(10)}`;
  await chain.rpc("anvil_setCode", address, contract?.deployed);
  const abi = new Interface(JSON.stringify(contract?.abi ?? []));
  const accounts = await chain.rpc("eth_accounts");
  const from = Array.isArray(accounts) ? accounts[0] : undefined;
  return {
    address,
    async say({ decimals = 8, description = "ETH / USD", answer, updatedAt }: FeedSays) {
      const values = [decimals, description, answer, updatedAt];
      const data = abi.encodeFunctionData("set", values);
      const hash = await chain.rpc("eth_sendTransaction", { from, to: address, data });
      while ((await chain.rpc("eth_getTransactionReceipt", hash)) === null) await sleep(2);
    },
  };
}
