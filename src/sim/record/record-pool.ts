/**
 * A pool's record: one run of a scenario, as the events that its orchestrators would have sent,
 * and what the run's own books say that they come to.
 */
import { InputError } from "../../core/errors.js";
import { makeKey, uniform } from "../../core/random.js";
import { paidAccount, pendingAccount } from "../../pool/index.js";
import type { SimulationInput } from "../input.js";
import { Simulation } from "../model/simulation.js";
import { compileWorld } from "../model/world/compile-world.js";
import type { WorkerSpec, World } from "../model/world/world.js";
import { type AiNode, aiRequests } from "./ai-requests.js";
import { EventRecorder, workerAddress } from "./event-recorder.js";
import {
  assertSize,
  digest,
  inOrderOfTime,
  type PoolSource,
  type RecordedEvent,
} from "./recorded-event.js";
import { withRestart } from "./restarts.js";

/** Purposes of draws. */
const PURPOSE = { recorder: 101, ai: 102, restart: 103 } as const;
/** One worker in so many does AI requests too. */
const AI_WORKERS = 4;
const DAY_MS = 86_400_000;

export interface RecordPoolOptions {
  /** Seed of all random draws. @default the scenario's */
  readonly seed?: number | undefined;
  /** When the counted time begins: ms since 1970, whole seconds. */
  readonly startMs: number;
  /**
   * Made-up AI requests per day, all nodes together; none where the scenario has AI jobs of its own.
   * @default 0
   */
  readonly aiPerDay?: number | undefined;
  /** How often each node is started again, with a new database. @default 0 */
  readonly restarts?: number | undefined;
}

/** What a worker has earned: by the run's books, and by the requests made up for it. */
export interface Earned {
  readonly worker: string;
  readonly address: string;
  readonly nodeType: "transcode" | "ai";
  readonly region: string;
  readonly feesWei: bigint;
  /** After the scenario's commission; null for AI, whose part of it is not kept apart. */
  readonly shareWei: bigint | null;
}

export interface PoolRecord {
  readonly sources: readonly PoolSource[];
  /** In order of time. */
  readonly events: readonly RecordedEvent[];
  /** Of those that have earned something. */
  readonly earned: readonly Earned[];
  /** What AI requests brought that nobody says to have received. */
  readonly unattributedWei: bigint;
  /** Face values of the tickets that won. */
  readonly incomeWei: bigint;
}

/**
 * Runs one replication and writes it down. Deterministic: same input and options, same record.
 *
 * @throws InputError (`RECORD_POOL`) if the orchestrator under study is no pool with workers;
 *   (`RECORD_SIZE`) for more than two million events; whatever compiling the scenario throws
 */
export function recordPool(input: SimulationInput, options: RecordPoolOptions): PoolRecord {
  const { seed = input.scenario.seed, startMs, aiPerDay = 0, restarts = 0 } = options;
  const world = poolWorld(input);
  const durationMs = world.endMs - world.warmupMs;
  if (world.ai !== null && aiPerDay > 0) {
    throw new InputError(
      "made-up AI requests beside a scenario's own AI jobs: expected one of them",
      {
        code: "RECORD_POOL",
      },
    );
  }
  assertSize((aiPerDay * durationMs) / DAY_MS);
  const { run, recorder, simulation, money } = recorded(world, { seed, startMs });
  const fees = feesOf(recorder, money?.workerFeesWei ?? []);
  const ai = aiRequests({
    key: makeKey(seed, PURPOSE.ai),
    run,
    startMs,
    durationMs,
    perDay: aiPerDay,
    nodes: aiNodes(world),
  });
  assertSize(recorder.events.length + ai.events.length);
  let events = inOrderOfTime([...recorder.events, ...ai.events]);
  const all = [...new Set(events.map(({ source }) => source))];
  for (const [index, source] of all.entries()) {
    const key = makeKey(seed, PURPOSE.restart, index);
    for (let restart = 0; restart < restarts; restart++) {
      const part = (restart + uniform(key.k0, key.k1, -1 - restart)) / restarts;
      const atMs = startMs + 1000 * Math.floor((part * durationMs) / 1000);
      events = withRestart(events, { run, source, atMs }, key);
    }
  }
  return {
    sources: all,
    events,
    earned: [
      ...transcodeEarned(world, simulation, fees.transcode),
      ...simulatedEarned(world, fees.ai),
      ...aiEarned(ai),
    ],
    unattributedWei: ai.unattributedWei,
    incomeWei: money?.incomeWei ?? 0n,
  };
}

