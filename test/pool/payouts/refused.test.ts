/** Signed payments that no node takes: they stop nobody else, and are never paid twice. */
import { Transaction } from "ethers/transaction";
import { expect, test } from "vitest";
import type { Payout } from "../../../src/pool/payouts/payout.js";
import { planPayouts } from "../../../src/pool/payouts/plan.js";
import { PAYOUT_DEFAULTS } from "../../../src/pool/payouts/settings.js";
import { answerResult, estimatedRecipient } from "../../support/chain/lies.js";
import { answerError, type RpcCall, startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { ETH, WALLET, worker } from "../../support/chain/wallet.js";
import { DAY_MS, startWorld, type World } from "../../support/chain/world.js";

const MINUTES = 60_000;

/** What is sent by a question; null for other questions. */
function sentBy(call: RpcCall | undefined): Transaction | null {
  return call?.method === "eth_sendRawTransaction"
    ? Transaction.from(String(call.params[0]))
    : null;
}

const isTo = (call: RpcCall | undefined, address: string): boolean =>
  sentBy(call)?.to?.toLowerCase() === address;

/** Worker 1 is owed most, so that its payment has the lowest nonce. */
async function owing(): Promise<{
  world: World;
  proxy: Awaited<ReturnType<typeof startRpcProxy>>;
}> {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  for (const index of [1, 2, 3]) world.earn(worker(index), BigInt(4 - index) * ETH);
  return { world, proxy };
}

/** Passes of one runner, as those of one command. */
async function looks(world: World, url: string, count: number) {
  const runner = world.runner({ url });
  const reports = [];
  for (let look = 0; look < count; look++) {
    reports.push(await runner.pass(world.nowMs));
    world.nowMs += 15_000;
  }
  return reports;
}

async function confirmed(world: World, url: string): Promise<void> {
  for (let look = 0; look < 3; look++) {
    await world.mine(3);
    await world.pass({ url });
  }
}

const states = (world: World) =>
  world.store.payouts.list().map(({ address, state, reason }) => [address, state, reason]);

test.each([
  "insufficient funds for gas * price + value",
  "max fee per gas less than block base fee: address 0x…",
  "invalid chain id for signer: have 1 want 31337",
  "exceeds block gas limit",
  "transaction rejected: recipient is on a list",
  "Zahlung unmöglich",
])(
  "one that is always refused (%s) is called off, others are paid, and it is later, once",
  async (message) => {
    const { world, proxy } = await owing();
    proxy.intercept = (calls, response) =>
      isTo(calls[0], worker(1)) && answerError(calls, response, { code: -32_000, message });
    const { begun } = await world.pass({ url: proxy.url });
    expect(begun.map(({ address }) => address)).toEqual([worker(1), worker(2), worker(3)]);
    // It may pass: for ten minutes nothing is done about it.
    await looks(world, proxy.url, 3);
    await world.mine(3);
    expect(await world.balance(worker(2))).toBe(0n);
    world.nowMs += 11 * MINUTES;
    const reports = await looks(world, proxy.url, 3);
    const troubles = reports.flatMap((report) => report.troubles.map((trouble) => trouble.message));
    expect(troubles.join("\n")).toMatch(/no node takes it \(.*\): its nonce 0 is used up/);
    await confirmed(world, proxy.url);
    expect(states(world)).toEqual([
      [worker(3), "confirmed", null],
      [worker(2), "confirmed", null],
      [worker(1), "cancelled", "calledOff"],
    ]);
    expect(await world.balance(worker(2))).toBe(2n * ETH);
    expect([world.pending(worker(1)), await world.balance(worker(1))]).toEqual([3n * ETH, 0n]);
    expect((await world.verify()).wrong).toEqual([]);
    // Not at once again: nothing says that it is taken now.
    expect((await world.pass({ url: proxy.url })).begun).toEqual([]);
    const before = 10_000n * ETH;
    world.nowMs += DAY_MS;
    proxy.intercept = () => false;
    await world.pass({ url: proxy.url });
    await confirmed(world, proxy.url);
    expect([world.paid(worker(1)), await world.balance(worker(1))]).toEqual([3n * ETH, 3n * ETH]);
    const spent = before - (await world.balance(WALLET));
    expect(world.store.ledger.balance("wallet")).toBe(-spent);
    expect((await world.verify()).wrong).toEqual([]);
  },
);

test("a wallet that became short after the signature pays the smaller ones", async () => {
  const { world, proxy } = await owing();
  proxy.intercept = (calls, response) => {
    if (sentBy(calls[0]) === null) return false;
    response.destroy();
    return true;
  };
  await world.pass({ url: proxy.url });
  proxy.intercept = () => false;
  const left = (5n * ETH) / 2n;
  await world.anvil.rpc("anvil_setBalance", WALLET, `0x${left.toString(16)}`);
  world.nowMs += 11 * MINUTES;
  await looks(world, proxy.url, 4);
  await confirmed(world, proxy.url);
  expect(await world.balance(worker(2))).toBe(2n * ETH);
  expect(await world.balance(worker(1))).toBe(0n);
  await world.anvil.rpc("anvil_setBalance", WALLET, `0x${(50n * ETH).toString(16)}`);
  for (let day = 0; day < 3; day++) {
    world.nowMs += DAY_MS;
    await looks(world, proxy.url, 2);
    await confirmed(world, proxy.url);
  }
  for (const index of [1, 2, 3]) {
    expect(await world.balance(worker(index))).toBe(BigInt(4 - index) * ETH);
  }
});

test("a base fee that rose above what was signed: signed again at once, within the cap", async () => {
  const { world, proxy } = await owing();
  proxy.intercept = (calls, response) => {
    if (sentBy(calls[0]) === null) return false;
    response.destroy();
    return true;
  };
  await world.pass({ url: proxy.url });
  proxy.intercept = () => false;
  await world.anvil.rpc("anvil_setNextBlockBaseFeePerGas", `0x${(9_900_000_000).toString(16)}`);
  await world.mine();
  await looks(world, proxy.url, 2);
  await confirmed(world, proxy.url);
  expect(states(world).map(([, state]) => state)).toEqual(["confirmed", "confirmed", "confirmed"]);
});

test("more gas than a block has: signed again at once with what it needs now", async () => {
  const { world, proxy } = await owing();
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call === undefined || estimatedRecipient(call) !== worker(1)) return false;
    return answerResult(call, response, `0x${(32_000_000).toString(16)}`);
  };
  const { begun, troubles } = await world.pass({ url: proxy.url });
  expect(begun.map(({ address }) => address)).toContain(worker(1));
  expect(troubles.map(({ message }) => message).join()).toMatch(/gas/);
  proxy.intercept = () => false;
  await looks(world, proxy.url, 2);
  await confirmed(world, proxy.url);
  expect(states(world).map(([, state]) => state)).toEqual(["confirmed", "confirmed", "confirmed"]);
  expect(await world.balance(worker(1))).toBe(3n * ETH);
});

