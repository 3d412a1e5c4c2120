/** Whether the best value of a sweep is the last one that was tried: a better one may lie beyond. Pure. */
import { grouped } from "../../core/wording.js";
import type { SweepAxis, SweepPoint, SweepSlice } from "./sweep-result.js";

function valueAt({ settings }: SweepPoint, path: string): unknown {
  return settings.find((setting) => setting.path === path)?.value;
}

/** The point that differs in one setting only. */
function besides(points: readonly SweepPoint[], best: SweepPoint, path: string, value: unknown) {
  return points.find(({ settings }) =>
    settings.every((one) =>
      one.path === path ? one.value === value : one.value === valueAt(best, one.path),
    ),
  );
}

/** What a note says of one axis, in one circumstance; `null`: nothing. */
function edgeOf({ points, best: label, label: where }: SweepSlice, axis: SweepAxis): string | null {
  const best = points.find((point) => point.label === label);
  const values = axis.values.filter((value) => typeof value === "number").sort((a, b) => a - b);
  if (best === undefined || axis.role !== "choice" || values.length < axis.values.length)
    return null;
  const value = valueAt(best, axis.path);
  const isLast = value === values.at(-1);
  if (typeof value !== "number" || (!isLast && value !== values[0])) return null;
  const next = besides(points, best, axis.path, isLast ? values.at(-2) : values[1]);
  // Where the value before gave the very same, going further changes nothing.
  const nameOf = (point: SweepPoint) => point.sameAs ?? point.label;
  if (next !== undefined && nameOf(next) === nameOf(best)) return null;
  const name = axis.path.split(".").at(-1) ?? axis.path;
  const end = isLast ? "largest" : "smallest";
  const before = where === "" ? "" : `with ${where}: `;
  return `${before}the best ${name} is the ${end} that was tried, ${grouped(value)}: a ${isLast ? "larger" : "smaller"} one may be better`;
}

/** A note for each setting whose best value lies at an end of those that were tried. */
export function edgeNotes(
  slices: readonly SweepSlice[],
  axes: readonly SweepAxis[],
): readonly string[] {
  return slices.flatMap((slice) => axes.flatMap((axis) => edgeOf(slice, axis) ?? []));
}
