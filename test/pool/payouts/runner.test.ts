/** Payouts on a real chain: what is paid, what is not, and what the books say of it. */

import { Interface } from "ethers/abi";
import { expect, test } from "vitest";
import { bind } from "../../../src/pool/payouts/binding.js";
import { openKeystore } from "../../../src/pool/payouts/signer.js";
import { startRpcProxy } from "../../support/chain/rpc-proxy.js";
import {
  CHAIN_ID,
  ETH,
  keystoreJson,
  PASSWORD,
  POOL_ADDRESS,
  STRANGER,
  WALLET,
  worker,
} from "../../support/chain/wallet.js";
import { DAY_MS, startWorld, type World } from "../../support/chain/world.js";

/** As an operator says that he pays from the wallet on another chain from now on. */
function bindTo({ store, signer, nowMs }: World, chainId: bigint): void {
  const wallet = { chainId, fromAddress: signer.address };
  bind(store, wallet, { reason: "another chain", author: "op", nowMs });
}

const MILLI = ETH / 1_000n;

test("an address is paid once, over its regions and node types together", async () => {
  const world = await startWorld();
  world.earn(worker(1), 6n * MILLI, { region: "eu" });
  world.earn(worker(1), 5n * MILLI, { region: "us", nodeType: "ai" });
  world.earn(worker(2), 9n * MILLI);
  const first = await world.pass();
  expect(first.begun.map(({ address, amountWei }) => ({ address, amountWei }))).toEqual([
    { address: worker(1), amountWei: 11n * MILLI },
  ]);
  expect(world.inPayout(worker(1))).toBe(11n * MILLI);
  expect(world.pending(worker(1))).toBe(0n);
  await world.mine(2);
  const second = await world.pass();
  expect(second.changed.map(({ state }) => state)).toEqual(["confirmed"]);
  expect(await world.balance(worker(1))).toBe(11n * MILLI);
  expect(world.paid(worker(1))).toBe(11n * MILLI);
  expect(world.inPayout(worker(1))).toBe(0n);
  expect(world.pending(worker(2))).toBe(9n * MILLI);
  const third = await world.pass();
  expect([third.begun, third.changed, third.underWay]).toEqual([[], [], []]);
});

test("confirmed means n blocks: before that the money is on its way", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await world.pass();
  for (const state of ["mined", "mined"]) {
    await world.pass();
    expect(world.store.payouts.list().map((payout) => payout.state)).toEqual([state]);
    expect(world.paid(worker(1))).toBe(0n);
    await world.mine();
  }
  await world.pass();
  expect(world.store.payouts.list().map((payout) => payout.state)).toEqual(["confirmed"]);
  expect(world.paid(worker(1))).toBe(ETH);
});

test("the books' wallet and gas follow the chain to the wei", async () => {
  const world = await startWorld();
  const before = await world.balance(POOL_ADDRESS);
  for (const index of [1, 2, 3]) world.earn(worker(index), BigInt(index) * ETH);
  await world.pass();
  await world.mine(3);
  await world.pass();
  const after = await world.balance(POOL_ADDRESS);
  expect(before - after).toBe(6n * ETH + world.store.ledger.balance("gas"));
  expect(world.store.ledger.balance("wallet")).toBe(after - before);
});

test("the minimum interval is kept", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.mine(3);
  await world.pass();
  world.earn(worker(1), ETH);
  world.nowMs += DAY_MS - 1;
  expect((await world.pass()).begun).toEqual([]);
  world.nowMs += 1;
  expect((await world.pass()).begun).toHaveLength(1);
});

test("what is earned while a payout is under way waits for the next", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  world.earn(worker(1), 2n * ETH);
  world.nowMs += 2 * DAY_MS;
  expect((await world.pass()).begun).toEqual([]);
  await world.mine(3);
  const { begun } = await world.pass();
  expect(world.paid(worker(1))).toBe(ETH);
  expect(begun.map(({ amountWei }) => amountWei)).toEqual([2n * ETH]);
});

test("a node of another chain: nothing is done", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await expect(world.pass({ settings: { chainId: 42_161n } })).rejects.toMatchObject({
    code: "PAYOUT_CHAIN",
  });
  expect(world.store.payouts.list()).toEqual([]);
});

test("the zero address, the pool's own wallet and made-up names are never paid", async () => {
  const world = await startWorld();
  const zero = `0x${"0".repeat(40)}`;
  for (const address of [zero, WALLET, "worker-7"]) world.earn(address, ETH);
  const { begun, hindered } = await world.pass();
  expect([begun, hindered]).toEqual([[], []]);
  expect(world.pending(zero)).toBe(ETH);
});

