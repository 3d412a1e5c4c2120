/** A round that was closed by mistake keeps all later ones from being split: nobody is left to find that out. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { closeRound } from "../../../src/pool/books/close-round.js";
import { closeLastRound } from "../../../src/pool/operate/jobs/close-round-job.js";
import { openBooks } from "../../support/books/books.js";
import { inProcessIn } from "../../support/cli/in-process.js";

const NOW_MS = Date.UTC(2026, 1, 2);

describe("the job close-round", () => {
  const close = async (closed: number, chain: number) => {
    const { store } = openBooks({ scheme: "by-weights" });
    closeRound(store, { round: closed, nowMs: NOW_MS });
    const run = { signal: new AbortController().signal, now: () => NOW_MS, say: () => {} };
    return await closeLastRound(store, async () => chain, run);
  };

  it("closes the round before the chain's, once, also where that one was closed early", async () => {
    expect(await close(4011, 4013)).toEqual({ closed: 1, round: 4012 });
    expect(await close(4012, 4013)).toEqual({ closed: 0 });
    expect(await close(4013, 4013)).toEqual({ closed: 0 });
  });

  it("fails where one was closed in which the chain will be one day", async () => {
    await expect(close(4014, 4013)).rejects.toMatchObject({
      code: "ROUND_CLOSED",
      message: expect.stringMatching(/round 4014 is closed, and the chain is in round 4013/),
    });
  });
});

it("pool rounds --close refuses a round that is years after the last one: a slip can't be undone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-rounds-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const pool = (...args: readonly string[]) => inProcessIn(folder, "pool", ...args, "--db", "w.db");
  await pool("settings", "--commission", "1/10", "--scheme", "by-weights");
  expect((await pool("rounds", "--close", "4012")).exitCode).toBe(0);
  const slip = await pool("rounds", "--close", "40130");
  expect([slip.exitCode, slip.stderr]).toEqual([
    2,
    "--close 40130: the last round that was closed is 4012; expected at most 5012\n",
  ]);
  expect((await pool("rounds", "--close", "5012")).exitCode).toBe(0);
});
