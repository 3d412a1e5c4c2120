/**
 * Whoever has the wallet's key replaces a payment by means of his own: the same nonce, and a transfer of
 * nothing, of the same, of a part, to another worker, to somebody else. The process dies meanwhile. Who
 * earned what gets it, once, and the books know it.
 */
import { describe, expect, it } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import type { PassReport } from "../../../src/pool/payouts/report.js";
import { Died, dyingAt } from "../../support/chain/interrupted.js";
import { ETH, STRANGER, WALLET, worker } from "../../support/chain/wallet.js";
import { startWorld, type World } from "../../support/chain/world.js";

const OWED = [0n, ETH, (3n * ETH) / 10n] as const;
const GWEI = 1_000_000_000n;
const PASSES_MAX = 20;
/** Deaths of the process for each kind and instant; `npm run test:outside` has 24. */
const KILLS = Number(process.env["POOLSIM_KILLS"] ?? 1);
/** Of a look, about. */
const QUESTIONS = 24;
const MINUTE_MS = 60_000;

/** What takes the nonce, and what an operator has to say of it, if anything. */
const KINDS = {
  "a transfer of nothing": { to: WALLET, wei: 0n, adopts: null },
  "the same payment, with a higher fee": { to: worker(1), wei: OWED[1], adopts: null },
  "a part of it": { to: worker(1), wei: (2n * ETH) / 5n, adopts: "these" },
  "what another worker is owed": { to: worker(2), wei: OWED[2], adopts: "recognised" },
  "something to somebody else": { to: STRANGER, wei: 1n, adopts: null },
} as const;
type Kind = keyof typeof KINDS;

/** How far poolsim's own payment was. */
const WHENS = [
  "signed and not sent",
  "sent",
  "mined, and undone",
  "confirmed, and undone",
] as const;
type When = (typeof WHENS)[number];

/** The wallet's owner, by other means. */
async function replace(world: World, kind: Kind): Promise<void> {
  const { to, wei } = KINDS[kind];
  const hex = (value: bigint) => `0x${value.toString(16)}`;
  const fees = { maxFeePerGas: hex(90n * GWEI), maxPriorityFeePerGas: hex(50n * GWEI) };
  const transfer = { from: WALLET, to, value: hex(wei), gas: "0x8000", nonce: "0x0", ...fees };
  await world.anvil.rpc("eth_sendTransaction", transfer);
}

/** A look; dead before a question, if so many are asked. */
async function look(world: World, question = Number.POSITIVE_INFINITY): Promise<PassReport | null> {
  try {
    return await world.pass({ around: dyingAt(question) });
  } catch (error) {
    if (error instanceof Died) return null;
    throw error;
  }
}

async function bring(world: World, when: When): Promise<void> {
  const atSending = when === "signed and not sent";
  // The first look has but one payment to send that is due: the second worker is owed it later.
  if (atSending) {
    for (let question = 0; world.store.payouts.list().length === 0; question++) {
      await look(world, question);
    }
    expect(world.store.payouts.list()).toMatchObject([{ state: "signed" }]);
    return;
  }
  await look(world);
  if (when === "sent") return;
  await world.mine(1);
  await look(world);
  if (when === "mined, and undone") {
    expect(world.store.payouts.list()).toMatchObject([{ state: "mined" }]);
    await world.anvil.rpc("anvil_reorg", 1, []);
  } else {
    await world.mine(3);
    await look(world);
    expect(world.store.payouts.list()).toMatchObject([{ state: "confirmed" }]);
    await world.anvil.rpc("anvil_reorg", 4, []);
  }
  await world.anvil.rpc("anvil_dropAllTransactions");
}

describe.each(WHENS)("replaced when it was %s", (when) => {
  const kinds = Object.keys(KINDS) as Kind[];
  const kills = kinds.length * KILLS;
  let draws = 0;
  const { k0, k1 } = makeKey(20_261_130 + WHENS.indexOf(when));
  it.each(kinds)("by %s", async (kind) => {
    const world = await startWorld();
    await world.stopMining();
    for (let run = 0; run <= KILLS; run++) {
      const killed = run > 0;
      const snapshot = await world.anvil.rpc("evm_snapshot");
      world.store = new SqlitePoolStore({ path: ":memory:" });
      world.earn(worker(1), OWED[1]);
      await bring(world, when);
      await replace(world, kind);
      world.earn(worker(2), OWED[2]);
      // Spread over a look: so many kinds are as many parts of it, or more.
      const place = killed ? draws++ : 0;
      const question = Math.floor(((place + uniform(k0, k1, place)) / kills) * QUESTIONS);
      const said: string[] = [];
      let quiet = 0;
      for (let pass = 0; quiet < 2; pass++) {
        expect(pass, said.join("\n")).toBeLessThan(PASSES_MAX);
        const report = await look(world, killed && pass < 3 ? question : undefined);
        world.nowMs += 11 * MINUTE_MS;
        await world.mine(2);
        if (report === null) continue;
        const { stop, underWay, troubles, failure } = report;
        said.push(`${stop?.message} ${failure?.message} ${troubles.map(({ message }) => message)}`);
        quiet = stop === null && failure === null && underWay.length === 0 ? quiet + 1 : 0;
        const { adopts } = KINDS[kind];
        if (stop === null) continue;
        expect(stop.code).toBe("PAYOUT_NONCES_UNKNOWN");
        expect(adopts, "nothing that an operator need look at").not.toBeNull();
        await world.mine(3);
        const range = { first: 0, last: 0 };
        await world.verify(
          adopts === "these"
            ? { kind: "these", range, reason: "paid by hand" }
            : { kind: "recognised" },
        );
      }
      const context = `killed at ${killed ? question : "no"} question: ${said.join("\n")}`;
      for (const index of [1, 2] as const) {
        const got = await world.balance(worker(index));
        expect([got, world.paid(worker(index))], context).toEqual([OWED[index], OWED[index]]);
        expect([world.pending(worker(index)), world.inPayout(worker(index))]).toEqual([0n, 0n]);
      }
      expect((await world.verify()).wrong, context).toEqual([]);
      world.store.close();
      await world.anvil.rpc("anvil_dropAllTransactions");
      expect(await world.anvil.rpc("evm_revert", snapshot)).toBe(true);
    }
  });
});