test("dust is not burnt: gas may cost a twentieth of the amount, no more", async () => {
  const world = await startWorld();
  world.earn(worker(1), 1_000_000n);
  const { hindered } = await world.pass({ settings: { thresholdWei: 1n } });
  expect(hindered.map(({ why }) => why)).toEqual(["gasEatsIt"]);
  expect(world.pending(worker(1))).toBe(1_000_000n);
});

test("gas above the cap: everything waits, nothing is reserved", async () => {
  const world = await startWorld("--base-fee", "5000000000");
  world.earn(worker(1), ETH);
  const settings = { gasPriceCapWei: 1_000_000_000n };
  expect((await world.pass({ settings })).hindered.map(({ why }) => why)).toEqual([
    "gasTooExpensive",
  ]);
  expect(world.inPayout(worker(1))).toBe(0n);
});

test("an empty wallet pays what it can, largest first, and keeps the gas", async () => {
  const world = await startWorld();
  await world.anvil.rpc("anvil_setBalance", WALLET, `0x${(2n * ETH).toString(16)}`);
  world.earn(worker(1), 2n * ETH);
  world.earn(worker(2), ETH);
  world.earn(worker(3), ETH);
  const { begun, hindered } = await world.pass();
  expect(begun.map(({ address }) => address)).toEqual([worker(2)]);
  expect(hindered.map(({ plan, why }) => [plan.address, why])).toEqual([
    [worker(1), "walletShort"],
    [worker(3), "walletShort"],
  ]);
});

test("what is under way is not spent twice: its amount and its gas are left in the wallet", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  const [attempt] = world.store.payouts.attempts(1);
  const gasWei = 26_250n * (attempt?.maxFeePerGasWei ?? 0n);
  world.earn(worker(2), ETH);
  const passWith = async (wei: bigint) => {
    await world.anvil.rpc("anvil_setBalance", WALLET, `0x${wei.toString(16)}`);
    const { begun, hindered } = await world.pass();
    return [begun.length, ...hindered.map(({ why }) => why)];
  };
  expect(await passWith(2n * (ETH + gasWei) - 1n)).toEqual([0, "walletShort"]);
  expect(await passWith(2n * (ETH + gasWei))).toEqual([1]);
});

test("a contract that takes no money uses no nonce and no gas", async () => {
  const world = await startWorld();
  const contract = await world.deploy("Rejecting");
  world.earn(contract, ETH);
  world.earn(worker(1), ETH);
  const { begun, hindered } = await world.pass();
  expect(hindered.map(({ plan, why }) => [plan.address, why])).toEqual([
    [contract, "recipientRefuses"],
  ]);
  expect(begun.map(({ address, nonce }) => [address, nonce])).toEqual([[worker(1), 0]]);
});

test("a contract that wants much gas is not paid little, but much: what counts is the cost", async () => {
  const world = await startWorld();
  const greedy = await world.deploy("Greedy");
  world.earn(greedy, 20n * MILLI);
  const [poor] = (await world.pass()).hindered;
  expect(poor?.why).toBe("gasEatsIt");
  expect(poor?.detail).toMatch(/^\d{7} units of gas may cost 0\.\d+ ETH$/);
  world.earn(greedy, ETH);
  expect((await world.pass()).begun.map(({ address }) => address)).toEqual([greedy]);
});

test("a payment that reverts is pending again, costs its gas, and is not repeated at once", async () => {
  const world = await startWorld();
  const contract = await world.deploy("Fickle");
  await world.stopMining();
  world.earn(contract, ETH);
  expect((await world.pass()).begun).toHaveLength(1);
  const data = new Interface(["function close(bool)"]).encodeFunctionData("close", [true]);
  const from = STRANGER;
  const price = "0x12a05f2000";
  const fees = { maxFeePerGas: price, maxPriorityFeePerGas: price };
  await world.anvil.rpc("eth_sendTransaction", { from, to: contract, data, ...fees });
  await world.mine(3);
  const { changed, begun } = await world.pass();
  expect(changed.map(({ state }) => state)).toEqual(["failed"]);
  expect(begun).toEqual([]);
  expect(world.pending(contract)).toBe(ETH);
  expect(world.inPayout(contract)).toBe(0n);
  expect(await world.balance(contract)).toBe(0n);
  expect(world.store.ledger.balance("gas") > 0n).toBe(true);
  world.nowMs += DAY_MS;
  expect((await world.pass()).hindered.map(({ why }) => why)).toEqual(["recipientRefuses"]);
});

test("so many are under way at once and no more; the rest follow, each with the next nonce", async () => {
  const world = await startWorld();
  await world.stopMining();
  for (let index = 1; index <= 5; index++) world.earn(worker(index), ETH);
  const settings = { maxUnderWay: 2 };
  const nonces: number[][] = [];
  for (let round = 0; round < 3; round++) {
    const { begun, hindered } = await world.pass({ settings });
    nonces.push(begun.map(({ nonce }) => nonce));
    expect(hindered.every(({ why }) => why === "tooMany")).toBe(true);
    await world.mine(3);
  }
  expect(nonces).toEqual([[0, 1], [2, 3], [4]]);
});

