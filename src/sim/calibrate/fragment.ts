/** From fits to YAML: a scenario of a pool with these workers, or their part of one. */
import type { Figure, WorkerFit } from "./worker-fit.js";

/** Where the pool is, and how much stake it has, for a whole scenario. */
export interface PoolPlace {
  readonly name: string;
  readonly region: string;
  readonly stakeShare: number;
}

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
export function workerName({ worker }: WorkerFit): string {
  return nameOf(worker);
}

function isAddress(worker: string): boolean {
  return /^0x[0-9a-fA-F]{40}$/.test(worker);
}

/** The slow-down as a scenario writes it; what is measured at one number alone has none. */
function slowdownText({ curve }: WorkerFit): string {
  const points = curve.filter(({ atATime }) => atATime > 1);
  return `{ ${points.map(({ atATime, factor }) => `${atATime}: ${Math.max(1, rounded(factor.value))}`).join(", ")} }`;
}

function deviceLines(fit: WorkerFit): string[] {
  const { pixelsPerSecond, warmupMs, noiseCv } = fit;
  if (pixelsPerSecond === null) return [];
  return [
    `  ${workerName(fit)}:`,
    `    pixelsPerSecond: ${rounded(pixelsPerSecond.value)} # ${interval(pixelsPerSecond)}`,
    `    warmupMs: ${rounded(warmupMs?.value ?? 0)}`,
    `    noiseCv: ${rounded(noiseCv?.value ?? 0)}`,
    ...(fit.curve.length < 2 ? [] : [`    slowdown: ${slowdownText(fit)}`]),
  ];
}

function timeLines(fit: WorkerFit): string[] {
  const { aloneMs, noiseCv, sessionCv, curve } = fit;
  return [
    `    roundTripMs: ${rounded(aloneMs.value)} # ${interval(aloneMs)}`,
    ...(noiseCv === null
      ? []
      : [`    roundTripCv: ${rounded(noiseCv.value)} # ${interval(noiseCv)}`]),
    ...(sessionCv === null
      ? []
      : [`    sessionCv: ${rounded(sessionCv.value)} # ${interval(sessionCv)}`]),
    ...(curve.length < 2 ? [] : [`    slowdown: ${slowdownText(fit)}`]),
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

function uptimeLines({ uptime, errors, span: known }: WorkerFit): string[] {
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
  ];
}

function workerLines(fit: WorkerFit): string[] {
  const { worker, sessionsMax, isDevice } = fit;
  return [
    `  - name: ${JSON.stringify(workerName(fit))}`,
    ...(isAddress(worker) ? [`    address: "${worker}"`] : []),
    `    maxSessions: ${sessionsMax} # the most that were measured: beyond it, times are extrapolated`,
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

/**
 * The part of a scenario that describes workers.
 *
 * @param fits one for each worker, of different names
 */
export function workersFragment(fits: readonly WorkerFit[]): string {
  const devices = fits.filter(({ isDevice }) => isDevice).flatMap(deviceLines);
  const lines = [
    ...(devices.length === 0 ? [] : ["devices:", ...devices]),
    "workers:",
    ...fits.flatMap(workerLines),
  ];
  return `${lines.join("\n")}\n`;
}

/** A whole scenario with these workers, to run or to ask for advice on. */
export function scenarioOf(fits: readonly WorkerFit[], place: PoolPlace): string {
  const { name, region, stakeShare } = place;
  return [
    "# Made by poolsim calibrate: what was measured, with intervals of 95 %.",
    `name: ${JSON.stringify(nameOf(name))}`,
    "demand: { concurrentStreams: 100 } # assumed: demand.calibrateTo fits it to what you see",
    `orchestrator: { name: pool, region: ${region}, stakeShare: ${stakeShare}, maxSessions: auto }`,
    workersFragment(fits),
  ].join("\n");
}
