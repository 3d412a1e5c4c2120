/**
 * What a scenario's settings mean for its runs, said before the first event: links that cannot carry
 * what is asked of them, warm-ups that were cut or are short, hours of the day that are drawn.
 */
import { formatDuration } from "../../../config/duration.js";
import type { SimulationInput } from "../../input.js";
import { type Device, parseDevices } from "../../network/devices.js";
import { DEFAULT_DEVICE, withOwnDevices } from "../../network/own-devices.js";
import type { Scenario } from "../../scenario/schema.js";
import { meanMbps } from "./renditions.js";
import { type StreamKind, streamKinds } from "./stream-kinds.js";
import { neededWarmUpMs, warmUpMs } from "./warm-up.js";

const DAY_MS = 86_400_000;

/** What remarks are made on. */
type Described = Pick<SimulationInput, "scenario" | "data">;

/**
 * What was not measured of how many sessions workers carry.
 *
 * @param input with a validated scenario
 */
export function capacityNotes(input: Described): string[] {
  return [...assumedNotes(input.scenario), ...extrapolationNotes(input)];
}

/**
 * Remarks on the variants of a scenario, each once.
 *
 * @param inputs with validated scenarios
 */
export function modelNotes(inputs: readonly Described[]): string[] {
  return [
    ...new Set(
      inputs.flatMap((input) => {
        const { scenario } = input;
        const kinds = streamKinds(scenario);
        return [
          ...warmUpNotes(scenario),
          ...hourNotes(scenario, kinds),
          ...workerLinkNotes(scenario, kinds),
          ...capacityNotes(input),
          ...otherLinkNotes(scenario, kinds),
        ];
      }),
    ),
  ];
}

function isRandom({ demand }: Scenario): boolean {
  return demand.concurrentStreams !== undefined || demand.streamsPerDay !== undefined;
}

function warmUpNotes(scenario: Scenario): string[] {
  if (!isRandom(scenario)) return [];
  const neededMs = neededWarmUpMs(scenario);
  const hasMs = warmUpMs(scenario);
  const needed = `4 mean residual lives of a stream, ${hours(neededMs)}`;
  if (scenario.warmup === undefined) {
    if (hasMs >= neededMs) return [];
    return [`the warm-up was cut to ${hours(hasMs)}; streams of this length ask for ${needed}`];
  }
  if (hasMs >= neededMs / 2) return [];
  return [
    `the warm-up of ${formatDuration(hasMs)} is less than half of ${needed}: many streams are counted whose sessions began with the run`,
  ];
}

function hourNotes({ duration }: Scenario, kinds: readonly StreamKind[]): string[] {
  const varies = kinds.some(({ hourly }) => hourly.some((factor) => factor !== hourly[0]));
  if (!varies || duration % DAY_MS === 0) return [];
  return [
    `${formatDuration(duration)} are no whole number of days: each replication begins at an hour of the day that is drawn, the same in all variants`,
  ];
}

/** Mean bandwidth of a stream: its source, and its renditions. */
function streamMbps({ stream }: Scenario, kinds: readonly StreamKind[]) {
  const shares = kinds.reduce((sum, { share }) => sum + share, 0);
  const out = kinds.reduce((sum, { share, renditions }) => sum + share * meanMbps(renditions), 0);
  return { sourceMbps: stream.sourceMbps, outMbps: shares === 0 ? 0 : out / shares };
}

function workerLinkNotes(scenario: Scenario, kinds: readonly StreamKind[]): string[] {
  const { sourceMbps, outMbps } = streamMbps(scenario, kinds);
  return scenario.workers.flatMap((worker) => {
    const { name, maxSessions, uploadMbps, downloadMbps } = worker;
    if (worker.roundTripMs !== undefined) return [];
    const links = [
      { what: "upload", eachMbps: outMbps, hasMbps: uploadMbps },
      { what: "download", eachMbps: sourceMbps, hasMbps: downloadMbps },
    ];
    return links.flatMap(({ what, eachMbps, hasMbps }) => {
      const needsMbps = maxSessions * eachMbps;
      if (needsMbps <= hasMbps) return [];
      const ignored = scenario.assumptions.shareBandwidth
        ? ""
        : ", which assumptions.shareBandwidth: false ignores";
      return [
        `worker ${name}: its ${maxSessions} sessions need ${mbps(needsMbps)} of ${what} and it has ${mbps(hasMbps)}, enough for ${Math.floor(hasMbps / eachMbps)}${ignored}`,
      ];
    });
  });
}

