/**
 * Payouts against a trivial model: what was earned, less what was taken back. Whatever happens
 * between pool and chain, each wei of it is pending, on its way or paid, and no address ever has
 * more on chain than it had earned at some time.
 */
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { PayoutState } from "../../../src/pool/books/store/store.js";
import type { PayoutChain } from "../../../src/pool/payouts/chain.js";
import { type RpcProxy, startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { ETH, POOL_ADDRESS, STRANGER, WALLET, worker } from "../../support/chain/wallet.js";
import { DAY_MS, startWorld, type World } from "../../support/chain/world.js";

/** What each address earned, by number. */
interface Model {
  readonly earned: Map<number, bigint>;
  /** The most that it ever was: corrections take it down. */
  readonly peak: Map<number, bigint>;
}

interface Real {
  readonly world: World;
  readonly proxy: RpcProxy;
  /** Numbers of its workers begin here: balances on chain begin at 0. */
  readonly first: number;
}

type Step = fc.AsyncCommand<Model, Real>;

const WORKERS = 3;
/** Sequences of steps for each test; `npm run test:payouts` has 100. */
const RUNS = Number(process.env["POOLSIM_PAYOUT_RUNS"] ?? 4);
let runs = 0;

/** A step that looks at all books when it is done. */
function step(name: string, run: (model: Model, real: Real) => Promise<void>): Step {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      await compare(model, real);
    },
    toString: () => name,
  };
}

async function compare({ earned, peak }: Model, { world, first }: Real): Promise<void> {
  for (let index = 0; index < WORKERS; index++) {
    const address = worker(first + index);
    const wei = earned.get(index) ?? 0n;
    const onItsWay = world.inPayout(address);
    expect(world.pending(address) + onItsWay + world.paid(address)).toBe(wei);
    expect(onItsWay).toBeGreaterThanOrEqual(0n);
    const peakWei = peak.get(index) ?? 0n;
    expect((await world.balance(address)) <= peakWei).toBe(true);
    expect(onItsWay + world.paid(address) <= peakWei).toBe(true);
    const payouts = world.store.payouts
      .list({ address })
      .filter(({ state }) => state !== "cancelled");
    for (const [place, { amountWei, createdAtMs }] of payouts.entries()) {
      expect(amountWei >= ETH / 100n).toBe(true);
      const before = payouts[place + 1];
      if (before !== undefined) expect(createdAtMs - before.createdAtMs >= DAY_MS).toBe(true);
    }
  }
  // One at a time; but one that a reorganisation undid may meet a later one.
  const open = world.store.payouts
    .list({ states: ["intent", "signed", "sent", "mined"] })
    .filter(
      ({ id }) => world.store.ledger.entriesOf({ kind: "payout-undone", id: `${id}` }).length === 0,
    );
  expect(new Set(open.map(({ address }) => address)).size).toBe(open.length);
  const sum = world.store.ledger
    .flows()
    .reduce((all, { inWei, outWei }) => all + inWei - outWei, 0n);
  expect(sum).toBe(0n);
}

/** Less than 0: a correction takes it back, whether it was paid or not. */
const earn = fc
  .tuple(
    fc.nat(WORKERS - 1),
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 5, max: 30 }) },
      { weight: 1, arbitrary: fc.integer({ min: -30, max: -1 }) },
    ),
    fc.constantFrom("eu", "us"),
  )
  .map(([index, thousandths, region]) =>
    step(`earn ${index} ${thousandths} ${region}`, async ({ earned, peak }, { world, first }) => {
      const wei = (BigInt(thousandths) * ETH) / 1_000n;
      const total = (earned.get(index) ?? 0n) + wei;
      earned.set(index, total);
      if (total > (peak.get(index) ?? 0n)) peak.set(index, total);
      world.earn(worker(first + index), wei, { region });
    }),
  );

const pass = fc.constant(
  step("pass", async (_model, { world }) => {
    await world.pass();
  }),
);

const brokenPass = fc.tuple(fc.nat(30), fc.boolean()).map(([failing, isHeard]) =>
  step(`pass, request ${failing} ${isHeard ? "unanswered" : "lost"}`, async (_model, real) => {
    const { world, proxy } = real;
    let asked = 0;
    proxy.intercept = (calls, response) => {
      if (asked++ < failing) return false;
      const [call] = calls;
      if (!isHeard || call === undefined) response.destroy();
      else {
        const end = (): unknown => response.destroy();
        void world.anvil.rpc(call.method, ...call.params).then(end, end);
      }
      return true;
    };
    await world.pass({ url: proxy.url }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: "CHAIN_UNAVAILABLE" });
    });
  }),
);

/** The process dies at its n-th question: nothing of it runs on. */
const killedPass = fc.tuple(fc.nat(20), fc.boolean()).map(([fatal, isHeard]) =>
  step(
    `pass, killed at ${fatal}, ${isHeard ? "asked" : "not asked"}`,
    async (_model, { world }) => {
      await new Promise<void>((resolve, reject) => {
        const around = (chain: PayoutChain): PayoutChain => {
          let asked = 0;
          return new Proxy(chain, {
            get: (target, name) => {
              const method: unknown = Reflect.get(target, name);
              if (typeof method !== "function") return method;
              return (...args: unknown[]): unknown => {
                if (asked++ < fatal) return Reflect.apply(method, target, args);
                const heard = isHeard ? Reflect.apply(method, target, args) : null;
                void Promise.resolve(heard).then(() => resolve(), reject);
                return new Promise(() => {});
              };
            },
          });
        };
        world
          .runner({ around })
          .pass(world.nowMs)
          .then(() => resolve(), reject);
      });
    },
  ),
);