test("no more than the cap of a day is begun within any day; the rest waits", async () => {
  const world = await startWorld();
  for (const index of [1, 2, 3]) world.earn(worker(index), BigInt(index) * ETH);
  const settings = { capPerDayWei: 4n * ETH };
  const first = await world.pass({ settings });
  // The largest comes first; what does not fit keeps nobody smaller back.
  expect(first.begun.map(({ address }) => address)).toEqual([worker(3), worker(1)]);
  expect(first.hindered).toMatchObject([
    { why: "dayCap", plan: { address: worker(2) }, detail: "3 ETH of 4 ETH in 24 h" },
  ]);
  await world.mine(3);
  expect((await world.pass({ settings })).begun).toEqual([]);
  world.nowMs += DAY_MS;
  const next = await world.pass({ settings });
  expect(next.begun.map(({ address }) => address)).toEqual([worker(2)]);
});

test("nobody is paid more at once than the cap of a payout: an operator has to look", async () => {
  const world = await startWorld();
  world.earn(worker(1), 5n * ETH);
  world.earn(worker(2), 1n * ETH);
  const { begun, hindered } = await world.pass({ settings: { capPerPayoutWei: 5n * ETH - 1n } });
  expect(begun.map(({ address }) => address)).toEqual([worker(2)]);
  expect(hindered).toMatchObject([{ why: "payoutCap", plan: { address: worker(1) } }]);
  const other = await world.pass({ settings: { capPerPayoutWei: 5n * ETH } });
  expect(other.begun.map(({ address }) => address)).toEqual([worker(1)]);
});

test("a payout of another chain is left alone", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.anvil.rpc("anvil_setChainId", 1);
  await expect(world.pass({ settings: { chainId: 1n } })).rejects.toMatchObject({
    code: "PAYOUT_BOUND",
  });
  bindTo(world, 1n);
  const { underWay, begun, troubles } = await world.pass({ settings: { chainId: 1n } });
  expect([underWay, begun, troubles]).toEqual([[], [], []]);
  expect(world.store.payouts.list()).toHaveLength(1);
});

test("taken back after it was paid: not due, and made good by what is earned elsewhere", async () => {
  const world = await startWorld();
  const settings = { minIntervalMs: 0 };
  world.earn(worker(1), ETH, { region: "eu" });
  await world.pass({ settings });
  await world.mine(3);
  await world.pass({ settings });
  world.earn(worker(1), (-4n * ETH) / 10n, { region: "eu" });
  const { begun, hindered, troubles } = await world.pass({ settings });
  expect([begun, hindered, troubles]).toEqual([[], [], []]);
  expect([world.pending(worker(1)), world.inPayout(worker(1))]).toEqual([(-4n * ETH) / 10n, 0n]);
  world.earn(worker(1), ETH, { region: "us", nodeType: "ai" });
  const next = await world.pass({ settings });
  expect(next.begun.map(({ amountWei, parts }) => [amountWei, parts.length])).toEqual([
    [(6n * ETH) / 10n, 2],
  ]);
  expect(world.inPayout(worker(1))).toBe((6n * ETH) / 10n);
  await world.mine(3);
  await world.pass({ settings });
  expect(await world.balance(worker(1))).toBe((16n * ETH) / 10n);
  expect(world.store.ledger.flows("pending:").every(({ inWei, outWei }) => inWei === outWei)).toBe(
    true,
  );
});

test("taken back while its payout is under way: that goes on, the next ones are less", async () => {
  const world = await startWorld();
  await world.stopMining();
  const settings = { minIntervalMs: 0 };
  world.earn(worker(1), ETH);
  await world.pass({ settings });
  world.earn(worker(1), -ETH);
  await world.pass({ settings });
  expect([world.pending(worker(1)), world.inPayout(worker(1))]).toEqual([-ETH, ETH]);
  await world.mine(3);
  await world.pass({ settings });
  world.earn(worker(1), (3n * ETH) / 2n, { region: "us" });
  const { begun } = await world.pass({ settings });
  expect(begun.map(({ amountWei }) => amountWei)).toEqual([ETH / 2n]);
});

