/** What goes wrong between a pool and its chain: nothing is lost, nothing is paid twice. */
import { expect, test } from "vitest";
import { answerError, startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { ETH, STRANGER, WALLET, worker } from "../../support/chain/wallet.js";
import { DAY_MS, startWorld, type World } from "../../support/chain/world.js";

const MINUTE_MS = 60_000;
const GWEI = 1_000_000_000n;

/** Mines and looks until nothing is under way. */
async function settle(world: World, passes = 6): Promise<void> {
  for (let pass = 0; pass < passes; pass++) {
    await world.mine(3);
    if ((await world.pass()).underWay.length === 0) return;
  }
}

const states = (world: World): string[] => world.store.payouts.list().map(({ state }) => state);

test("bytes are stored before they are sent, and the same bytes are sent again", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  const raw: unknown[] = [];
  const stored: number[] = [];
  let isDead = true;
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call?.method !== "eth_sendRawTransaction") return false;
    raw.push(call.params[0]);
    stored.push(
      world.store.payouts.list().filter(({ id }) => world.store.payouts.attempts(id).length).length,
    );
    if (isDead) response.destroy();
    return isDead;
  };
  world.earn(worker(1), ETH);
  const first = await world.pass({ url: proxy.url });
  expect(first.troubles).toHaveLength(1);
  expect(states(world)).toEqual(["signed"]);
  isDead = false;
  world.nowMs += MINUTE_MS;
  await world.pass({ url: proxy.url });
  expect(raw).toHaveLength(2);
  expect(raw[0]).toBe(raw[1]);
  expect(stored).toEqual([1, 1]);
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("the node takes the bytes and dies before it answers: paid once", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call?.method !== "eth_sendRawTransaction") return false;
    void world.anvil.rpc(call.method, ...call.params).then(() => response.destroy());
    return true;
  };
  world.earn(worker(1), ETH);
  await world.pass({ url: proxy.url });
  await settle(world);
  expect(states(world)).toEqual(["confirmed"]);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("'already known' and 'nonce too low' are no failures: only the chain tells", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  expect((await world.pass()).troubles).toEqual([]);
  const proxy = await startRpcProxy(world.anvil.url);
  proxy.intercept = (calls, response) =>
    calls[0]?.method === "eth_sendRawTransaction" &&
    answerError(calls, response, { code: -32_000, message: "nonce too low" });
  const { troubles } = await world.pass({ url: proxy.url });
  expect(troubles.map(({ message }) => message)).toEqual([
    "the node's error -32000: nonce too low",
  ]);
  expect(states(world)).toEqual(["sent"]);
  await settle(world);
  expect(states(world)).toEqual(["confirmed"]);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("the node forgets what waits (a restart): it is sent again", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.anvil.rpc("anvil_dropAllTransactions");
  await world.mine(3);
  expect(await world.balance(worker(1))).toBe(0n);
  await world.pass();
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
  expect(world.paid(worker(1))).toBe(ETH);
});

test("a stuck nonce: the same nonce with a higher fee, and only one of them is mined", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  world.nowMs += 11 * MINUTE_MS;
  await world.pass();
  const [payout] = world.store.payouts.list();
  const attempts = world.store.payouts.attempts(payout?.id ?? 0);
  expect(attempts.map(({ nonce }) => nonce)).toEqual([0, 0]);
  const [first, second] = attempts.map(({ maxFeePerGasWei }) => maxFeePerGasWei);
  expect((second ?? 0n) * 100n >= (first ?? 0n) * 112n).toBe(true);
  await settle(world);
  expect(states(world)).toEqual(["confirmed"]);
  expect(world.store.payouts.list()[0]?.txHash).toBe(attempts[1]?.txHash);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("the older bytes may win: they count as well", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  world.nowMs += 11 * MINUTE_MS;
  const proxy = await startRpcProxy(world.anvil.url);
  proxy.intercept = (calls, response) =>
    calls[0]?.method === "eth_sendRawTransaction" &&
    answerError(calls, response, { code: -32_000, message: "busy" });
  await world.pass({ url: proxy.url });
  await world.mine(3);
  await world.pass();
  const [payout] = world.store.payouts.list();
  expect(payout?.state).toBe("confirmed");
  expect(payout?.txHash).toBe(world.store.payouts.attempts(payout?.id ?? 0)[0]?.txHash);
});

