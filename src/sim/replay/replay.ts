/**
 * A pool's past, played again: first under its own rule, which must come to what the books say, then
 * under another one. The streams are those of the books, at their times, and workers are as fast, as
 * slow and as often away as they were; who gets which stream, and what becomes of it, is simulated.
 */
import { InputError } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { calibrateWorkers } from "../calibrate/calibrate-workers.js";
import { absencesOf } from "../calibrate/fits/absences.js";
import { sessionsOf } from "../calibrate/fits/sessions.js";
import { pastStreams } from "../calibrate/past-demand.js";
import type { PoolPast, WorkerPast } from "../calibrate/readers/pool-events.js";
import type { WorkerFit } from "../calibrate/worker-fit.js";
import type { RecordedWorker, SimulationInput } from "../input.js";
import { compileWorld } from "../model/world/compile-world.js";
import { streamKinds } from "../model/world/stream-kinds.js";
import type { Scenario } from "../scenario/schema.js";
import { simulate } from "../simulate.js";
import { aiNotes } from "./ai-notes.js";
import { handedOn } from "./handed-on.js";
import { holeNotes } from "./holes.js";
import { lostOf } from "./lost-sessions.js";
import { arrivalsOf, type Part, workersKey } from "./part.js";
import {
  fittedSettings,
  LEAD_MS,
  type NamedWorker,
  namedWorkers,
  regionScenario,
  withArrivals,
  withDrawnWorkers,
} from "./replay-scenario.js";
import { isVague, type Played, type Totals, WorkerTotals } from "./totals.js";

const DAY_MS = 86_400_000;
const NAMED_MAX = 3;

/** What the books say that a worker has earned, wei, by `<address> <region>`. */
export type Earnings = ReadonlyMap<string, bigint>;

/** A past and the scenarios to play it in. */
export interface ReplayOptions {
  readonly past: PoolPast;
  readonly earnings: Earnings;
  /** The pool as it was. */
  readonly own: SimulationInput;
  /** The pool under another rule; null: only its own. */
  readonly other: SimulationInput | null;
  readonly seed: number;
  readonly replications: number;
}

/** What came of it. */
export interface Replay {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sessions: number;
  /** Of them, those that the pool lost: how long they would have gone on is drawn. */
  readonly lostSessions: number;
  readonly workers: readonly Totals[];
  readonly pool: Totals;
  readonly notes: readonly string[];
}

/**
 * Plays a past again.
 *
 * @throws InputError (`REPLAY_INPUT`) where books and scenario do not fit together
 */
export function replay(options: ReplayOptions): Replay {
  const { past, earnings, own, other, seed, replications } = options;
  const fromMs = Math.floor(past.fromMs / 1000) * 1000;
  const durationMs = past.toMs - fromMs + 1000;
  const known = namedWorkers(own.scenario);
  const notes: string[] = [];
  const pasts = past.workers.filter((worker) => nameOf(worker, known) !== undefined);
  const strangers = past.workers.filter((worker) => !pasts.includes(worker));
  if (pasts.length === 0) {
    const found = past.workers.map(({ address }) => address).slice(0, NAMED_MAX);
    const text =
      found.length === 0
        ? "the books have no segment that a worker has delivered"
        : `no worker of the scenario has worked in these books: expected addresses such as ${found.join(", ")}`;
    throw new InputError(text, { code: "REPLAY_INPUT" });
  }
  if (strangers.length > 0) {
    const segments = strangers.reduce(
      (sum, { jobs, lostAtMs }) => sum + jobs.length + lostAtMs.length,
      0,
    );
    notes.push(
      `left out: ${counted(segments, "segment")} of ${counted(strangers.length, "worker")} that the scenario does not have (${strangers
        .slice(0, NAMED_MAX)
        .map(({ address, region }) => `${address} in ${region}`)
        .join(", ")})`,
    );
  }
  notes.push(...aiNotes(past.ai, known));
  const { workers: fits } = calibrateWorkers([], { ...past, workers: pasts });
  const regions = [...new Set(pasts.map(({ region }) => region))].sort();
  const parts = regions.map((region) =>
    partOf({
      region,
      pasts: pasts.filter((one) => one.region === region),
      fits,
      own,
      other,
      fromMs,
      durationMs,
    }),
  );
  notes.push(...holeNotes(parts.flatMap(({ streams }) => streams)));
  const totals = new Map<string, WorkerTotals>();
  for (const { name, address, region } of known) {
    const mine = pasts.find((one) => one.address === address && one.region === region);
    if (!regions.includes(region)) continue;
    const segments = mine === undefined ? 0 : mine.jobs.length + mine.lostAtMs.length;
    const feesWei = mine === undefined ? 0n : (earnings.get(`${address} ${region}`) ?? 0n);
    totals.set(name, new WorkerTotals({ name, address, segments, feesWei }));
    if (mine === undefined) notes.push(`${name} has delivered nothing: it is as the scenario says`);
  }
  const whole = WorkerTotals.ofAll([...totals.values()]);
  const days = durationMs / DAY_MS;
  const lost = parts.map((part) => lostOf(part, fromMs, seed));
  for (let replication = 0; replication < replications; replication++) {
    const sums = { own: new Map<string, Played>(), other: new Map<string, Played>() };
    for (const { part, streams } of lost) {
      const arrivals = arrivalsOf(part, streams, fromMs, seed, replication);
      const key = workersKey(part, seed, replication);
      const drawn = (input: SimulationInput) => withDrawnWorkers(input, part.fits, key);
      play(drawn(part.own), arrivals, { seed, replication, days }, sums.own);
      if (part.other !== null) {
        play(drawn(part.other), arrivals, { seed, replication, days }, sums.other);
      }
    }
    for (const [name, worker] of totals) {
      worker.add(
        sums.own.get(name) ?? NOTHING,
        other === null ? null : (sums.other.get(name) ?? NOTHING),
      );
    }
    whole.add(sumOf(sums.own), other === null ? null : sumOf(sums.other));
  }
  const workers = [...totals.values()].map((worker) => worker.result(whole.feesScale()));
  const vague = workers.filter(({ segments }) => isVague(segments)).map(({ name }) => name);
  if (vague.length > 0) {
    notes.push(
      `too little is known of ${named(vague)}: the interval is wider than twice what was done, so that it says nothing that the past lies within it`,
    );
  }
  return {
    fromMs,
    toMs: fromMs + durationMs,
    sessions: parts.reduce((sum, { streams }) => sum + streams.length, 0),
    lostSessions: lost.reduce((sum, { streams }) => sum + streams.size, 0),
    workers,
    pool: whole.result(whole.feesScale()),
    notes,
  };
}

