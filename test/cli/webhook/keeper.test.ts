/** What `poolsim webhook` answers with while its source fails, and for how long. */
import { describe, expect, it } from "vitest";
import { webhookAnswer } from "../../../src/cli/webhook/entries.js";
import { AnswerKeeper } from "../../../src/cli/webhook/keeper.js";
import { InputError, RemoteError } from "../../../src/core/errors.js";
import {
  HardcodedSource,
  type OrchestratorSource,
  type SourceListing,
} from "../../../src/discovery/index.js";

const RULES = { blocked: new Set<string>(), trusted: new Set<string>(), score: null };
const idle = new AbortController().signal;

/** A source that does as it is told, and clocks that stand still. */
function kept(maxAgeMs = 100) {
  const world = { wallMs: 1_000_000, steadyMs: 5 };
  const fixed = new HardcodedSource({ orchAddr: "a:1", now: () => world.wallMs });
  let next: () => Promise<SourceListing> = () => fixed.list();
  const source: OrchestratorSource = {
    kind: "list",
    usesBlocklist: false,
    usesOnChainPredicate: false,
    list: () => next(),
    close: async () => {},
  };
  const keeper = new AnswerKeeper({
    source,
    make: (listing) => webhookAnswer(listing, RULES),
    maxAgeMs,
    readLimitMs: 50,
    now: () => world.wallMs,
    monotonicNow: () => world.steadyMs,
  });
  return {
    world,
    keeper,
    passes: (ms: number) => {
      world.wallMs += ms;
      world.steadyMs += ms;
    },
    fails: (error: unknown) => {
      next = async () => {
        throw error;
      };
    },
    hangs: () => {
      next = () => new Promise(() => {});
    },
    works: () => {
      next = () => fixed.list();
    },
  };
}

const failures: readonly [string, unknown][] = [
  ["somebody else's", new RemoteError("no", { code: "X" })],
  ["the operator's", new InputError("no file", { code: "DATABASE_MISSING" })],
  ["a bug's", new TypeError("x is not a function")],
  ["the system's", Object.assign(new Error("EACCES"), { code: "EACCES", syscall: "open" })],
  ["no error at all", "a text"],
];

describe("the last answer", () => {
  it.each(failures)("outlives %s failure up to its bound, and is read again", async (_, error) => {
    const { keeper, passes, fails, works } = kept();
    await keeper.read(idle);
    fails(error);
    passes(100);
    await keeper.read(idle);
    expect(keeper.failure).not.toBeNull();
    expect(keeper.answer?.count).toBe(1);
    passes(1);
    expect(keeper.answer).toBeNull();
    await keeper.read(idle);
    expect(keeper.answer).toBeNull();
    works();
    await keeper.read(idle);
    expect(keeper).toMatchObject({ failure: null, answer: { count: 1 } });
  });

  it.each(failures)("%s failure at the start is the caller's", async (_, error) => {
    const { keeper, fails } = kept();
    fails(error);
    await expect(keeper.read(idle)).rejects.toBe(error);
  });

  it("does not wait without end for a source that says nothing", async () => {
    const { keeper, hangs, works } = kept();
    await keeper.read(idle);
    hangs();
    await keeper.read(idle);
    expect(keeper.failure).toMatch(/not read within 50 ms/);
    works();
    await keeper.read(idle);
    expect(keeper.failure).toBeNull();
  });

  it("ages by whichever clock says more: put back, or asleep", async () => {
    const { keeper, world, passes } = kept();
    await keeper.read(idle);
    world.wallMs -= 3_600_000;
    expect(keeper.answer).not.toBeNull();
    world.steadyMs += 101;
    expect(keeper.answer).toBeNull();
    passes(0);
    const other = kept();
    await other.keeper.read(idle);
    other.world.wallMs += 101;
    expect(other.keeper.answer).toBeNull();
  });

  it("is read again soon after a failure, later and later", async () => {
    const { keeper, fails, works } = kept();
    await keeper.read(idle);
    expect(keeper.pauseMs(43_200_000)).toBe(43_200_000);
    fails(new RemoteError("no", { code: "X" }));
    const pauses: number[] = [];
    for (let failure = 0; failure < 9; failure++) {
      await keeper.read(idle);
      pauses.push(keeper.pauseMs(43_200_000));
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(keeper.pauseMs(200)).toBe(200);
    works();
    await keeper.read(idle);
    expect(keeper.pauseMs(200_000)).toBe(200_000);
  });
});
