/** Which number is drawn for what, below the key of a request or a live stream. */
import { uniform } from "../../core/random.js";

/** Quantities of a request. */
export const AI_DRAW = {
  units: 0,
  length: 1,
  lengthKind: 2,
} as const;

/** Quantities of one submit. */
export const SUBMIT_DRAW = {
  network: 0,
  failure: 1,
  work: 2,
  connect: 3,
} as const;

const PER_SUBMIT = 8;
const FIRST_SUBMIT = 64;
const SELECTION = 0x50000000;
const LIVE_RUN = 0x60000000;

/** Index of a quantity of the n-th submit, from 1. */
export function submitDraw(submit: number, quantity: number): number {
  return FIRST_SUBMIT + submit * PER_SUBMIT + quantity;
}

/** Index of the n-th number that selections draw. */
export function pickDraw(count: number): number {
  return SELECTION + count;
}

/** Index of how long the n-th orchestrator of a live stream goes without a fault. */
export function faultDraw(run: number): number {
  return LIVE_RUN + run;
}

/** A draw of a thing's own key. */
export function drawOf(
  { k0, k1 }: { readonly k0: number; readonly k1: number },
  index: number,
): number {
  return uniform(k0, k1, index);
}