/** @throws InputError (`RECORD_POOL`) where there is no pool with workers */
function poolWorld(input: SimulationInput): World {
  const world = compileWorld(input);
  if (world.workers.length > 0) return world;
  throw new InputError("expected an orchestrator with workers, which is what is recorded", {
    code: "RECORD_POOL",
  });
}

/** Runs it, and has everything written down. */
function recorded(world: World, options: TakeEventsOptions) {
  const { seed, startMs, take } = options;
  const run = digest(`${world.scenario.name} ${seed} ${startMs}`).slice(0, 8);
  const sources = sourcesWith(world, "transcode", transcodes);
  const key = makeKey(seed, PURPOSE.recorder);
  const aiSources = sourcesWith(world, "ai", ({ settings }) => settings.ai !== undefined);
  const recorder = new EventRecorder({ world, key, run, startMs, sources, aiSources, take });
  const simulation = new Simulation({ world, seed, replication: 0, listener: recorder });
  const money = simulation.run();
  recorder.begin();
  return { run, recorder, simulation, money };
}

/** What a record without AI and restarts needs. */
export interface TakeEventsOptions {
  readonly seed: number;
  /** When the counted time begins: ms since 1970, whole seconds. */
  readonly startMs: number;
  /** Is given each event, in no order. */
  readonly take?: (recorded: RecordedEvent) => void;
}

/**
 * The events of {@link recordPool}, one after the other: none is kept.
 *
 * @throws as {@link recordPool}
 */
export function takeEvents(input: SimulationInput, options: TakeEventsOptions): void {
  recorded(poolWorld(input), options);
}

/** The pool's nodes. Without names of their own they are called like the orchestrator. */
function sourcesOf(world: World, nodeType: PoolSource["nodeType"]): Map<number, PoolSource> {
  const nodes = world.orchestrators[world.pool]?.nodes ?? [];
  return new Map(
    nodes.flatMap((index) => {
      const node = world.nodes[index];
      if (node === undefined) return [];
      const { name, region } = node;
      return [[index, { name: `${name}-${nodeType}`, nodeType, region }]];
    }),
  );
}

/** Nodes that have such workers. */
function sourcesWith(
  world: World,
  nodeType: PoolSource["nodeType"],
  isOne: (worker: WorkerSpec) => boolean,
): Map<number, PoolSource> {
  const nodes = new Set(world.workers.filter(isOne).map(({ node }) => node));
  return new Map([...sourcesOf(world, nodeType)].filter(([node]) => nodes.has(node)));
}

function transcodes({ settings }: WorkerSpec): boolean {
  return settings.ai?.transcoding !== "none";
}

/** What the run's books have of each worker, by what it did. */
function feesOf({ ai }: EventRecorder, workerFeesWei: readonly bigint[]) {
  return {
    ai: ai?.feesWei ?? [],
    transcode: workerFeesWei.map((fees, worker) => fees - (ai?.paidWei[worker] ?? 0n)),
  };
}

function simulatedEarned(world: World, feesWei: readonly bigint[]): Earned[] {
  return world.workers.flatMap((worker): Earned[] => {
    const { index, name, region, node } = worker;
    const fees = feesWei[index] ?? 0n;
    if (fees === 0n) return [];
    const where = world.nodes[node]?.region ?? region;
    const address = workerAddress(worker);
    return [
      { worker: name, address, nodeType: "ai", region: where, feesWei: fees, shareWei: null },
    ];
  });
}

function aiNodes(world: World): AiNode[] {
  return [...sourcesOf(world, "ai")].flatMap(([node, source]) => {
    const here = world.workers.filter((worker) => worker.node === node);
    const workers = here.filter((_, index) => index % AI_WORKERS === 0).map(workerAddress);
    return workers.length === 0 ? [] : [{ source, workers }];
  });
}

function transcodeEarned(
  world: World,
  { money }: Simulation,
  feesWei: readonly bigint[],
): Earned[] {
  return world.workers.flatMap((worker) => {
    const { index, name, region } = worker;
    const fees = feesWei[index] ?? 0n;
    if (fees === 0n || money === null) return [];
    const pending = pendingAccount({ address: name, nodeType: "transcode", region });
    const shareWei = money.ledger.balance(pending) + money.ledger.balance(paidAccount(name));
    const address = workerAddress(worker);
    const where = world.nodes[worker.node]?.region ?? region;
    return [
      { worker: name, address, nodeType: "transcode", region: where, feesWei: fees, shareWei },
    ];
  });
}

function aiEarned({ feesWei }: ReturnType<typeof aiRequests>): Earned[] {
  return [...feesWei].flatMap(([{ nodeType, region }, byAddress]) =>
    [...byAddress].map(([address, fees]) => {
      return { worker: "", address, nodeType, region, feesWei: fees, shareWei: null };
    }),
  );
}
