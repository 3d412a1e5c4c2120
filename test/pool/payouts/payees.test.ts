/** One payee stops no other; gas that moves; a wallet that is short. */
import { Transaction } from "ethers/transaction";
import { expect, test } from "vitest";
import { answerResult, estimatedRecipient } from "../../support/chain/lies.js";
import { answerError, type RpcProxy, startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { ETH, WALLET, worker } from "../../support/chain/wallet.js";
import { startWorld, type World } from "../../support/chain/world.js";

const MILLI = ETH / 1_000n;

/** Worker 1's estimate fails in some way; the other two are owed less. */
async function unfortunate(): Promise<{ world: World; proxy: RpcProxy }> {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  for (const index of [1, 2, 3]) world.earn(worker(index), BigInt(4 - index) * ETH);
  return { world, proxy };
}

async function expectOthersPaid(world: World, url: string, detail: RegExp): Promise<void> {
  const { begun, hindered, failure } = await world.pass({ url });
  expect(begun.map(({ address }) => address)).toEqual([worker(2), worker(3)]);
  expect(hindered).toMatchObject([{ why: "recipientRefuses", plan: { address: worker(1) } }]);
  expect(hindered[0]?.detail).toMatch(detail);
  expect(failure).toBeNull();
}

test("a recipient with an invalid opcode hinders itself only, and is named", async () => {
  const { world } = await unfortunate();
  await world.anvil.rpc("anvil_setCode", worker(1), "0xfe");
  await expectOthersPaid(world, world.anvil.url, /InvalidFEOpcode|invalid opcode|-32/i);
});

test.each([
  [-32_000, "invalid opcode: INVALID"],
  [-32_603, "Internal error"],
  [-32_015, "VM execution error."],
  [42, "Zahlung unmöglich"],
])("whatever code and words the node has for it: %i %s", async (code, message) => {
  const { world, proxy } = await unfortunate();
  proxy.intercept = (calls, response) =>
    calls.some((call) => estimatedRecipient(call) === worker(1)) &&
    answerError(calls, response, { code, message });
  await expectOthersPaid(world, proxy.url, new RegExp(message.slice(0, 8)));
});

test("no answer, or nonsense, about one recipient hinders that one only", async () => {
  const { world, proxy } = await unfortunate();
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call === undefined || estimatedRecipient(call) !== worker(1)) return false;
    return answerResult(call, response, `0x${"f".repeat(64)}`);
  };
  await expectOthersPaid(world, proxy.url, /units of gas/);
  const other = await unfortunate();
  other.proxy.intercept = (calls, response) => {
    if (!calls.some((call) => estimatedRecipient(call) === worker(1))) return false;
    response.destroy();
    return true;
  };
  await expectOthersPaid(other.world, other.proxy.url, /no answer/);
});

test("a node that estimates nothing, not even a transfer to oneself, ends the pass", async () => {
  const { world, proxy } = await unfortunate();
  proxy.intercept = (calls, response) =>
    calls[0]?.method === "eth_estimateGas" &&
    answerError(calls, response, { code: -32_000, message: "no state" });
  const { begun, hindered, failure } = await world.pass({ url: proxy.url });
  expect([begun, hindered, failure?.code]).toEqual([[], [], "CHAIN_ESTIMATE"]);
  expect(failure?.message).toContain("not even for oneself");
});

/** A chain whose transfers need so many units of gas, as Arbitrum's do when L1 is expensive. */
function needing(proxy: RpcProxy, units: () => bigint): void {
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call?.method === "eth_estimateGas") {
      return answerResult(call, response, `0x${units().toString(16)}`);
    }
    if (call?.method !== "eth_sendRawTransaction") return false;
    const { gasLimit } = Transaction.from(String(call.params[0]));
    if (gasLimit >= units()) return false;
    const message = `intrinsic gas too low: have ${gasLimit}, want ${units()}`;
    return answerError(calls, response, { code: -32_000, message });
  };
}

test("gas triples between signing and sending: signed again with enough, the same nonce, paid once", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  let units = 21_000n;
  let isDead = true;
  needing(proxy, () => units);
  const { intercept } = proxy;
  proxy.intercept = (calls, response) => {
    if (!isDead || calls[0]?.method !== "eth_sendRawTransaction") return intercept(calls, response);
    response.destroy();
    return true;
  };
  world.earn(worker(1), ETH);
  await world.pass({ url: proxy.url });
  isDead = false;
  units *= 3n;
  await world.pass({ url: proxy.url });
  const limits = world.store.payouts
    .attempts(1)
    .map(({ signedTx, nonce }) => [nonce, Transaction.from(signedTx).gasLimit]);
  expect(limits).toEqual([
    [0, 26_250n],
    [0, 78_750n],
  ]);
  await world.mine(3);
  await world.pass({ url: proxy.url });
  expect(world.store.payouts.list()).toMatchObject([{ state: "confirmed" }]);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("every replacement estimates again", async () => {
  const world = await startWorld();
  await world.stopMining();
  const proxy = await startRpcProxy(world.anvil.url);
  let units = 21_000n;
  needing(proxy, () => units);
  world.earn(worker(1), ETH);
  await world.pass({ url: proxy.url });
  units = 40_000n;
  world.nowMs += 11 * 60_000;
  await world.pass({ url: proxy.url });
  const limits = world.store.payouts
    .attempts(1)
    .map(({ signedTx }) => Transaction.from(signedTx).gasLimit);
  expect(limits).toEqual([26_250n, 50_000n]);
});

test("a plain address may need much gas where that is cheap; the cost is what counts", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  needing(proxy, () => 1_500_000n);
  world.earn(worker(1), 10n * MILLI);
  world.earn(worker(2), ETH);
  const { begun, hindered } = await world.pass({ url: proxy.url });
  expect(begun.map(({ address }) => address)).toEqual([worker(2)]);
  expect(hindered).toMatchObject([{ why: "gasEatsIt", plan: { address: worker(1) } }]);
  expect(hindered[0]?.detail).toMatch(/^1875000 units of gas may cost 0\.00\d+ ETH$/);
});

test("a wallet that is short pays what it has, when it is told to; the rest stays owed", async () => {
  const world = await startWorld();
  await world.anvil.rpc("anvil_setBalance", WALLET, `0x${(2n * ETH).toString(16)}`);
  world.earn(worker(1), 2n * ETH, { region: "eu" });
  world.earn(worker(1), 7n * ETH, { region: "us" });
  world.earn(worker(1), -ETH, { region: "ap" });
  expect((await world.pass()).hindered.map(({ why }) => why)).toEqual(["walletShort"]);
  const settings = { partialPayouts: true };
  const { begun, hindered } = await world.pass({ settings });
  expect(hindered.map(({ why }) => why)).toEqual(["paidInPart"]);
  const paid = begun[0]?.amountWei ?? 0n;
  expect(paid < 2n * ETH && paid > (199n * ETH) / 100n).toBe(true);
  await world.mine(3);
  await world.pass({ settings });
  expect([world.paid(worker(1)), await world.balance(worker(1))]).toEqual([paid, paid]);
  expect(world.pending(worker(1))).toBe(8n * ETH - paid);
  expect((await world.verify()).wrong).toEqual([]);
  await world.anvil.rpc("anvil_setBalance", WALLET, `0x${(9n * MILLI).toString(16)}`);
  world.nowMs += 2 * 86_400_000;
  expect((await world.pass({ settings })).hindered.map(({ why }) => why)).toEqual(["walletShort"]);
});
