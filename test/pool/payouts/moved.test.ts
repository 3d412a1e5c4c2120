/**
 * A worker's address changes while it is paid: planned, signed, sent, in a block, not yet deep enough; two
 * workers change places. What was earned is paid once, to the one or the other address.
 */
import { expect, test } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import { releaseAddress } from "../../../src/pool/books/holds.js";
import { movePending } from "../../../src/pool/books/move.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { Died, withEach } from "../../support/chain/interrupted.js";
import { ETH, WALLET, worker } from "../../support/chain/wallet.js";
import { DAY_MS, startWorld, type World } from "../../support/chain/world.js";

const QUESTIONS = 40;
const [OLD, NEW] = [worker(1), worker(2)];
const MORE = ETH / 2n;

function move(world: World, from: string, to: string): string | null {
  try {
    movePending(world.store, { from, to, reason: "test", author: "op", nowMs: world.nowMs });
    return null;
  } catch (error) {
    return String(error);
  }
}

async function settle(world: World): Promise<void> {
  for (let look = 0; look < 5; look++) {
    await world.pass();
    await world.mine(3);
    world.nowMs += 2 * DAY_MS;
  }
}

/** What either address got, which is all that was earned, and what the books say of it. */
async function expectAll(world: World, wei: bigint, context: string): Promise<void> {
  const got = await Promise.all([OLD, NEW].map((address) => world.balance(address)));
  expect((got[0] ?? 0n) + (got[1] ?? 0n), context).toBe(wei);
  expect(
    [OLD, NEW].map((address) => world.paid(address)),
    context,
  ).toEqual(got);
  expect(
    [OLD, NEW].map((address) => world.pending(address)),
    context,
  ).toEqual([0n, 0n]);
  expect((await world.verify()).wrong, context).toEqual([]);
}

test("at any question of its payment, and the process dies at a later one: paid once, to one of both", async () => {
  const world = await startWorld();
  await world.stopMining();
  const { k0, k1 } = makeKey(20_261_130, 5);
  let draws = 0;
  const ends = new Set<string>();
  for (let moved = 0; moved < QUESTIONS; moved += 2) {
    const snapshot = await world.anvil.rpc("evm_snapshot");
    world.store = new SqlitePoolStore({ path: ":memory:" });
    world.earn(OLD, ETH);
    const dies = moved + Math.floor(uniform(k0, k1, draws++) * 8);
    let asked = 0;
    let refusal: string | null = "";
    for (let look = 0; look < 12 && asked <= dies; look++) {
      const looked = world.pass({
        around: (chain) =>
          withEach(chain, async () => {
            const question = asked++;
            if (question === moved) {
              // It earned more since it is paid, or not.
              if (moved % 4 === 0) world.earn(OLD, MORE);
              refusal = move(world, OLD, NEW);
            }
            if (question === dies) throw new Died();
          }),
      });
      await looked.catch((error: unknown) => expect(error).toBeInstanceOf(Died));
      await world.mine(1);
      world.nowMs += 60_000;
    }
    expect(asked).toBeGreaterThan(dies);
    const context = `moved at question ${moved}, dead at ${dies}: ${refusal}`;
    await settle(world);
    await expectAll(world, moved % 4 === 0 ? ETH + MORE : ETH, context);
    ends.add(`${await world.balance(OLD)} ${await world.balance(NEW)}`);
    world.store.close();
    await world.anvil.rpc("anvil_dropAllTransactions");
    expect(await world.anvil.rpc("evm_revert", snapshot)).toBe(true);
  }
  // Before its payment was signed all is the new one's; after that only what came since.
  expect(ends).toEqual(new Set([`0 ${ETH + MORE}`, `0 ${ETH}`, `${ETH} ${MORE}`, `${ETH} 0`]));
});

test("moved while it is paid, and the payment's nonce goes to another transaction: owed, held, moved again", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(OLD, ETH);
  await world.pass();
  world.earn(OLD, MORE);
  expect(move(world, OLD, NEW)).toBeNull();
  await world.anvil.rpc("anvil_dropAllTransactions");
  const nothing = { from: WALLET, to: WALLET, value: "0x0", maxPriorityFeePerGas: "0x77359400" };
  await world.anvil.rpc("eth_sendTransaction", nothing);
  await world.mine(4);
  await settle(world);
  expect([await world.balance(OLD), await world.balance(NEW)]).toEqual([0n, MORE]);
  expect(world.pending(OLD)).toBe(ETH);
  expect(move(world, OLD, NEW)).toBeNull();
  await settle(world);
  await expectAll(world, ETH + MORE, "moved again");
});

test("two change places: what would be held for ever is refused, and says why", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(OLD, ETH);
  world.earn(NEW, 2n * ETH);
  expect(move(world, OLD, NEW)).toBeNull();
  expect(move(world, NEW, OLD)).toMatch(/is held .*moved to .*expected that it is released first/);
  await settle(world);
  expect([await world.balance(OLD), await world.balance(NEW)]).toEqual([0n, 3n * ETH]);
  releaseAddress(world.store, { address: OLD, reason: "found", author: "op", nowMs: world.nowMs });
  world.earn(NEW, ETH);
  expect(move(world, NEW, OLD)).toBeNull();
  await settle(world);
  await expectAll(world, 4n * ETH, "moved back");
});
