/**
 * An address behind which several nodes answer, some of them blocks behind: a newer answer comes before an
 * older one, a receipt is there and then it is not. Nobody is paid twice, and nothing is taken back.
 */
import { expect, it, test } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import { answerBehind } from "../../support/chain/behind.js";
import { startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { ETH, worker } from "../../support/chain/wallet.js";
import { startWorld, type World } from "../../support/chain/world.js";

const WORKERS = 4;
const MINUTE_MS = 60_000;

async function headNumber({ anvil }: World): Promise<number> {
  return Number(await anvil.rpc("eth_blockNumber"));
}

it.each([1, 2, 3, 4, 5, 6])("each answer is of any of the last blocks: seed %i", async (seed) => {
  const world = await startWorld();
  await world.stopMining();
  await world.mine(8);
  const proxy = await startRpcProxy(world.anvil.url);
  const { k0, k1 } = makeKey(seed, 31);
  let draws = 0;
  const draw = () => uniform(k0, k1, draws++);
  let head = await headNumber(world);
  answerBehind(proxy, world.anvil, () => (draw() < 0.5 ? null : head - Math.floor(draw() * 7)));
  const earned = new Map<string, bigint>();
  for (let step = 0; step < 24; step++) {
    const address = worker(Math.floor(draw() * WORKERS));
    if (step < 12) {
      const wei = ETH / 10n + BigInt(step);
      world.earn(address, wei);
      earned.set(address, (earned.get(address) ?? 0n) + wei);
    }
    const before = included(world);
    await world.pass({ url: proxy.url, settings: { minIntervalMs: 0 } }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: expect.stringMatching(/^CHAIN_/) });
    });
    // No block was ever undone: what is in one stays there.
    expect(included(world)).toEqual(expect.arrayContaining(before));
    expect(undone(world)).toEqual([]);
    for (const [whom, wei] of earned) expect((await world.balance(whom)) <= wei).toBe(true);
    world.nowMs += 11 * MINUTE_MS;
    await world.mine(Math.floor(draw() * 4));
    head = await headNumber(world);
  }
  for (let look = 0; look < 8; look++) {
    await world.pass({ settings: { minIntervalMs: 0 } });
    await world.mine(3);
  }
  for (const [whom, wei] of earned) {
    expect([await world.balance(whom), world.paid(whom)]).toEqual([wei, wei]);
  }
  expect((await world.verify()).wrong).toEqual([]);
});

test.each(["mined", "confirmed"])(
  "the head is new, all else is of an older block: %s stays so",
  async (state) => {
    const world = await startWorld();
    await world.mine(3);
    const old = await headNumber(world);
    world.earn(worker(1), ETH);
    await world.pass();
    await world.mine(state === "mined" ? 1 : 3);
    await world.pass();
    const proxy = await startRpcProxy(world.anvil.url);
    answerBehind(proxy, world.anvil, ({ params: [block] }) => (block === "latest" ? null : old));
    const { troubles } = await world.pass({ url: proxy.url });
    expect(troubles.map(({ message }) => message).join()).toMatch(/^the node is behind/);
    expect(world.store.payouts.list()).toMatchObject([{ state }]);
    expect(undone(world)).toEqual([]);
  },
);

function included({ store }: World): number[] {
  return store.payouts.list().flatMap(({ id, txHash }) => (txHash === null ? [] : [id]));
}

function undone({ store }: World): readonly unknown[] {
  return store.payouts
    .list()
    .flatMap(({ id }) => store.ledger.entriesOf({ kind: "payout-undone", id: String(id) }));
}

test("a node of another chain after its restart, at any question: nothing of it is believed", async () => {
  const world = await startWorld();
  const other = await startWorld();
  await other.anvil.rpc("anvil_setChainId", 5);
  await other.mine(50);
  world.earn(worker(1), ETH);
  await world.pass();
  await world.mine(3);
  await world.pass();
  const proxy = await startRpcProxy(world.anvil.url);
  for (let after = 1; after < 8; after++) {
    let asked = 0;
    world.earn(worker(1 + after), ETH);
    proxy.intercept = (calls, response) => {
      const [call] = calls;
      if (call === undefined || asked++ < after) return false;
      void other.anvil.rpc(call.method, ...call.params).then(
        (result) => {
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result }));
        },
        () => response.destroy(),
      );
      return true;
    };
    await world.pass({ url: proxy.url }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: expect.stringMatching(/^CHAIN_|^PAYOUT_CHAIN/) });
    });
    expect(world.paid(worker(1))).toBe(ETH);
  }
  for (let look = 0; look < 6; look++) {
    await world.pass();
    await world.mine(3);
  }
  for (let index = 1; index < 9; index++) {
    expect([await world.balance(worker(index)), world.paid(worker(index))]).toEqual([ETH, ETH]);
    expect(await other.balance(worker(index))).toBe(0n);
  }
});
