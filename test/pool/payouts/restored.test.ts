/**
 * A restored backup beside payments that it does not know and that are in no block yet: whatever becomes
 * of those, and in whatever order, nobody is paid twice.
 */
import { expect, test } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import { type Backup, RestoringPool, type Way } from "../../support/chain/restoring.js";
import { ETH, worker } from "../../support/chain/wallet.js";

const WAYS: readonly Way[] = ["restored", "placed", "copied"];
/** POOLSIM_RESTORES: so many random orders of each way, for a long look. */
const ORDERS = Number(process.env["POOLSIM_RESTORES"] ?? 1);
const STEPS = 40;

test.each(WAYS)(
  "old payments come back where others have their nonces (%s)",
  async (way) => {
    const pool = await RestoringPool.start();
    pool.earn(worker(1), 3n * ETH);
    pool.earn(worker(2), 2n * ETH);
    await pool.settle();
    const backup = pool.backup(way);
    pool.earn(worker(1), 5n * ETH);
    pool.earn(worker(2), 4n * ETH);
    await pool.pass();
    const old = pool.bytes.size;
    await pool.forget();
    pool.restore(backup, way);
    // Entered again, with somebody before them: each payment would have another nonce than it had.
    pool.earn(worker(3), 9n * ETH);
    await pool.pass();
    await pool.forget();
    await pool.handAgain((index) => index < old);
    await pool.world.mine();
    await pool.settle();
    expect(await pool.wrong()).toEqual([]);
  },
  60_000,
);

test.each(
  WAYS.flatMap((way) => Array.from({ length: ORDERS }, (_, seed) => [way, seed + 1] as const)),
)(
  "any order of restoring, handing over and mining (%s, seed %i)",
  async (way, seed) => {
    const pool = await RestoringPool.start();
    const { k0, k1 } = makeKey(seed, WAYS.indexOf(way));
    let draws = 0;
    const draw = () => uniform(k0, k1, draws++);
    const below = (end: number) => Math.floor(draw() * end);
    for (let index = 1; index <= 3; index++) pool.earn(worker(index), ETH);
    // With one payment at least: before that, an operator has to say from which wallet books are paid.
    await pool.settle();
    const backups: Backup[] = [pool.backup(way)];
    const steps: (() => Promise<void> | void)[] = [
      () => pool.earn(worker(1 + below(6)), ETH / 10n + BigInt(below(1_000))),
      () => pool.earn(worker(1 + below(6)), ETH / 10n + BigInt(below(1_000))),
      async () => void (await pool.pass()),
      async () => void (await pool.pass()),
      async () => void (await pool.pass()),
      () => pool.forget(),
      () => pool.handAgain(() => draw() < 0.4),
      () => pool.world.mine(),
      () => pool.world.mine(1 + below(5)),
      () => void backups.push(pool.backup(way)),
      () => {
        const backup = backups[below(backups.length)];
        if (backup !== undefined) pool.restore(backup, way);
      },
      () => pool.enter(1 + below(4)),
    ];
    const done: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const which = below(steps.length);
      done.push(which);
      await steps[which]?.();
    }
    await pool.settle();
    expect(await pool.wrong(), done.join()).toEqual([]);
  },
  120_000,
);