test("the gas price cap holds for replacements too", async () => {
  const world = await startWorld("--base-fee", "1000000000");
  await world.stopMining();
  world.earn(worker(1), ETH);
  const settings = { gasPriceCapWei: 3n * GWEI };
  for (let pass = 0; pass < 6; pass++) {
    await world.pass({ settings });
    world.nowMs += 11 * MINUTE_MS;
  }
  const fees = world.store.payouts.attempts(1).map(({ maxFeePerGasWei }) => maxFeePerGasWei);
  expect(fees.every((wei) => wei <= 3n * GWEI)).toBe(true);
  expect((await world.pass({ settings })).troubles.map(({ message }) => message)).toContain(
    "it is stuck, and the cap allows no higher fee",
  );
});

test("a reorganisation before it was deep enough: sent again, paid once", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.pass();
  expect(states(world)).toEqual(["mined"]);
  await world.anvil.rpc("anvil_reorg", 1, []);
  await world.anvil.rpc("anvil_dropAllTransactions");
  expect(await world.balance(worker(1))).toBe(0n);
  await world.pass();
  expect(world.inPayout(worker(1))).toBe(ETH);
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
  expect(world.paid(worker(1))).toBe(ETH);
  expect(world.store.payouts.list()).toHaveLength(1);
});

test("a reorganisation after it was confirmed: the books take it back, then it is paid once", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.mine(3);
  await world.pass();
  expect(world.paid(worker(1))).toBe(ETH);
  await world.anvil.rpc("anvil_reorg", 4, []);
  await world.anvil.rpc("anvil_dropAllTransactions");
  await world.stopMining();
  await world.pass();
  expect([world.paid(worker(1)), world.inPayout(worker(1))]).toEqual([0n, ETH]);
  expect(world.store.ledger.balance("gas")).toBe(0n);
  await settle(world);
  expect([world.paid(worker(1)), world.inPayout(worker(1))]).toEqual([ETH, 0n]);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("somebody else uses the nonce: proven by their transaction, pending again, paid under a new one", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.anvil.rpc("anvil_dropAllTransactions");
  await world.anvil.rpc("eth_sendTransaction", { from: WALLET, to: STRANGER, value: "0x1" });
  await world.mine(40);
  const { changed, begun } = await world.pass();
  expect(changed[0]).toMatchObject({ nonce: 0, state: "cancelled" });
  expect(begun.map(({ nonce }) => nonce)).toEqual([1]);
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
  expect(world.paid(worker(1))).toBe(ETH);
});

test("transactions of somebody else wait in the wallet: nothing is begun", async () => {
  const world = await startWorld();
  await world.stopMining();
  await world.anvil.rpc("eth_sendTransaction", { from: WALLET, to: STRANGER, value: "0x1" });
  world.earn(worker(1), ETH);
  expect((await world.pass()).hindered.map(({ why }) => why)).toEqual(["foreignTransactions"]);
  await world.mine(1);
  const { begun, stop } = await world.pass();
  expect([begun, stop?.code]).toEqual([[], "PAYOUT_NONCES_UNKNOWN"]);
  await world.acknowledge(0, 0);
  expect((await world.pass()).begun.map(({ nonce }) => nonce)).toEqual([1]);
});

