/**
 * The payout defects of today's pool managers (behaviour reference, EG-D and ED-D numbers): each
 * test shows what happens here instead.
 */
import { createServer } from "node:https";
import { generate } from "selfsigned";
import { expect, onTestFinished, test } from "vitest";
import { answerError, startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { CHAIN_ID, ETH, WALLET, worker } from "../../support/chain/wallet.js";
import { DAY_MS, startWorld, type World } from "../../support/chain/world.js";

const MILLI = ETH / 1_000n;

const states = (world: World): string[] => world.store.payouts.list().map(({ state }) => state);

/** Mines and looks until nothing is under way. */
async function settle(world: World): Promise<void> {
  for (let pass = 0; pass < 6; pass++) {
    await world.mine(3);
    if ((await world.pass()).underWay.length === 0) return;
  }
}

test("EG-D4 fees that nobody owns are never paid to the zero address", async () => {
  const world = await startWorld();
  const zero = `0x${"0".repeat(40)}`;
  const before = await world.balance(zero);
  world.earn(zero, 100n * ETH);
  await world.pass();
  await settle(world);
  expect(states(world)).toEqual([]);
  expect(await world.balance(zero)).toBe(before);
});

test("EG-D10 a payout's rows and postings are stored together or not at all", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  const post = world.store.ledger.post.bind(world.store.ledger);
  world.store.ledger.post = (...transactions) => {
    post(...transactions);
    throw new Error("the disk is full");
  };
  await expect(world.pass()).rejects.toThrow("the disk is full");
  world.store.ledger.post = post;
  expect(states(world)).toEqual([]);
  expect([world.pending(worker(1)), world.inPayout(worker(1))]).toEqual([ETH, 0n]);
  await world.pass();
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("EG-D11 nothing is sent before it is recorded; what can't be recorded isn't sent", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  world.earn(worker(1), ETH);
  const addAttempt = world.store.payouts.addAttempt.bind(world.store.payouts);
  world.store.payouts.addAttempt = () => {
    throw new Error("the disk is full");
  };
  await expect(world.pass({ url: proxy.url })).rejects.toThrow("the disk is full");
  const methods = proxy.requests.flat().map(({ method }) => method);
  expect(methods).not.toContain("eth_sendRawTransaction");
  world.store.payouts.addAttempt = addAttempt;
  expect(await world.balance(worker(1))).toBe(0n);
});

test("EG-D12 a transfer counts as paid when its receipt is deep enough, not when it is sent", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  expect([world.paid(worker(1)), world.inPayout(worker(1))]).toEqual([0n, ETH]);
  await world.anvil.rpc("anvil_dropAllTransactions");
  await world.mine(100);
  expect([world.paid(worker(1)), await world.balance(worker(1))]).toEqual([0n, 0n]);
  await world.pass();
  await settle(world);
  expect([world.paid(worker(1)), await world.balance(worker(1))]).toEqual([ETH, ETH]);
});

test("EG-D13 every region's balance decreases: no region is paid again every cycle", async () => {
  const world = await startWorld();
  for (const region of ["eu", "us", "oceania"]) world.earn(worker(1), ETH, { region });
  for (let cycle = 0; cycle < 4; cycle++) {
    await world.pass();
    await settle(world);
    world.nowMs += 2 * DAY_MS;
  }
  expect(await world.balance(worker(1))).toBe(3n * ETH);
  expect(world.store.ledger.flows("pending:").every(({ inWei, outWei }) => inWei === outWei)).toBe(
    true,
  );
});

test("EG-D14 balances of more than 2^63 wei are paid to the wei", async () => {
  const world = await startWorld();
  const wei = 2n ** 63n + 12_345_678_901_234_567n;
  world.earn(worker(1), wei);
  await world.pass();
  await settle(world);
  expect(await world.balance(worker(1))).toBe(wei);
});

test("EG-D16 a node that doesn't answer is waited for so long and no longer; certificates are checked", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  proxy.intercept = () => true;
  world.earn(worker(1), ETH);
  await expect(world.pass({ url: proxy.url, timeoutMs: 300 })).rejects.toMatchObject({
    code: "CHAIN_TIMEOUT",
    message: expect.stringContaining("300 ms"),
  });
  await world.pass();
  expect(states(world)).toHaveLength(1);
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }]);
  let served = 0;
  const server = createServer({ key, cert }, (_request, response) => {
    served++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(world.pass({ url: `https://127.0.0.1:${port}` })).rejects.toMatchObject({
    code: "CHAIN_UNAVAILABLE",
    message: expect.stringMatching(/self-signed certificate/),
  });
  expect(served).toBe(0);
});

test("EG-D17 the chain id is eth_chainId's, signed into the bytes; a network id is not asked for", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  world.earn(worker(1), ETH);
  await world.pass({ url: proxy.url });
  const methods = new Set(proxy.requests.flat().map(({ method }) => method));
  expect([methods.has("eth_chainId"), methods.has("net_version")]).toEqual([true, false]);
  expect(world.store.payouts.list().map(({ chainId }) => chainId)).toEqual([CHAIN_ID]);
  await expect(world.pass({ settings: { chainId: 1n } })).rejects.toMatchObject({
    code: "PAYOUT_CHAIN",
  });
});