const gasPrice = fc.constantFrom(1, 4, 12).map((gwei) =>
  step(`gas costs ${gwei} gwei`, async (_model, { world }) => {
    await setGasPrice(world, gwei);
  }),
);

async function setGasPrice(world: World, gwei: number): Promise<void> {
  const wei = `0x${(BigInt(gwei) * 1_000_000_000n).toString(16)}`;
  await world.anvil.rpc("anvil_setNextBlockBaseFeePerGas", wei);
  await world.mine();
}

const REVERTING = "0x60006000fd";

const refuse = fc.boolean().map((isRefusing) =>
  step(`worker 0 ${isRefusing ? "refuses" : "takes"} money`, async (_model, { world, first }) => {
    await world.anvil.rpc("anvil_setCode", worker(first), isRefusing ? REVERTING : "0x");
  }),
);

const mine = fc.integer({ min: 1, max: 4 }).map((count) =>
  step(`mine ${count}`, async (_model, { world }) => {
    await world.mine(count);
  }),
);

const wait = fc.constantFrom(700_000, DAY_MS, DAY_MS).map((ms) =>
  step(`wait ${ms}`, async (_model, { world }) => {
    world.nowMs += ms;
  }),
);

const forget = fc.constant(
  step("the node forgets what waits", async (_model, { world }) => {
    await world.anvil.rpc("anvil_dropAllTransactions");
  }),
);

const reorganise = (maxDepth: number) =>
  fc.integer({ min: 1, max: maxDepth }).map((depth) =>
    step(`reorganise ${depth}`, async (_model, { world }) => {
      await world.anvil.rpc("anvil_reorg", depth, []);
    }),
  );

const displace = fc.constant(
  step("somebody else uses the nonce", async (_model, { world }) => {
    await world.anvil.rpc("anvil_dropAllTransactions");
    await world.anvil.rpc("eth_sendTransaction", { from: WALLET, to: STRANGER, value: "0x1" });
    // Deep at once: a shallow one may be undone again, which is another step.
    await world.mine(3);
    const used = Number(await world.anvil.rpc("eth_getTransactionCount", WALLET, "latest"));
    await world.acknowledge(used - 1, used - 1).catch((error: unknown) => {
      expect(String(error)).toContain("is a payout's in these books");
    });
  }),
);

/** What came up in some run: a model that never gets there shows nothing. */
type Reached = PayoutState | "raised" | "undone" | "negative part";

function reached({ store }: World): Reached[] {
  const found = store.payouts
    .list({ limit: 10_000 })
    .flatMap(({ id, state, sources }): Reached[] => [
      state,
      ...(store.payouts.attempts(id).length > 1 ? ["raised" as const] : []),
      ...(store.ledger.entriesOf({ kind: "payout-undone", id: `${id}` }).length > 0
        ? ["undone" as const]
        : []),
      ...(sources.some(({ wei }) => wei < 0n) ? ["negative part" as const] : []),
    ]);
  return [...new Set(found)];
}

interface Check {
  readonly steps: readonly fc.Arbitrary<Step>[];
  readonly seed: number;
  readonly wanted: readonly Reached[];
}

async function check({ steps, seed, wanted }: Check): Promise<void> {
  const world = await startWorld();
  onTestFinished(() => world.anvil.stop());
  await world.stopMining();
  const proxy = await startRpcProxy(world.anvil.url);
  await fc.assert(
    fc.asyncProperty(
      fc.commands([...steps], { maxCommands: 100, size: "max" }),
      async (commands) => {
        const first = 1_000 + runs++ * WORKERS;
        const model: Model = { earned: new Map(), peak: new Map() };
        await world.mine(8);
        await fc.asyncModelRun(() => ({ model, real: { world, proxy, first } }), commands);
        await world.anvil.rpc("anvil_setCode", worker(first), "0x");
        await setGasPrice(world, 1);
        await settle(world);
        await compare(model, { world, proxy, first });
        for (const [index, wei] of model.earned) {
          const address = worker(first + index);
          expect(await world.balance(address)).toBe(world.paid(address));
          expect(wei - world.paid(address) < ETH / 100n).toBe(true);
        }
      },
    ),
    { seed, numRuns: RUNS, endOnFailure: true },
  );
  expect(await world.balance(POOL_ADDRESS)).toBeGreaterThan(0n);
  expect(reached(world)).toEqual(expect.arrayContaining([...wanted]));
}

/** Time and blocks enough: what is due is paid. */
async function settle(world: World): Promise<void> {
  for (let passes = 0; passes < 12; passes++) {
    // After failures the pauses are long.
    world.nowMs += 30 * DAY_MS;
    const { underWay, begun } = await world.pass();
    await world.mine(3);
    if (passes > 1 && underWay.length === 0 && begun.length === 0) return;
  }
}

const passes = [pass, pass, pass, brokenPass, killedPass];
const usual = [earn, earn, earn, ...passes, mine, mine, wait, wait, forget, gasPrice];

test("whatever happens, reorganisations of any depth too", async () => {
  await check({
    steps: [...usual, reorganise(7), reorganise(7)],
    seed: 20_261_120,
    wanted: ["confirmed", "raised", "undone", "negative part"],
  });
});

test("with payments that revert, somebody else at the wallet, and shallow reorganisations", async () => {
  await check({
    steps: [...usual, reorganise(2), displace, refuse, refuse],
    seed: 20_261_121,
    wanted: ["confirmed", "failed", "cancelled", "raised", "negative part"],
  });
});
