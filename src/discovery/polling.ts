/** What a gateway keeps of a poll, in which orchestrators are asked without a job (B-10, B-11). */

import { Rational } from "../core/rational.js";
import type { OrchestratorInfo } from "./orchestrator-info.js";
import { priceToFixed } from "./price.js";
import type { Rejection } from "./rejection.js";

/** Limits and periods of polling; not flags except the interval. */
export const POLLING_DEFAULTS = {
  /** Ms between polls; `-liveAICapReportInterval` (B-10). */
  intervalMs: 1_500_000,
  /** Ms for which answers of a poll are collected (B-10). */
  collectMs: 3_000,
} as const;

/** Why a poll's answer is dropped (B-11), or null when it is kept. */
export function pollRejection(info: OrchestratorInfo): Rejection | null {
  if (info.address === "0x") return dropped("address-missing", "no address was sent");
  if (info.priceInfo === null) return dropped("price-missing", "no price was sent");
  return info.priceInfo.pixelsPerUnit === 0n
    ? dropped("price-invalid", `${info.priceInfo.pricePerUnit} wei for 0 pixels`)
    : null;
}

/** A price to note for an address. */
export interface PolledPrice {
  /** The recipient of its tickets. */
  readonly recipient: string;
  /** Thousandths of a wei per pixel (B-9). */
  readonly fixedPrice: bigint;
}

/**
 * The price that a kept answer brings (B-11): none without ticket parameters, and none for a
 * price of 0, which leaves the one that is known.
 */
export function polledPrice({ ticketParams, priceInfo }: OrchestratorInfo): PolledPrice | null {
  if (ticketParams === null || priceInfo === null) return null;
  const price = Rational.of(priceInfo.pricePerUnit, priceInfo.pixelsPerUnit);
  const fixedPrice = priceToFixed(price);
  return fixedPrice === 0n ? null : { recipient: ticketParams.recipient, fixedPrice };
}

function dropped(reason: Rejection["reason"], detail: string): Rejection {
  return { rule: "B-11", reason, detail };
}
