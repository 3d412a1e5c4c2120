/**
 * A chain that makes blocks while payouts are asked about, on a clock of its own: the node is far
 * away and the head moves on with every question.
 */
import { describe, expect, it } from "vitest";
import type { PayoutChain } from "../../../src/pool/payouts/chain.js";
import { ETH, worker } from "../../support/chain/wallet.js";
import { startWorld, type World } from "../../support/chain/world.js";

const WORKERS = 8;
const EVERY_MS = 4_000;

/** Time that passes only as it is told; the chain makes its blocks meanwhile. */
class ChainClock {
  nowMs = 0;
  #blocks = 0;
  readonly #world: World;
  readonly #blockMs: number;

  constructor(world: World, blockMs: number) {
    this.#world = world;
    this.#blockMs = blockMs;
  }

  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    const due = Math.floor(this.nowMs / this.#blockMs) - this.#blocks;
    this.#blocks += due;
    if (due > 0) await this.#world.mine(due);
  }
}

/** A node whose every answer takes so long, half of it on the way there. */
function faraway(
  chain: PayoutChain,
  pass: (ms: number) => Promise<void>,
  latencyMs: number,
): PayoutChain {
  const later =
    <Args extends readonly unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      await pass(latencyMs / 2);
      const answer = await ask(...args);
      await pass(latencyMs / 2);
      return answer;
    };
  return {
    chainId: later(chain.chainId),
    head: later(chain.head),
    priorityFeeWei: later(chain.priorityFeeWei),
    balanceWei: later(chain.balanceWei),
    transactionCount: later(chain.transactionCount),
    estimateGas: later(chain.estimateGas),
    receipt: later(chain.receipt),
    blockHash: later(chain.blockHash),
    blockTimeMs: later(chain.blockTimeMs),
    transactionsOf: later(chain.transactionsOf),
    transaction: later(chain.transaction),
    send: later(chain.send),
  };
}

/** Passes with a pause after each, until all is confirmed: more would be a command that goes on and on. */
const PASSES_MAX = 6;

interface Case {
  readonly blockMs: number;
  readonly latencyMs: number;
}

const CASES: readonly Case[] = [
  { blockMs: 250, latencyMs: 0 },
  { blockMs: 250, latencyMs: 150 },
  { blockMs: 250, latencyMs: 400 },
  { blockMs: 250, latencyMs: 1_000 },
  // Hardly a question without a block between it and the next.
  { blockMs: 20, latencyMs: 150 },
];

describe.each(CASES)("blocks of $blockMs ms, answers after $latencyMs ms", (one) => {
  it.each([
    ["they are in blocks before they are looked after", false],
    ["they get into blocks while they are looked after", true],
  ])("8 of 8 are paid, and soon: %s", async (_, isLate) => {
    const world = await startWorld();
    await world.stopMining();
    const clock = new ChainClock(world, one.blockMs);
    for (let index = 0; index < WORKERS; index++) world.earn(worker(index), ETH + BigInt(index));
    let isFar = !isLate;
    const runner = world.runner({
      settings: { confirmations: 20 },
      around: (chain) => faraway(chain, (ms) => clock.pass(isFar ? ms : 0), one.latencyMs),
    });
    const pass = async () => {
      const report = await runner.pass(world.nowMs + clock.nowMs);
      expect(report.failure).toBeNull();
      return report;
    };
    if (isLate) await pass();
    isFar = true;
    let passes = 0;
    while (passes < PASSES_MAX) {
      passes++;
      if ((await pass()).underWay.length === 0) break;
      await clock.pass(EVERY_MS);
    }
    for (let index = 0; index < WORKERS; index++) {
      expect(await world.balance(worker(index))).toBe(ETH + BigInt(index));
      expect(world.paid(worker(index))).toBe(ETH + BigInt(index));
    }
    const states = world.store.payouts.list().map(({ state }) => state);
    expect(states).toEqual(Array(WORKERS).fill("confirmed"));
    // Each wait is as long as the confirmations need, or as the passes' own questions take.
    const questionsMs = 2 * (6 + 4 * WORKERS) * one.latencyMs;
    expect(clock.nowMs).toBeLessThanOrEqual(PASSES_MAX * EVERY_MS + questionsMs);
  });
});