const NAMED_MAX = 4;

/** Workers of which only the time of one segment alone is known. */
function assumedNotes({ workers }: Scenario): string[] {
  const names = workers
    .filter(
      ({ roundTripMs, device, slowdown, maxSessions }) =>
        roundTripMs !== undefined &&
        device === undefined &&
        slowdown === undefined &&
        maxSessions > 1,
    )
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const more = names.length - NAMED_MAX;
  const named = `${names.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return [
    `the capacity of ${named} is assumed: with roundTripMs alone a worker is as fast at all its sessions as at one (device or slowdown says how much slower)`,
  ];
}

/** Workers with more sessions than their slow-down reaches, or that of their device. */
function extrapolationNotes({ scenario, data }: Described): string[] {
  // Read where a device is named: many scenarios have round trips only.
  let read: ReadonlyMap<string, Device> | undefined;
  const deviceOf = (name: string) => {
    read ??= withOwnDevices(parseDevices(data.devices), scenario.devices);
    return read.get(name);
  };
  return scenario.workers.flatMap(({ name, maxSessions, slowdown, device, roundTripMs }) => {
    const own = slowdown === undefined ? undefined : Object.keys(slowdown).map(Number);
    const known = device ?? (roundTripMs === undefined ? DEFAULT_DEVICE : undefined);
    const points =
      known === undefined ? [] : (deviceOf(known)?.slowdown.map(({ segments }) => segments) ?? []);
    const reached = own ?? points;
    const last = Math.max(1, ...reached);
    if (reached.length === 0 || last >= maxSessions) return [];
    return [
      `worker ${name}: beyond ${last} at a time its slow-down is extrapolated in proportion, and it has ${maxSessions} sessions`,
    ];
  });
}

/** Links of gateways and of the orchestrator, whose transfers do not share them. */
function otherLinkNotes(scenario: Scenario, kinds: readonly StreamKind[]): string[] {
  const { sourceMbps, outMbps } = streamMbps(scenario, kinds);
  const notes: string[] = [];
  const { orchestrator, workers, gateway, gateways } = scenario;
  if (orchestrator?.backend.type === "pool") {
    const offered = workers.reduce((sum, worker) => sum + worker.count * worker.maxSessions, 0);
    const { maxSessions = "auto" } = orchestrator;
    const sessions = maxSessions === "auto" ? offered : Math.min(offered, maxSessions);
    const nodes = orchestrator.topology.nodes?.length ?? 1;
    // Each way: the source in and on to the worker, the renditions in and on to the gateway.
    const needsMbps = (sessions / nodes) * (sourceMbps + outMbps);
    if (isRandom(scenario) && needsMbps > orchestrator.bandwidthMbps) {
      notes.push(
        `orchestrator ${orchestrator.name}: ${Math.round(sessions / nodes)} sessions need ${mbps(needsMbps)} each way and it has ${mbps(orchestrator.bandwidthMbps)}; the model does not share that link`,
      );
    }
  }
  for (const [index, { atATime, renditions }] of kinds.entries()) {
    const own = gateways?.[index];
    const hasMbps = own?.bandwidthMbps ?? gateway.bandwidthMbps;
    const needsMbps = atATime * Math.max(sourceMbps, meanMbps(renditions));
    if (needsMbps <= hasMbps) continue;
    const name = own?.name ?? own?.region ?? gateway.region;
    const who = name === undefined ? `gateway ${index + 1}` : `gateway ${name}`;
    notes.push(
      `${who}: ${Math.round(atATime)} streams at a time need ${mbps(needsMbps)} and it has ${mbps(hasMbps)}; the model does not share that link`,
    );
  }
  return notes;
}

function mbps(value: number): string {
  return `${Number(value.toPrecision(3))} Mbit/s`;
}

function hours(ms: number): string {
  return `${Number((ms / 3_600_000).toPrecision(3))} h`;
}
