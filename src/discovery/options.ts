/** go-livepeer's flags and constants for discovery with their defaults, in one table. */
import { Rational } from "../core/rational.js";

/** Defaults by the flags' names; money in wei, times in ms. */
export const DISCOVERY_DEFAULTS = {
  /** First interval of the attempt timer (D-30); `-discoveryTimeout`. */
  discoveryTimeoutMs: 500,
  /** Cap of that interval, and the end of every discovery (D-30, D-31); not a flag. */
  cutoffMs: 6_000,
  /** Advertised nodes followed per orchestrator (D-16). */
  extraNodes: 0,
  /** Addresses never used, comma separated (D-21). */
  orchBlocklist: "",
  /** Least version of an orchestrator; empty = any (K-10). */
  orchMinLivepeerVersion: "",
  /** Most that a unit of pixels may cost; 0 = any price. */
  maxPricePerUnit: 0n,
  /** Pixels to such a unit. */
  pixelsPerUnit: 1n,
  /** Whether the maximum price is dropped when it leaves nobody. */
  ignoreMaxPriceIfNeeded: false,
  /** Most that a ticket may be worth (P-9). */
  maxTicketEV: Rational.of(3_000_000_000_000n),
  /** Most that a segment's tickets may be worth (P-9). */
  maxTotalEV: Rational.of(20_000_000_000_000n),
  /** A ticket's face value is at most the deposit divided by this (P-9). */
  depositMultiplier: 1n,
} as const;
