/**
 * The pool of one region alone, as a scenario: whatever streams came to it come again, and go
 * elsewhere when the pool loses or refuses them. How gateways choose plays no part any more.
 */
import { normalQuantile, type RandomKey, uniform } from "../../core/random.js";
import type { PastStreams } from "../calibrate/past-demand.js";
import type { Figure, WorkerFit } from "../calibrate/worker-fit.js";
import type { RecordedWorker, SimulationInput } from "../input.js";
import { addressOf } from "../network/made-address.js";
import { workerNames } from "../scenario/cross-checks.js";
import { type Scenario, scenarioSchema } from "../scenario/schema.js";

/** Nobody's session began earlier than this before the record, ms: the run's warm-up. */
export const LEAD_MS = 120_000;
/** Its name is one that no orchestrator of a user has by chance. */
const ELSEWHERE = "elsewhere-than-the-pool";

/** A worker of the scenario. */
export interface NamedWorker {
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  /** Where its node is: the region that events name. */
  readonly region: string;
}

/** Single workers of a scenario, with the addresses that their fees go to. */
export function namedWorkers({ workers, orchestrator }: Scenario): readonly NamedWorker[] {
  const nodes = orchestrator?.topology.nodes ?? [];
  return workers.flatMap((settings) => {
    const node = nodes.find(({ name }) => name === settings.node) ?? nodes[0];
    const region = node?.region ?? orchestrator?.region ?? "";
    return workerNames(settings).map((name) => ({
      name,
      kind: settings.name,
      address: settings.address?.toLowerCase() ?? addressOf(name),
      region,
    }));
  });
}

/**
 * What the calibration of a worker's past says of it, as settings.
 *
 * @param of what a figure is taken to be: its value, or one that it may as well be
 */
export function fittedSettings(
  fit: WorkerFit,
  of: (figure: Figure) => number = ({ value }) => value,
): RecordedWorker["settings"] {
  const { aloneMs, noiseCv, sessionCv, curve, spells } = fit;
  const points = curve.filter(({ atATime }) => atATime > 1);
  return {
    roundTripMs: of(aloneMs),
    roundTripCv: noiseCv === null ? 0 : of(noiseCv),
    sessionCv: sessionCv === null ? 0 : of(sessionCv),
    device: undefined,
    slowdown:
      points.length === 0
        ? undefined
        : Object.fromEntries(
            // One that may as well be none is not drawn: it could only come out larger.
            points.map(({ atATime, factor }) => [
              String(atATime),
              Math.max(1, factor.low > 1 ? of(factor) : factor.value),
            ]),
          ),
    slowSpells:
      spells === null
        ? { length: 0 }
        : { every: of(spells.every), length: of(spells.length), extra: of(spells.extra) },
    // Whatever became of it is in the recorded sessions and absences.
    errorProbability: 0,
    hangProbability: 0,
  };
}

/** Standard normal, of the ends of an interval of 95 %. */
const END_95 = 1.96;

/**
 * The input of one replication: its workers as they may have been, as their figures are only known within
 * intervals. The past was one draw with the true figures, so that is how far it may lie from a replay.
 *
 * @param fits of workers by name, in an order that stays
 * @param key of the replication
 */
export function withDrawnWorkers(
  input: SimulationInput,
  fits: ReadonlyMap<string, WorkerFit>,
  key: RandomKey,
): SimulationInput {
  const recorded: Record<string, RecordedWorker> = { ...input.recorded };
  let index = 0;
  const draw = ({ value, low, high }: Figure): number => {
    const z = normalQuantile(uniform(key.k0, key.k1, index++));
    // Figures are above 0, and so are those that they may be.
    const isKnown = value > 0 && low > 0 && Number.isFinite(high);
    return isKnown ? value * (high / low) ** (z / (2 * END_95)) : value;
  };
  for (const [name, fit] of fits) {
    const known = recorded[name];
    if (known === undefined) continue;
    // What a worker loses by chance was fitted to what it lost, and is not drawn.
    const { errorProbability = 0, hangProbability = 0 } = known.settings;
    const settings = { ...fittedSettings(fit, draw), errorProbability, hangProbability };
    recorded[name] = { ...known, settings };
  }
  return { ...input, recorded };
}

/**
 * The scenario in which a region's past is played.
 *
 * @param options.durationMs of the record
 */
export function regionScenario(
  scenario: Scenario,
  options: {
    readonly region: string;
    readonly durationMs: number;
    readonly streams: PastStreams;
  },
): Scenario {
  const { region, durationMs, streams } = options;
  const { orchestrator, gateway, gateways, workers } = scenario;
  const own = new Set(
    namedWorkers(scenario)
      .filter((worker) => worker.region === region)
      .map(({ kind }) => kind),
  );
  const { orchestrators } = scenarioSchema.parse({
    name: ELSEWHERE,
    orchestrators: [
      {
        name: ELSEWHERE,
        region,
        stakeLpt: 0,
        backend: { type: "measured", roundTripMs: 1, slowSpells: { length: "0s" } },
      },
    ],
  });
  // The pool while it can be had, by its stake alone (L-13).
  const choice = {
    selection: "probability",
    selectStakeWeight: 1,
    selectPriceWeight: 0,
    selectRandFreq: 0,
    minPerfScore: 0,
    orchBlocklist: [],
    extraNodes: 0,
    onchain: true,
    source: "onchain" as const,
    maxPricePerUnit: "0/1",
    orchestrators: undefined,
  };
  return {
    ...scenario,
    duration: durationMs,
    warmup: LEAD_MS,
    network: { ...scenario.network, limit: 0 },
    gateway: { ...gateway, ...choice },
    gateways: gateways?.map((one) => ({ ...one, ...choice })),
    demand: { hourly: "flat", arrivals: [] },
    stream: {
      ...scenario.stream,
      segmentMs: streams.segmentMs,
      segmentCv: streams.segmentCv,
      leaveOnFailure: false,
    },
    orchestrator:
      orchestrator === undefined
        ? undefined
        : {
            ...orchestrator,
            region,
            stakeLpt: 1,
            stakeShare: undefined,
            availability: 1,
            topology: { ...orchestrator.topology, nodes: undefined },
          },
    orchestrators,
    workers: workers
      .filter(({ name }) => own.has(name))
      .map((worker) => ({ ...worker, node: undefined })),
    tester: undefined,
    tickets: { ...scenario.tickets, enabled: false },
    // What failed by chance is not in the record: its sessions are as long as they were.
    assumptions: { ...scenario.assumptions, segmentFailure: 0 },
    events: {},
    variants: {},
    decision: undefined,
    sweep: undefined,
    expect: [],
  };
}

/** The input of a run, with the streams of one replication. */
export function withArrivals(
  input: SimulationInput,
  arrivals: NonNullable<Scenario["demand"]["arrivals"]>,
): SimulationInput {
  const { scenario } = input;
  return { ...input, scenario: { ...scenario, demand: { ...scenario.demand, arrivals } } };
}