test("EG-D19, ED-D15 the threshold is for an address over all regions and node types", async () => {
  const world = await startWorld();
  for (const region of ["eu", "us", "oceania"]) {
    for (const nodeType of ["ai", "transcode"]) {
      world.earn(worker(1), 2n * MILLI, { region, nodeType });
    }
  }
  world.earn(worker(2), 9n * MILLI);
  const { begun } = await world.pass();
  expect(begun.map(({ address, amountWei }) => [address, amountWei])).toEqual([
    [worker(1), 12n * MILLI],
  ]);
});

test("ED-D1 sent, but no receipt to be had: looked into until it is known, never paid again", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  world.earn(worker(1), ETH);
  proxy.intercept = (calls, response) =>
    calls[0]?.method === "eth_getTransactionReceipt" &&
    answerError(calls, response, { code: -32_000, message: "receipts are being indexed" });
  for (let cycle = 0; cycle < 4; cycle++) {
    await world.pass({ url: proxy.url });
    await world.mine(3);
    world.nowMs += 2 * DAY_MS;
  }
  expect(world.store.payouts.list()).toHaveLength(1);
  await world.pass();
  expect(states(world)).toEqual(["confirmed"]);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("ED-D2 a payout under way keeps its worker from another one for as long as it takes", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  for (let run = 0; run < 5; run++) {
    await world.pass({ settings: { replaceAfterMs: 10 * DAY_MS } });
    world.earn(worker(1), ETH);
    world.nowMs += 2 * DAY_MS;
  }
  expect(world.store.payouts.list()).toHaveLength(1);
  await world.mine(3);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("ED-D3 no log is ever cleared: finished payouts and their entries stay", async () => {
  const world = await startWorld();
  for (let cycle = 0; cycle < 3; cycle++) {
    world.earn(worker(1), ETH);
    await world.pass();
    await settle(world);
    world.nowMs += 2 * DAY_MS;
  }
  expect(states(world)).toEqual(["confirmed", "confirmed", "confirmed"]);
  for (const { id } of world.store.payouts.list()) {
    for (const kind of ["payout-reserved", "payout-confirmed"]) {
      expect(world.store.ledger.entriesOf({ kind, id: String(id) })).toHaveLength(1);
    }
  }
});

test("ED-D4 sending again after a lost response is no failure: the same bytes, known already", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  const sent: unknown[] = [];
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call?.method !== "eth_sendRawTransaction") return false;
    sent.push(call.params[0]);
    void world.anvil.rpc(call.method, ...call.params).then(
      () => response.destroy(),
      (error: Error) => answerError(calls, response, { code: -32_000, message: error.message }),
    );
    return true;
  };
  await world.stopMining();
  world.earn(worker(1), ETH);
  for (let run = 0; run < 3; run++) await world.pass({ url: proxy.url });
  expect([new Set(sent).size, sent.length]).toEqual([1, 3]);
  expect(states(world)).toEqual(["sent"]);
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("ED-D8, the payouts' side: what fails for one payout is said, kept, and stops no other", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  for (const index of [1, 2, 3]) world.earn(worker(index), BigInt(4 - index) * ETH);
  let sends = 0;
  proxy.intercept = (calls, response) =>
    calls[0]?.method === "eth_sendRawTransaction" &&
    ++sends === 2 &&
    answerError(calls, response, { code: -32_000, message: "mempool full" });
  const { begun, troubles } = await world.pass({ url: proxy.url });
  expect(begun.map(({ address }) => address)).toEqual([worker(1), worker(2), worker(3)]);
  expect(troubles.map(({ payout, message }) => [payout.address, message])).toEqual([
    [worker(2), "the node's error -32000: mempool full"],
  ]);
  await world.pass();
  await settle(world);
  for (const index of [1, 2, 3]) {
    expect(await world.balance(worker(index))).toBe(BigInt(4 - index) * ETH);
  }
});

test("ED-8 the minimum interval that is configured is kept", async () => {
  const world = await startWorld();
  const settings = { minIntervalMs: 7 * DAY_MS };
  world.earn(worker(1), ETH);
  await world.pass({ settings });
  await settle(world);
  world.earn(worker(1), ETH);
  world.nowMs += 6 * DAY_MS;
  expect((await world.pass({ settings })).begun).toEqual([]);
  world.nowMs += DAY_MS;
  expect((await world.pass({ settings })).begun).toHaveLength(1);
});

test("ED-9 fees by EIP-1559 within the cap; gas as estimated, not a million", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await world.pass();
  const hash = world.store.payouts.attempts(1)[0]?.txHash;
  expect(await world.anvil.rpc("eth_getTransactionByHash", hash)).toMatchObject({
    type: "0x2",
    from: WALLET,
    gas: `0x${(26_250).toString(16)}`,
    chainId: `0x${CHAIN_ID.toString(16)}`,
  });
});
