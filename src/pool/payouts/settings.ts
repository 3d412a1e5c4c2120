/** What the operator decides about payouts, with defaults for Arbitrum One. */
import { InputError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";

/** What the operator decides about payouts. */
export interface PayoutSettings {
  /** What `eth_chainId` must answer; a network id is not asked for. @default 42161n */
  readonly chainId: bigint;
  /** An address is paid when all that it is owed, over regions and node types, is at least this. @default 5000000000000000n */
  readonly thresholdWei: bigint;
  /** Least time from one payout of an address to its next. @default 86400000 (a day) */
  readonly minIntervalMs: number;
  /** Pause after a payout that reverted or was called off; doubles with each further one, up to 30 days. @default 86400000 */
  readonly failurePauseMs: number;
  /** Most that a unit of gas may cost; above it payouts wait. @default 10000000000n (10 gwei) */
  readonly gasPriceCapWei: bigint;
  /**
   * Most that gas may cost as a part of the amount, 0 … 1: keeps dust from being burnt, and
   * contracts from burning the wallet's gas. @default 1/20
   */
  readonly maxGasShare: Rational;
  /** Pays what the wallet has, from the threshold up, where it is short of all that is due. @default false */
  readonly partialPayouts: boolean;
  /** Most that is begun within any 24 hours, by all payouts of the chain; null: no bound. @default null */
  readonly capPerDayWei: bigint | null;
  /** Most that one payout may be; who is owed more waits for an operator. null: no bound. @default null */
  readonly capPerPayoutWei: bigint | null;
  /**
   * How long a first payout to an address waits after payouts first knew that it is owed something.
   * @default 0
   */
  readonly firstWaitMs: number;
  /** `manual`: only what an operator approved is begun, batch by batch. @default "auto" */
  readonly approve: "auto" | "manual";
  /** Blocks from the payout's own to the head, both counted, until it counts as paid. @default 20 */
  readonly confirmations: number;
  /** Blocks after which a reorganisation is not looked for any more. @default 5000 */
  readonly watchBlocks: number;
  /** After this time in no block its fee is raised. @default 600000 (10 minutes) */
  readonly replaceAfterMs: number;
  /** Payouts under way at once. @default 16 */
  readonly maxUnderWay: number;
}

/** The defaults, made for Arbitrum One. */
export const PAYOUT_DEFAULTS: PayoutSettings = {
  /** Arbitrum One. */
  chainId: 42_161n,
  /** 0.005 ETH. */
  thresholdWei: 5_000_000_000_000_000n,
  /** A day. */
  minIntervalMs: 86_400_000,
  /** A day. */
  failurePauseMs: 86_400_000,
  /** 10 gwei. */
  gasPriceCapWei: 10_000_000_000n,
  /** A twentieth of the amount. */
  maxGasShare: Rational.of(1n, 20n),
  /** All or nothing. */
  partialPayouts: false,
  /** No bound. */
  capPerDayWei: null,
  /** No bound. */
  capPerPayoutWei: null,
  /** Not at all. */
  firstWaitMs: 0,
  /** By nobody. */
  approve: "auto",
  /** 20 blocks. */
  confirmations: 20,
  /** 5,000 blocks. */
  watchBlocks: 5_000,
  /** 10 minutes. */
  replaceAfterMs: 600_000,
  /** 16 payouts. */
  maxUnderWay: 16,
};

/**
 * Completes settings with the defaults.
 *
 * @throws InputError (`PAYOUT_SETTINGS`) for a value out of its range
 */
export function payoutSettings(given: Partial<PayoutSettings> = {}): PayoutSettings {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  const settings: PayoutSettings = { ...PAYOUT_DEFAULTS, ...Object.fromEntries(said) };
  const { confirmations, watchBlocks, maxUnderWay, maxGasShare } = settings;
  const whole: readonly (readonly [name: string, value: number, min: number])[] = [
    ["confirmations", confirmations, 1],
    ["watchBlocks", watchBlocks, confirmations],
    ["maxUnderWay", maxUnderWay, 1],
    ["minIntervalMs", settings.minIntervalMs, 0],
    ["failurePauseMs", settings.failurePauseMs, 0],
    ["replaceAfterMs", settings.replaceAfterMs, 0],
    ["firstWaitMs", settings.firstWaitMs, 0],
  ];
  for (const [name, value, min] of whole) {
    if (!(Number.isSafeInteger(value) && value >= min)) refuse(name, value, `at least ${min}`);
  }
  const { chainId, thresholdWei, gasPriceCapWei } = settings;
  const { capPerDayWei, capPerPayoutWei } = settings;
  const positive = { chainId, thresholdWei, gasPriceCapWei, capPerDayWei, capPerPayoutWei };
  for (const [name, value] of Object.entries(positive)) {
    if (value !== null && value < 1n) refuse(name, value, "at least 1");
  }
  if (maxGasShare.sign() < 0 || maxGasShare.compare(Rational.ONE) > 0) {
    refuse("maxGasShare", maxGasShare.toNumber(), "0 … 1");
  }
  // What is mistyped would begin payouts that nobody approved.
  if (settings.approve !== "auto" && settings.approve !== "manual") {
    refuse("approve", settings.approve, "auto or manual");
  }
  return settings;
}

function refuse(name: string, value: number | bigint | string, expected: string): never {
  throw new InputError(`payouts: ${name} is ${value}, expected ${expected}`, {
    code: "PAYOUT_SETTINGS",
  });
}
