/** From fits to YAML: a scenario of a pool with these workers, or their part of one. */

import { counted } from "../../core/wording.js";
import type { AIPast } from "./ai/ai-events.js";
import type { AIWorkerFit } from "./ai/ai-fit.js";
import { demandLines, hasKnownModel, pricesFlow, workerAILines } from "./ai/ai-fragment.js";
import type { PastDemand } from "./past-demand.js";
import type { Figure, WorkerFit } from "./worker-fit.js";

/** Where the pool is, and how much stake it has, for a whole scenario. */
export interface PoolPlace {
  readonly name: string;
  readonly region: string;
  readonly stakeShare: number;
}

/** What nodes take by default (O-6). */
const NODE_SESSIONS = 10;

/** Three significant digits: no interval of a calibration is narrower. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function span(ms: number): string {
  return `${Math.max(1, Math.round(ms / 1000))}s`;
}

/** `(95 %: 310 to 330)`. */
function interval({ low, high }: Figure): string {
  const end = (value: number) => (Number.isFinite(value) ? String(rounded(value)) : "anything");
  return `95 %: ${end(low)} to ${end(high)}`;
}

/** A name that scenarios take: addresses as they are, everything else made fit. */
function nameOf(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9_-]/g, "-").slice(0, 60);
  return /^[A-Za-z0-9]/.test(name) ? name : `w${name}`;
}

/** What a worker is called in a scenario. */
export function workerName({ worker }: Pick<WorkerFit, "worker">): string {
  return nameOf(worker);
}

function isAddress(worker: string): boolean {
  return /^0x[0-9a-fA-F]{40}$/.test(worker);
}

/** A slow-down below it that may as well be none is taken for none. */
const SLOWER_MIN = 1.1;

/** Whether there is a slow-down to write: what is measured at one number alone has none. */
function isSlowed({ curve }: WorkerFit): boolean {
  const points = curve.filter(({ atATime }) => atATime > 1);
  return points.some(({ factor: { value, low } }) => value >= SLOWER_MIN || low > 1);
}

function slowdownText({ curve }: WorkerFit): string {
  const points = curve.filter(({ atATime }) => atATime > 1);
  return `{ ${points.map(({ atATime, factor }) => `${atATime}: ${Math.max(1, rounded(factor.value))}`).join(", ")} }`;
}

/** The bounds of what a scenario takes; the report says of what is beyond them that it is odd. */
const TIME_MS: readonly [number, number] = [1, 600_000];
const CV_MAX = 5;

function bounded(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, rounded(value)));
}

function cvText({ value }: Figure): number {
  return bounded(value, [0, CV_MAX]);
}

function deviceLines(fit: WorkerFit): string[] {
  const { pixelsPerSecond, warmupMs, noiseCv } = fit;
  if (pixelsPerSecond === null) return [];
  return [
    `  ${workerName(fit)}:`,
    `    pixelsPerSecond: ${rounded(pixelsPerSecond.value)} # ${interval(pixelsPerSecond)}`,
    `    warmupMs: ${rounded(warmupMs?.value ?? 0)}`,
    `    noiseCv: ${noiseCv === null ? 0 : cvText(noiseCv)}`,
    ...(isSlowed(fit) ? [`    slowdown: ${slowdownText(fit)}`] : []),
  ];
}

function timeLines(fit: WorkerFit): string[] {
  const { aloneMs, noiseCv, sessionCv, span: known } = fit;
  return [
    `    roundTripMs: ${bounded(aloneMs.value, TIME_MS)} # ${interval(aloneMs)}`,
    ...(noiseCv === null ? [] : [`    roundTripCv: ${cvText(noiseCv)} # ${interval(noiseCv)}`]),
    ...(sessionCv === null
      ? known === null || noiseCv === null
        ? []
        : ["    sessionCv: 0 # not told apart: roundTripCv holds what lies between sessions"]
      : [`    sessionCv: ${cvText(sessionCv)} # ${interval(sessionCv)}`]),
    ...(isSlowed(fit) ? [`    slowdown: ${slowdownText(fit)}`] : []),
  ];
}