test("a node that denies a receipt while the nonce is used is not believed", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.mine(5);
  const proxy = await startRpcProxy(world.anvil.url);
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call?.method !== "eth_getTransactionReceipt") return false;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result: null }));
    return true;
  };
  world.nowMs += 2 * DAY_MS;
  const { troubles, begun } = await world.pass({ url: proxy.url });
  expect(troubles[0]?.message).toMatch(/no receipt of it/);
  expect(begun).toEqual([]);
  await world.pass();
  expect(states(world)).toEqual(["confirmed"]);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("a receipt that doesn't fit the chain is not believed", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.mine(0);
  const proxy = await startRpcProxy(world.anvil.url);
  const hash = world.store.payouts.attempts(1)[0]?.txHash;
  const receipt = {
    transactionHash: hash,
    from: WALLET,
    to: worker(1),
    blockNumber: "0x0",
    blockHash: `0x${"12".repeat(32)}`,
    status: "0x1",
    gasUsed: "0x5208",
    effectiveGasPrice: "0x1",
  };
  const lie = async (answer: object): Promise<readonly string[]> => {
    proxy.intercept = (calls, response) => {
      const [call] = calls;
      if (call?.method !== "eth_getTransactionReceipt") return false;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result: answer }));
      return true;
    };
    const { troubles } = await world.pass({ url: proxy.url });
    return troubles.map(({ message }) => message);
  };
  const genesis = await world.anvil.rpc("eth_getBlockByNumber", "0x0", false);
  const genesisHash =
    typeof genesis === "object" && genesis !== null && "hash" in genesis ? genesis.hash : null;
  expect(await lie(receipt)).toEqual(["its block is not in the chain"]);
  expect(await lie({ ...receipt, blockNumber: "0xfffff" })).toEqual([
    "its block is newer than the head",
  ]);
  expect(await lie({ ...receipt, to: worker(2) })).toEqual([
    "the node has a receipt of another transaction",
  ]);
  expect(await lie({ ...receipt, blockHash: genesisHash })).toEqual([
    "the node has a receipt, but the nonce is not used",
  ]);
  expect(await lie({ ...receipt, status: "perhaps" })).toEqual([
    "the node's answer is not valid: quantity",
  ]);
  expect(world.paid(worker(1))).toBe(0n);
  await settle(world);
  expect(world.paid(worker(1))).toBe(ETH);
});

test("a node that is behind undoes nothing", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.mine(3);
  await world.pass();
  const proxy = await startRpcProxy(world.anvil.url);
  const genesis = await world.anvil.rpc("eth_getBlockByNumber", "0x0", false);
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    const known: Readonly<Record<string, unknown>> = {
      eth_getBlockByNumber: call?.params[0] === "latest" ? genesis : null,
      eth_getTransactionReceipt: null,
      eth_getTransactionCount: "0x0",
    };
    if (call === undefined || !(call.method in known)) return false;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result: known[call.method] }));
    return true;
  };
  await world.pass({ url: proxy.url });
  expect(world.paid(worker(1))).toBe(ETH);
  expect(states(world)).toEqual(["confirmed"]);
});

test("a node that fails over every question in turn: nothing is lost, nothing is paid twice", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  for (const index of [1, 2, 3]) world.earn(worker(index), BigInt(index) * ETH);
  for (let failing = 0; failing < 40; failing++) {
    let asked = 0;
    proxy.intercept = (_calls, response) => {
      if (asked++ !== failing) return false;
      response.destroy();
      return true;
    };
    await world.pass({ url: proxy.url }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: "CHAIN_UNAVAILABLE" });
    });
    await world.mine();
  }
  await settle(world);
  for (const index of [1, 2, 3]) {
    expect(await world.balance(worker(index))).toBe(BigInt(index) * ETH);
    expect(world.paid(worker(index))).toBe(BigInt(index) * ETH);
  }
});

test("a witness must agree that a payout is in a block", async () => {
  const world = await startWorld();
  const elsewhere = await startWorld();
  world.earn(worker(1), ETH);
  await world.pass();
  await world.mine(3);
  const doubtful = world.runner({ witness: elsewhere.anvil.url });
  const { troubles } = await doubtful.pass(world.nowMs);
  expect(troubles.map(({ message }) => message)).toEqual(["the second node does not confirm it"]);
  expect(states(world)).toEqual(["sent"]);
  await world.runner({ witness: world.anvil.url }).pass(world.nowMs);
  expect(states(world)).toEqual(["confirmed"]);
  await elsewhere.anvil.rpc("anvil_setChainId", 5);
  await expect(doubtful.pass(world.nowMs)).rejects.toMatchObject({ code: "PAYOUT_CHAIN" });
});
