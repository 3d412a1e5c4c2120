/**
 * Gateway regions of a variant: how far the pool is from the cliff, and its rivals beside it; means
 * with 95 % intervals.
 */
import type { VariantResult } from "../results.js";
import { estimateText, type Kind, scaleFor, withUnit } from "./figures.js";
import type { Style } from "./style.js";
import { type Column, table } from "./table.js";

/** The table of one variant's regions; empty when nothing is known of them. */
export function regionTable({ regionEstimates }: VariantResult, style: Style): string {
  const column = (head: string, metric: string, kind: Kind, rank: number): Column => {
    const scale = scaleFor(kind, []);
    const cells = regionEstimates.map(({ metrics }) => {
      const found = metrics[metric];
      return found === undefined ? "" : estimateText(found, scale);
    });
    return { head: withUnit(head, scale), cells, rank };
  };
  const columns: Column[] = [
    column("margin q50", "margin.q50", "ratio", 0),
    column("q99", "margin.q99", "ratio", 0),
    column("q99.9", "margin.q999", "ratio", 0),
    column("tolerated", "maxWorkerRoundTripMs", "ms", 0),
    column("pool p50", "poolRoundTripMs.p50", "ms", 0),
    column("rivals p50", "rivalRoundTripMs.p50", "ms", 0),
    column("found", "reachable", "mean", 0),
    column("stake", "reachableStakeShare", "share", 0),
    column("success", "successRate", "share", 2),
    column("p05", "roundTripMs.p05", "ms", 4),
    column("network p50", "roundTripMs.p50", "ms", 3),
    column("p95", "roundTripMs.p95", "ms", 4),
  ];
  if (columns.every(({ cells }) => cells.every((cell) => cell === ""))) return "";
  const names: Column = {
    head: "region",
    cells: regionEstimates.map(({ name }) => name),
    align: "left",
  };
  return table([names, ...columns], style);
}