test("another wallet takes over: what the first signed is sent as it is, each with its own nonces", async () => {
  const world = await startWorld();
  await world.stopMining();
  const successor = await openKeystore(keystoreJson("stranger"), PASSWORD);
  const proxy = await startRpcProxy(world.anvil.url);
  proxy.intercept = (calls, response) => {
    if (calls[0]?.method !== "eth_sendRawTransaction") return false;
    response.destroy();
    return true;
  };
  const before = [await world.balance(WALLET), await world.balance(STRANGER)];
  world.earn(worker(1), ETH);
  await world.pass({ url: proxy.url });
  world.earn(worker(2), 2n * ETH);
  world.nowMs += 20 * 60_000;
  await expect(world.pass({ signer: successor })).rejects.toThrow(
    /paid from 0xf39f.*not from 0x7099/,
  );
  const taken = { chainId: CHAIN_ID, fromAddress: STRANGER };
  bind(world.store, taken, { reason: "new key", author: "op", nowMs: world.nowMs });
  const { begun } = await world.pass({ signer: successor });
  expect(begun.map(({ address, wallet, nonce }) => [address, wallet, nonce])).toEqual([
    [worker(2), STRANGER, 0],
  ]);
  // Stuck, but its key is not here: never signed again.
  expect(world.store.payouts.attempts(1)).toHaveLength(1);
  await world.mine(3);
  await world.pass({ signer: successor });
  expect(world.store.payouts.list().map(({ state, nonce }) => [state, nonce])).toEqual([
    ["confirmed", 0],
    ["confirmed", 0],
  ]);
  expect([await world.balance(worker(1)), await world.balance(worker(2))]).toEqual([ETH, 2n * ETH]);
  const after = [await world.balance(WALLET), await world.balance(STRANGER)];
  const spent = before.reduce((sum, wei, index) => sum + wei - (after[index] ?? 0n), 0n);
  expect(world.store.ledger.balance("wallet")).toBe(-spent);
});

test("two chains in the same books: who is being paid on one is not paid on the other", async () => {
  const world = await startWorld();
  const other = await startWorld("--chain-id", "10");
  await Promise.all([world.stopMining(), other.stopMining()]);
  const elsewhere = { url: other.anvil.url, settings: { chainId: 10n } };
  world.earn(worker(1), ETH);
  await world.pass();
  world.earn(worker(1), ETH);
  world.earn(worker(2), ETH);
  world.nowMs += 2 * DAY_MS;
  bindTo(world, 10n);
  const { begun } = await world.pass(elsewhere);
  expect(begun.map(({ address, chainId, nonce }) => [address, chainId, nonce])).toEqual([
    [worker(2), 10n, 0],
  ]);
  await Promise.all([world.mine(3), other.mine(4)]);
  for (let round = 0; round < 3; round++) {
    bindTo(world, CHAIN_ID);
    await world.pass({ settings: { minIntervalMs: 9 * DAY_MS } });
    bindTo(world, 10n);
    await world.pass({ ...elsewhere, settings: { chainId: 10n, minIntervalMs: 9 * DAY_MS } });
  }
  expect(world.store.payouts.list().map(({ state }) => state)).toEqual(["confirmed", "confirmed"]);
  expect([await world.balance(worker(1)), await other.balance(worker(1))]).toEqual([ETH, 0n]);
  expect([await world.balance(worker(2)), await other.balance(worker(2))]).toEqual([0n, ETH]);
  expect(world.store.ledger.entriesOf({ kind: "payout-undone", id: "1" })).toEqual([]);
});

test("the node dies while payouts are begun: what was done is told, the rest is not forgotten", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  world.earn(worker(1), 2n * ETH);
  world.earn(worker(2), ETH);
  let estimates = 0;
  proxy.intercept = (calls, response) => {
    if (calls[0]?.method !== "eth_estimateGas" || ++estimates < 2) return false;
    response.destroy();
    return true;
  };
  const { begun, hindered, failure } = await world.pass({ url: proxy.url });
  expect(begun.map(({ address }) => address)).toEqual([worker(1)]);
  expect([hindered, failure?.code]).toEqual([[], "CHAIN_UNAVAILABLE"]);
  const next = await world.pass();
  expect(next.begun.map(({ address }) => address)).toEqual([worker(2)]);
  expect(next.failure).toBeNull();
});

test("paid by another process, or owed more, between estimate and signature: looked at again", async () => {
  const world = await startWorld();
  await world.stopMining();
  const proxy = await startRpcProxy(world.anvil.url);
  const passWith = async (meanwhile: () => Promise<void>) => {
    proxy.intercept = (calls, response) => {
      const [call] = calls;
      if (call?.method !== "eth_estimateGas") return false;
      void meanwhile().then(() => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result: "0x5208" }));
      });
      return true;
    };
    const { begun, hindered } = await world.pass({ url: proxy.url });
    return [begun.length, hindered.map(({ why }) => why)];
  };
  world.earn(worker(1), ETH);
  const more = await passWith(async () => world.earn(worker(1), ETH));
  expect(more).toEqual([0, ["moved"]]);
  const other = await passWith(async () => {
    await world.pass();
    world.earn(worker(1), 2n * ETH);
  });
  expect(other).toEqual([0, ["moved"]]);
  expect(world.store.payouts.list()).toHaveLength(1);
  expect(world.inPayout(worker(1))).toBe(2n * ETH);
});
