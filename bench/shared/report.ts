/** What a bench found: as a table, as JSON, as a plot. */
import type { Comparison, Spread } from "./figures.js";
import type { Machine } from "./machine.js";

/** One run of the bench; a line of `bench/history/`. */
export interface BenchResult {
  /** Of poolsim. */
  readonly version: string;
  /** Day, UTC. */
  readonly day: string;
  readonly runs: number;
  /** Part of the usual work. */
  readonly scale: number;
  /** Simulated hours of the whole model. */
  readonly hours: number;
  readonly machine: Machine;
  readonly comparisons: readonly (Comparison & { readonly section: string })[];
}

/** Three digits, thousands apart. */
function figure(value: number): string {
  const digits =
    Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function times({ median, min, max }: Spread): string {
  return `${figure(median)} × (${figure(min)} … ${figure(max)})`;
}

/** Whether a ratio is as promised; null where nothing is, or there is no peer. */
export function holds({ bar, ratio }: Comparison): boolean | null {
  if (bar === null || ratio === null) return null;
  return bar.kind === "at least" ? ratio.median >= bar.ratio : ratio.median <= bar.ratio;
}

function promise(comparison: Comparison): string {
  const { bar } = comparison;
  if (bar === null) return "";
  const met = holds(comparison);
  const said = met === null ? "not measured" : met ? "holds" : "does NOT hold";
  return `; ${bar.kind} ${bar.ratio} ×: ${said}`;
}

/** A comparison, in two lines. */
export function comparisonText(comparison: Comparison): string {
  const { name, unit, ours, peer, theirs, ratio, absent } = comparison;
  const beside =
    theirs === null || ratio === null
      ? `${peer}: not measured, ${absent}`
      : `${peer}: ${figure(theirs.median)}; ratio ${times(ratio)}`;
  return `  ${name}: ${figure(ours.median)} ${unit}\n    ${beside}${promise(comparison)}`;
}

/** What machine it was. */
export function machineText(machine: Machine): string {
  const { processor, cores, memoryGiB, node, load, arithmeticMillions, readNs } = machine;
  return [
    `${processor}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, load ${load.toFixed(1)}`,
    `arithmetic ${figure(arithmeticMillions)} million steps/CPU s; a read at random: ${figure(readNs["4 MiB"])} ns in 4 MiB, ${figure(readNs["64 MiB"])} ns in 64 MiB`,
  ].join("\n");
}

const [WIDTH, LEFT, ROW, TOP, BOTTOM] = [860, 390, 24, 46, 34];

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** A chart of the ratios, on a scale of powers of ten: one bar each, with its spread and its promise. */
export function plot({ version, day, machine, comparisons }: BenchResult): string {
  const shown = comparisons.flatMap((one) =>
    one.ratio === null ? [] : [{ one, ratio: one.ratio }],
  );
  const logs = shown.flatMap(({ one, ratio }) =>
    [ratio.min, ratio.max, one.bar?.ratio ?? 1].map(Math.log10),
  );
  const [low, high] = [Math.floor(Math.min(-0.5, ...logs)), Math.ceil(Math.max(1, ...logs))];
  const right = WIDTH - 90;
  const x = (value: number) =>
    (LEFT + ((Math.log10(value) - low) / (high - low)) * (right - LEFT)).toFixed(1);
  const height = TOP + shown.length * ROW + BOTTOM;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12"><title>Ratios of poolsim to its peers</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="10" y="20" font-size="14">poolsim ${escaped(version)} beside its peers, ${escaped(day)}: how many times the peer’s figure</text>`,
    `<text x="10" y="36" fill="#555">${escaped(`${machine.processor}, ${machine.cores} cores, Node ${machine.node}; the line is the promise, the whisker the spread of the runs`)}</text>`,
  ];
  for (let power = low; power <= high; power++) {
    const at = x(10 ** power);
    parts.push(
      `<line x1="${at}" x2="${at}" y1="${TOP}" y2="${height - BOTTOM}" stroke="${power === 0 ? "#888" : "#ddd"}"/>`,
      `<text x="${at}" y="${height - BOTTOM + 16}" text-anchor="middle" fill="#555">${10 ** power} ×</text>`,
    );
  }
  for (const [index, { one, ratio }] of shown.entries()) {
    const y = TOP + index * ROW;
    const [from, to] = [Number(x(1)), Number(x(ratio.median))];
    const middle = y + ROW / 2;
    const colour = holds(one) === false ? "#c0392b" : "#2c7fb8";
    parts.push(
      `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escaped(`${one.name} : ${one.peer}`)}</text>`,
      `<rect x="${Math.min(from, to)}" y="${y + 5}" width="${Math.max(1, Math.abs(to - from)).toFixed(1)}" height="${ROW - 10}" fill="${colour}"/>`,
      `<line x1="${x(ratio.min)}" x2="${x(ratio.max)}" y1="${middle}" y2="${middle}" stroke="#222"/>`,
      `<text x="${right + 8}" y="${middle + 4}">${figure(ratio.median)} ×</text>`,
    );
    if (one.bar === null) continue;
    const bar = x(one.bar.ratio);
    parts.push(
      `<line x1="${bar}" x2="${bar}" y1="${y + 2}" y2="${y + ROW - 2}" stroke="#e67e22" stroke-width="2"/>`,
    );
  }
  return `${parts.join("\n")}\n</svg>\n`;
}
