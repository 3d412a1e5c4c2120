/**
 * Payouts against a trivial model: what was earned. Whatever happens between pool and chain, each
 * wei of it is pending, on its way or paid, and no address ever has more on chain than it earned.
 */
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { type RpcProxy, startRpcProxy } from "../../discovery/sources/chain/rpc-proxy.js";
import { ETH, POOL_ADDRESS, STRANGER, WALLET, worker } from "./wallet.js";
import { DAY_MS, startWorld, type World } from "./world.js";

/** What each address earned, by number. */
interface Model {
  readonly earned: Map<number, bigint>;
}

interface Real {
  readonly world: World;
  readonly proxy: RpcProxy;
  /** Numbers of its workers begin here: balances on chain begin at 0. */
  readonly first: number;
}

type Step = fc.AsyncCommand<Model, Real>;

const WORKERS = 3;
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

async function compare({ earned }: Model, { world, first }: Real): Promise<void> {
  for (let index = 0; index < WORKERS; index++) {
    const address = worker(first + index);
    const wei = earned.get(index) ?? 0n;
    const onItsWay = world.inPayout(address);
    expect(world.pending(address) + onItsWay + world.paid(address)).toBe(wei);
    expect(onItsWay).toBeGreaterThanOrEqual(0n);
    expect((await world.balance(address)) <= wei).toBe(true);
  }
  const open = world.store.payouts({ states: ["intent", "signed", "sent", "mined"] });
  expect(new Set(open.map(({ address }) => address)).size).toBe(open.length);
  const sum = world.store.flows().reduce((all, { inWei, outWei }) => all + inWei - outWei, 0n);
  expect(sum).toBe(0n);
}

const earn = fc
  .tuple(fc.nat(WORKERS - 1), fc.integer({ min: 1, max: 30 }), fc.constantFrom("eu", "us"))
  .map(([index, hundredths, region]) =>
    step(`earn ${index} ${hundredths} ${region}`, async ({ earned }, { world, first }) => {
      const wei = (BigInt(hundredths) * ETH) / 1_000n;
      earned.set(index, (earned.get(index) ?? 0n) + wei);
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

const mine = fc.integer({ min: 1, max: 4 }).map((count) =>
  step(`mine ${count}`, async (_model, { world }) => {
    await world.mine(count);
  }),
);

const wait = fc.constantFrom(700_000, DAY_MS).map((ms) =>
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
  }),
);

async function check(steps: readonly fc.Arbitrary<Step>[], seed: number): Promise<void> {
  const world = await startWorld();
  onTestFinished(() => world.anvil.stop());
  await world.stopMining();
  const proxy = await startRpcProxy(world.anvil.url);
  await fc.assert(
    fc.asyncProperty(
      fc.commands([...steps], { maxCommands: 50, size: "max" }),
      async (commands) => {
        const first = 1_000 + runs++ * WORKERS;
        const model: Model = { earned: new Map() };
        await world.mine(8);
        await fc.asyncModelRun(() => ({ model, real: { world, proxy, first } }), commands);
        await settle(world);
        await compare(model, { world, proxy, first });
        for (const [index, wei] of model.earned) {
          const address = worker(first + index);
          expect(await world.balance(address)).toBe(world.paid(address));
          expect(wei - world.paid(address) < ETH / 100n).toBe(true);
        }
      },
    ),
    { seed, numRuns: 15, endOnFailure: true },
  );
  expect(await world.balance(POOL_ADDRESS)).toBeGreaterThan(0n);
}

/** Time and blocks enough: what is due is paid. */
async function settle(world: World): Promise<void> {
  for (let passes = 0; passes < 12; passes++) {
    world.nowMs += DAY_MS;
    const { underWay, begun } = await world.pass();
    await world.mine(3);
    if (passes > 1 && underWay.length === 0 && begun.length === 0) return;
  }
}

const usual = [earn, earn, pass, pass, brokenPass, mine, wait, forget];

test("whatever happens, reorganisations of any depth too", async () => {
  await check([...usual, reorganise(7)], 20_261_120);
});

test("with somebody else at the wallet, and reorganisations less deep than the confirmations", async () => {
  await check([...usual, reorganise(2), displace], 20_261_121);
});