function named(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  const text = names.slice(0, NAMED_MAX).join(", ");
  return more > 0 ? `${text} and ${more} more` : text;
}

const NOTHING: Played = { segments: 0, feesEth: 0 };

function sumOf(all: ReadonlyMap<string, Played>): Played {
  let [segments, feesEth] = [0, 0];
  for (const one of all.values()) {
    segments += one.segments;
    feesEth += one.feesEth;
  }
  return { segments, feesEth };
}

function play(
  input: SimulationInput,
  arrivals: NonNullable<Scenario["demand"]["arrivals"]>,
  { seed, replication, days }: { seed: number; replication: number; days: number },
  into: Map<string, Played>,
): void {
  const { metrics, workers } = simulate(withArrivals(input, arrivals), { seed, replication });
  for (const name of workers) {
    into.set(name, {
      segments: metrics[`worker.${name}.segments`] ?? 0,
      feesEth: (metrics[`worker.${name}.feesEthPerDay`] ?? 0) * days,
    });
  }
}

function nameOf(
  { address, region }: WorkerPast,
  known: readonly NamedWorker[],
): string | undefined {
  const found = known.filter((one) => one.address === address && one.region === region);
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    const text = `${first.name} and ${second.name} share the address ${address}: books cannot tell them apart`;
    throw new InputError(text, { code: "REPLAY_INPUT" });
  }
  return first?.name;
}

function partOf(options: {
  readonly region: string;
  readonly pasts: readonly WorkerPast[];
  readonly fits: readonly WorkerFit[];
  readonly own: SimulationInput;
  readonly other: SimulationInput | null;
  readonly fromMs: number;
  readonly durationMs: number;
}): Part {
  const { region, pasts, fits, own, other, fromMs, durationMs } = options;
  const known = namedWorkers(own.scenario);
  const recorded: Record<string, RecordedWorker> = {};
  const fitted = new Map<string, WorkerFit>();
  for (const one of pasts) {
    const fit = fits.find(
      ({ worker }) => worker === one.address || worker === `${one.address}-${region}`,
    );
    const name = nameOf(one, known) ?? "";
    if (fit !== undefined) fitted.set(name, fit);
    recorded[name] = {
      settings: fit === undefined ? {} : fittedSettings(fit),
      absences: absencesOf(one.comings, fromMs, one.jobs).map((absence) => ({
        fromMs: absence.fromMs <= fromMs ? 0 : absence.fromMs - fromMs + LEAD_MS,
        toMs: absence.toMs - fromMs + LEAD_MS,
      })),
    };
  }
  const streams = pastStreams(pasts);
  const inputOf = (input: SimulationInput): SimulationInput => ({
    ...input,
    scenario: regionScenario(input.scenario, { region, durationMs, streams }),
    recorded,
  });
  const played = inputOf(own);
  const sessions = pasts.flatMap((one) => {
    const leftMs = absencesOf(one.comings, fromMs, one.jobs).map((absence) => absence.fromMs);
    const worker = nameOf(one, known) ?? "";
    return sessionsOf(one.jobs, leftMs).map((session) => ({ ...session, worker }));
  });
  const kinds = streamKinds(own.scenario);
  return {
    region,
    pasts,
    own: played,
    other: other === null ? null : inputOf(other),
    fits: fitted,
    sessions,
    streams: handedOn(sessions),
    gateways: compileWorld(played).gateways.map(({ name }, index) => ({
      name,
      share: kinds[index]?.share ?? 0,
    })),
  };
}