test("one that is called off, but was mined after all, is paid and not due again", async () => {
  const { world, proxy } = await owing();
  let bytes = "";
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    const isCancelling = isTo(call, WALLET);
    if (isTo(call, worker(1))) bytes = String(call?.params[0]);
    if (isCancelling) response.destroy();
    return (
      isCancelling ||
      (isTo(call, worker(1)) && answerError(calls, response, { code: -32_000, message: "no" }))
    );
  };
  await world.pass({ url: proxy.url });
  world.nowMs += 11 * MINUTES;
  await looks(world, proxy.url, 3);
  expect(world.store.payouts.attempts(1).length).toBeGreaterThan(1);
  await world.anvil.rpc("eth_sendRawTransaction", bytes);
  proxy.intercept = () => false;
  await confirmed(world, proxy.url);
  expect(states(world).map(([, state]) => state)).toEqual(["confirmed", "confirmed", "confirmed"]);
  expect([world.paid(worker(1)), await world.balance(worker(1))]).toEqual([3n * ETH, 3n * ETH]);
  expect((await world.verify()).wrong).toEqual([]);
});

test("one that waits at the node is not called off, whatever the node says", async () => {
  const { world, proxy } = await owing();
  await world.stopMining();
  await world.pass({ url: proxy.url });
  proxy.intercept = (calls, response) =>
    isTo(calls[0], worker(1)) && answerError(calls, response, { code: -32_000, message: "no" });
  world.nowMs += 11 * MINUTES;
  await looks(world, proxy.url, 4);
  const to = world.store.payouts.attempts(1).map(({ signedTx }) => Transaction.from(signedTx).to);
  expect(new Set(to.map((each) => each?.toLowerCase()))).toEqual(new Set([worker(1)]));
});

test("one that waits below the base fee, too small to be raised, makes room for a larger one", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH / 100n);
  const settings = { maxGasShare: PAYOUT_DEFAULTS.maxGasShare, gasPriceCapWei: 10n ** 12n };
  await world.pass({ settings });
  await world.anvil.rpc("anvil_setNextBlockBaseFeePerGas", `0x${(10n ** 11n).toString(16)}`);
  await world.mine();
  world.earn(worker(2), ETH);
  await world.pass({ settings });
  expect(world.inPayout(worker(2))).toBe(ETH);
  for (let look = 0; look < 6; look++) {
    world.nowMs += 11 * MINUTES;
    await world.pass({ settings });
    await world.mine();
  }
  await world.mine(3);
  await world.pass({ settings });
  expect(await world.balance(worker(2))).toBe(ETH);
  expect([await world.balance(worker(1)), world.pending(worker(1))]).toEqual([0n, ETH / 100n]);
});

test("whoever was called off waits a day, two, four", () => {
  const settings = PAYOUT_DEFAULTS;
  const address = worker(1);
  const off: Payout = {
    ...{ id: 1, address, amountWei: ETH, parts: [], createdAtMs: 0, chainId: 1n, wallet: WALLET },
    ...{ nonce: 0, state: "cancelled", attempts: [], updatedAtMs: 1_000 },
    inclusion: {
      ...{ txHash: "0x1", blockNumber: 1, blockHash: "0x2", gasWei: 1n },
      outcome: "calledOff",
    },
  };
  const pending = [{ address, nodeType: "transcode", region: "eu", wei: ETH }];
  const planned = (times: number) =>
    planPayouts({
      pending,
      historyOf: () => Array.from({ length: times }, () => off),
      wallet: WALLET,
      settings,
      nowMs: 2_000,
    })[0];
  expect([1, 2, 3].map((times) => planned(times)?.dueAtMs)).toEqual(
    [1, 2, 4].map((days) => days * DAY_MS + 1_000),
  );
  expect(planned(1)?.notDue).toBe("failedBefore");
});