function spellLines({ spells, span: known }: WorkerFit): string[] {
  // What cannot show spells leaves them to the assumptions.
  if (known === null) return [];
  if (spells === null) return ["    slowSpells: { length: 0s } # none were seen"];
  const { every, length, extra } = spells;
  return [
    `    slowSpells: { every: ${span(every.value)}, length: ${span(length.value)}, extra: ${rounded(extra.value)} } # ${spells.count} were seen`,
  ];
}

function uptimeLines({ uptime, errors, losses, span: known }: WorkerFit): string[] {
  const { upMs = null, downMs = null } = uptime ?? {};
  return [
    ...(upMs === null || downMs === null
      ? []
      : [
          `    up: ${span(upMs.value)} # ${uptime?.disconnects} disconnects`,
          `    down: ${span(downMs.value)}`,
        ]),
    ...(errors === null || errors.value === 0
      ? []
      : [
          `    ${known === null ? "errorProbability" : "hangProbability"}: ${rounded(errors.value)} # ${interval(errors)}`,
        ]),
    ...(losses === null
      ? []
      : [
          `    errorProbability: ${rounded(losses)} # or more: its sessions end sooner than the others'`,
        ]),
  ];
}

function sessionsLine({ sessions, sessionsMax }: WorkerFit): string {
  const why =
    sessions > sessionsMax
      ? `assumed: ${sessionsMax} at most were seen, and it was never held at that`
      : "the most that were measured: beyond it, times are extrapolated";
  return `    maxSessions: ${sessions} # ${why}`;
}

function workerLines(fit: WorkerFit): string[] {
  const { worker, isDevice } = fit;
  return [
    `  - name: ${JSON.stringify(workerName(fit))}`,
    ...(isAddress(worker) ? [`    address: "${worker}"`] : []),
    sessionsLine(fit),
    ...(isDevice
      ? [
          `    device: ${JSON.stringify(workerName(fit))}`,
          "    # downloadMbps, uploadMbps: a bench does not measure them",
        ]
      : timeLines(fit)),
    ...spellLines(fit),
    ...uptimeLines(fit),
  ];
}

/** A worker that was seen with AI jobs alone. */
function aiWorkerLines(fit: AIWorkerFit): string[] {
  const { address } = fit;
  return [
    `  - name: ${JSON.stringify(workerName(fit))}`,
    ...(isAddress(address) ? [`    address: "${address}"`] : []),
    ...workerAILines(fit, false),
  ];
}

/**
 * The part of a scenario that describes workers.
 *
 * @param fits one for each worker, of different names
 * @param ai what is known of AI jobs of the same ones, and of others
 */
export function workersFragment(
  fits: readonly WorkerFit[],
  ai: readonly AIWorkerFit[] = [],
): string {
  const devices = fits.filter(({ isDevice }) => isDevice).flatMap(deviceLines);
  const aiOf = new Map(ai.map((fit) => [fit.worker, fit]));
  const names = new Set(fits.map(({ worker }) => worker));
  const lines = [
    ...(devices.length === 0 ? [] : ["devices:", ...devices]),
    "workers:",
    ...fits.flatMap((fit) => {
      const own = aiOf.get(fit.worker);
      return own === undefined
        ? workerLines(fit)
        : [...workerLines(fit), ...workerAILines(own, true)];
    }),
    ...ai.filter((fit) => !names.has(fit.worker) && hasKnownModel(fit)).flatMap(aiWorkerLines),
  ];
  return `${lines.join("\n")}\n`;
}

/** What else a scenario with AI workers says. */
export interface CalibratedAI {
  readonly fits: readonly AIWorkerFit[];
  readonly past: AIPast;
}

/** What is known besides the workers. */
export interface CalibratedPast {
  readonly ai: CalibratedAI;
  /** What came to the pool; null: no segments. */
  readonly demand: PastDemand | null;
}

/** A scenario's segments are no shorter. */
const SEGMENT_MIN_MS = 100;
/** Streams at a time in the whole network, where nothing tells how many. */
const STREAMS = 100;

