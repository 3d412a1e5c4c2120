/** Who is due, what gas may cost, and which settings make sense. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { firstFees, raisedFees } from "../../../src/pool/payouts/gas.js";
import { begin } from "../../../src/pool/payouts/machine.js";
import type { Payout } from "../../../src/pool/payouts/payout.js";
import { type PendingBalance, planPayouts } from "../../../src/pool/payouts/plan.js";
import { payoutSettings } from "../../../src/pool/payouts/settings.js";
import { openKeystore } from "../../../src/pool/payouts/signer.js";
import { keystoreJson, PASSWORD, POOL_KEY, WALLET, worker } from "../../support/chain/wallet.js";

const DAY_MS = 86_400_000;
const settings = payoutSettings({ thresholdWei: 100n });

const owed = (address: string, wei: bigint, region = "eu"): PendingBalance => ({
  address,
  nodeType: "transcode",
  region,
  wei,
});

function plan(pending: readonly PendingBalance[], history: readonly Payout[] = [], nowMs = 0) {
  return planPayouts({ pending, historyOf: () => history, wallet: WALLET, settings, nowMs });
}

function payout(state: Payout["state"], createdAtMs: number, updatedAtMs = createdAtMs): Payout {
  const intent = {
    id: 1,
    address: worker(1),
    amountWei: 1n,
    parts: [{ nodeType: "transcode", region: "eu", wei: 1n }],
    createdAtMs,
    chainId: 1n,
    wallet: WALLET,
    nonce: 0,
  };
  const payment = {
    txHash: "0x",
    signedTx: "0x",
    gasLimit: 1n,
    maxFeeWei: 1n,
    priorityFeeWei: 1n,
    signedAtMs: 0,
  };
  return { ...begin(intent, payment).payout, state, updatedAtMs };
}

test("the threshold is for an address, not for each of its rows", () => {
  const [first] = plan([owed(worker(1), 60n), owed(worker(1), 40n, "us")]);
  expect(first).toMatchObject({ amountWei: 100n, notDue: null });
  expect(plan([owed(worker(1), 99n)])[0]?.notDue).toBe("belowThreshold");
});

test("capital letters are the same address", () => {
  const mixed = worker(1).toUpperCase().replace("0X", "0x");
  expect(plan([owed(mixed, 60n), owed(worker(1), 40n)])).toHaveLength(1);
});

test("an address that was paid too much waits until it has earned it", () => {
  expect(plan([owed(worker(1), -50n), owed(worker(1), 60n, "us")])[0]).toMatchObject({
    amountWei: 10n,
    notDue: "belowThreshold",
  });
  expect(plan([owed(worker(1), -50n)])[0]).toMatchObject({
    amountWei: -50n,
    notDue: "belowThreshold",
  });
  expect(plan([owed(worker(1), -50n), owed(worker(1), 150n, "us")])[0]).toMatchObject({
    amountWei: 100n,
    notDue: null,
  });
});

test.each([
  [`0x${"0".repeat(40)}`, "zeroAddress"],
  [WALLET, "ownWallet"],
  ["", "notAnAddress"],
  ["worker", "notAnAddress"],
  ["0x1234", "notAnAddress"],
])("%s is never due: %s", (address, why) => {
  expect(plan([owed(address, 10n ** 30n)])[0]?.notDue).toBe(why);
});

test("one payout of an address at a time", () => {
  for (const state of ["signed", "sent", "mined"] as const) {
    expect(plan([owed(worker(1), 100n)], [payout(state, 0)], DAY_MS * 9)[0]?.notDue).toBe(
      "underWay",
    );
  }
});

test("the interval counts from the last payout; a displaced one doesn't count", () => {
  const history = [payout("cancelled", 50), payout("confirmed", 0)];
  expect(plan([owed(worker(1), 100n)], history, DAY_MS - 1)[0]).toMatchObject({
    notDue: "tooSoon",
    dueAtMs: DAY_MS,
  });
  expect(plan([owed(worker(1), 100n)], history, DAY_MS)[0]?.notDue).toBeNull();
});

test("after a failure a pause, which doubles with each further one, to 30 days", () => {
  const dueAt = (failures: number): number | null | undefined => {
    const history = Array.from({ length: failures }, () => payout("failed", 0, 10));
    return plan([owed(worker(1), 100n)], [...history, payout("confirmed", 0)], 10)[0]?.dueAtMs;
  };
  expect([1, 2, 3, 20].map(dueAt)).toEqual(
    [DAY_MS, 2 * DAY_MS, 4 * DAY_MS, 30 * DAY_MS].map((pause) => 10 + pause),
  );
});

test("largest first, whatever the order of the balances", () => {
  const pending = fc.uniqueArray(fc.record({ index: fc.nat(50), wei: fc.bigInt(1n, 10n ** 20n) }), {
    selector: ({ index }) => index,
  });
  fc.assert(
    fc.property(pending, fc.func(fc.integer()), (list, shuffle) => {
      const balances = list.map(({ index, wei }) => owed(worker(index), wei));
      const shuffled = balances.toSorted((one, other) => shuffle(one, other));
      const plans = plan(balances);
      expect(plan(shuffled)).toEqual(plans);
      const amounts = plans.map(({ amountWei }) => amountWei);
      expect(amounts).toEqual(amounts.toSorted((one, other) => (one > other ? -1 : 1)));
    }),
  );
});

test("fees: room for the base fee to double, never above the cap; a raise is an eighth at least", () => {
  const wei = fc.bigInt(0n, 10n ** 12n);
  fc.assert(
    fc.property(wei, wei, wei, (baseFeeWei, priorityFeeWei, capWei) => {
      const market = { baseFeeWei, priorityFeeWei };
      const first = firstFees(market, capWei);
      expect(first === null).toBe(baseFeeWei + priorityFeeWei > capWei);
      if (first === null) return;
      expect(first.maxFeeWei <= capWei && first.maxFeeWei >= baseFeeWei + priorityFeeWei).toBe(
        true,
      );
      const raised = raisedFees(first, market, capWei);
      if (raised === null) return;
      expect(raised.maxFeeWei <= capWei).toBe(true);
      expect(raised.maxFeeWei * 8n >= first.maxFeeWei * 9n).toBe(true);
      expect(raised.priorityFeeWei * 8n >= first.priorityFeeWei * 9n).toBe(true);
      expect(raised.priorityFeeWei <= raised.maxFeeWei).toBe(true);
    }),
  );
});

test.each([
  { confirmations: 0 },
  { confirmations: 20, watchBlocks: 19 },
  { maxUnderWay: 0 },
  { thresholdWei: 0n },
  { gasPriceCapWei: 0n },
  { maxGasShare: Rational.of(2n) },
  { minIntervalMs: -1 },
  { replaceAfterMs: Number.NaN },
])("settings out of range are refused: %o", (given) => {
  expect(() => payoutSettings(given)).toThrow(/^payouts: /);
});

test("the key is in no text of the signer; a wrong password says nothing but that", async () => {
  const signer = await openKeystore(keystoreJson(), PASSWORD);
  const { inspect } = await import("node:util");
  const texts = [JSON.stringify(signer), inspect(signer, { depth: 9, showHidden: true })];
  for (const text of texts) expect(text).not.toContain(POOL_KEY.slice(2));
  expect(signer.address).toBe(WALLET);
  await expect(openKeystore(keystoreJson(), "wrong")).rejects.toMatchObject({
    code: "KEYSTORE",
  });
  await expect(openKeystore("{}", PASSWORD)).rejects.toMatchObject({ code: "KEYSTORE" });
});

test("the same payment is always the same bytes", async () => {
  const payment = {
    chainId: 42_161n,
    nonce: 3,
    to: worker(1),
    amountWei: 5n,
    gasLimit: 21_000n,
    maxFeeWei: 9n,
    priorityFeeWei: 1n,
    atMs: 0,
  };
  const [one, other] = await Promise.all([
    openKeystore(keystoreJson(), PASSWORD),
    openKeystore(keystoreJson(), PASSWORD),
  ]);
  expect(one.sign(payment)).toEqual(other.sign(payment));
});
