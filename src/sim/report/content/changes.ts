/** Changes of an objective as reports write them: in percent where the margin is a share. */
import type { Estimate } from "../../results.js";
import { differenceText, type Scale, scaleFor } from "../figures.js";
import { plainMetric } from "./words.js";

/** What a change is measured by. */
export interface Measured {
  readonly objective: string;
  readonly margin: { readonly relative: number | null; readonly absolute: number | null };
}

/** The scale of changes: percent, or the objective's unit. */
export function changeScale({ margin, objective }: Measured): Scale {
  if (margin.relative !== null) return { factor: 100, unit: "%", decimalsMax: 1 };
  return scaleFor(plainMetric(objective).kind, [margin.absolute ?? 0]);
}

/** `+21.2 % (+9.2 … +29.5)`; empty where there is none. */
export function changeText(change: Estimate | null, measured: Measured): string {
  if (change === null) return "";
  const scale = changeScale(measured);
  const [mean = "", ...interval] = differenceText(change, scale).split(" ");
  const unit = scale.unit === "" ? [] : [scale.unit];
  return [mean, ...unit, ...interval].join(" ");
}

/** `5 %`, or an amount. */
export function marginText(measured: Measured): string {
  const { relative, absolute } = measured.margin;
  const { factor, unit } = changeScale(measured);
  const value = Number(((relative ?? absolute ?? 0) * factor).toPrecision(3));
  return unit === "" ? String(value) : `${value} ${unit}`;
}

/** Where a margin that is an amount is said: the command line takes shares alone. */
export const ABSOLUTE_MARGIN = "decision.margin: { absolute: … } in the scenario";

/** `a larger --margin`, or what to say instead of it where the margin is an amount. */
export function largerMargin({ margin }: Measured): string {
  return margin.relative === null ? `a larger margin (${ABSOLUTE_MARGIN})` : "a larger --margin";
}

/** `95 %`. */
export function confidenceText(confidence: number): string {
  return `${Number((100 * confidence).toPrecision(4))} %`;
}