function streamLines(demand: PastDemand | null, stakeShare: number): string[] {
  if (demand === null) {
    return [
      `demand: { concurrentStreams: ${STREAMS} } # assumed: demand.calibrateTo fits it to what you see`,
    ];
  }
  const { segmentMs, segmentCv, segmentsPerDay, streams } = demand;
  const isKnown = segmentMs >= SEGMENT_MIN_MS;
  // Where the search begins: as if choices were by stake alone.
  const guess = isKnown ? rounded(Math.max(1, streams / stakeShare)) : STREAMS;
  return [
    "demand: # of the whole network, so much that the pool has as many segments as it had",
    `  concurrentStreams: ${guess}`,
    `  calibrateTo: { segmentsPerDay: ${rounded(segmentsPerDay)} }`,
    ...(isKnown
      ? [`stream: { segmentMs: ${rounded(segmentMs)}, segmentCv: ${rounded(segmentCv)} }`]
      : ["# stream: no event says how long its segment lasts"]),
  ];
}

/** An interval that reaches so many times as far as its figure, or to so small a part of it, tells hardly anything. */
const VAGUE = 2;
const NAMED_MAX = 3;
/** A scenario's notes are no longer, whatever workers are called. */
const NOTE_MAX = 1000;

function isVague({ aloneMs: { value, low, high } }: WorkerFit): boolean {
  return low * VAGUE < value || high > value * VAGUE;
}

function namedText(texts: readonly string[]): string {
  const left = texts.length - NAMED_MAX;
  const named = texts.slice(0, NAMED_MAX).join(", ");
  return left > 0 ? `${named} and ${counted(left, "more worker")} likewise` : named;
}

/** What every answer about these workers is to say: what was hardly measured, and what cannot be right. */
function doubts(fits: readonly WorkerFit[]): string[] {
  const vague = fits.filter(isVague).map(({ worker, aloneMs, segments }) => {
    const { value, low, high } = aloneMs;
    const most = Number.isFinite(high) ? `${rounded(high)} ms` : "anything";
    return `${worker} ${rounded(value)} ms (95 %: ${rounded(low)} ms to ${most}, of ${counted(segments, "segment")})`;
  });
  const odd = new Map<string, string[]>();
  for (const { worker, notes } of fits) {
    for (const note of notes.filter((text) => text.startsWith("odd:"))) {
      odd.set(note, [...(odd.get(note) ?? []), worker]);
    }
  }
  return [
    ...(vague.length === 0
      ? []
      : [
          `answers may be wrong, as they take for certain what was hardly measured: a segment alone takes ${namedText(vague)}`,
        ]),
    ...[...odd]
      .slice(0, NAMED_MAX)
      .map(([note, of]) => `${note} (measurements of ${namedText(of)})`),
  ];
}

/** A whole scenario with these workers, to run or to ask for advice on. */
export function scenarioOf(
  fits: readonly WorkerFit[],
  place: PoolPlace,
  past: CalibratedPast | null = null,
): string {
  const { name, region, stakeShare } = place;
  const ai = past?.ai ?? null;
  const notes = doubts(fits);
  const hasAI = ai?.fits.some(hasKnownModel) === true;
  // By its workers' sessions a node with AI workers alone would have no room for anybody (G-7).
  const sessions = fits.length === 0 ? NODE_SESSIONS : "auto";
  const prices = ai !== null && hasAI ? `, ai: ${pricesFlow(ai.fits)}` : "";
  return [
    "# Made by poolsim calibrate: what was measured, with intervals of 95 %.",
    `name: ${JSON.stringify(nameOf(name))}`,
    ...(notes.length === 0
      ? []
      : ["notes:", ...notes.map((text) => `  - ${JSON.stringify(text.slice(0, NOTE_MAX))}`)]),
    ...(fits.length === 0
      ? ["demand: { concurrentStreams: 0 }"]
      : streamLines(past?.demand ?? null, stakeShare)),
    ...(ai !== null && hasAI ? demandLines(ai.fits, ai.past) : []),
    `orchestrator: { name: pool, region: ${region}, stakeShare: ${stakeShare}, maxSessions: ${sessions}${prices} }`,
    workersFragment(fits, ai?.fits),
  ].join("\n");
}
