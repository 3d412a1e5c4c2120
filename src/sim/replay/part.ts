/** One region's part of a replay, and the streams that come to it. */
import { makeKey, type RandomKey, uniform } from "../../core/random.js";
import type { WorkerPast } from "../calibrate/readers/pool-events.js";
import type { WorkerFit } from "../calibrate/worker-fit.js";
import type { SimulationInput } from "../input.js";
import type { Scenario } from "../scenario/schema.js";
import type { WorkerSession } from "./handed-on.js";
import { RemainingLengths } from "./remaining-lengths.js";
import { LEAD_MS } from "./replay-scenario.js";

const DRAW = { remaining: 1, gateway: 2, workers: 3 } as const;

/** One region's part of a replay. */
export interface Part {
  readonly region: string;
  readonly pasts: readonly WorkerPast[];
  readonly own: SimulationInput;
  readonly other: SimulationInput | null;
  /** What the books say of its workers, by name. */
  readonly fits: ReadonlyMap<string, WorkerFit>;
  /** Of each worker of the scenario, as the books have them. */
  readonly sessions: readonly WorkerSession[];
  /** The same with those together that were one stream, in the order in which they began. */
  readonly streams: readonly WorkerSession[];
  /** Shares of demand of the gateways, by name. */
  readonly gateways: readonly { readonly name: string; readonly share: number }[];
}

/** Lengths of a part's streams, of which some were lost. */
export function remainingLengths(
  { streams }: Part,
  lost: ReadonlySet<WorkerSession>,
): RemainingLengths {
  return new RemainingLengths(
    streams.map((stream) => ({ lengthMs: stream.lengthMs, isLost: lost.has(stream) })),
  );
}

function replicationKey(region: string, seed: number, replication: number): RandomKey {
  return makeKey(seed, replication, region.length, region.codePointAt(0) ?? 0);
}

/** What a replication's workers are drawn with. */
export function workersKey({ region }: Part, seed: number, replication: number): RandomKey {
  const { k0, k1 } = replicationKey(region, seed, replication);
  return { k0: k0 ^ DRAW.workers, k1 };
}

/** The streams of a replication: those that were lost last for as long as they might have. */
export function arrivalsOf(
  part: Part,
  lost: ReadonlySet<WorkerSession>,
  fromMs: number,
  seed: number,
  replication: number,
): NonNullable<Scenario["demand"]["arrivals"]> {
  const { region, streams, gateways } = part;
  const remaining = remainingLengths(part, lost);
  const key = replicationKey(region, seed, replication);
  return streams.map((stream, index) => {
    const draw = (what: number) => uniform(key.k0 ^ what, key.k1, index);
    const wholeMs = lost.has(stream)
      ? remaining.whole(stream.lengthMs, draw(DRAW.remaining))
      : stream.lengthMs;
    const segmentMs = stream.lengthMs / Math.max(1, stream.segments);
    let rest = draw(DRAW.gateway);
    const gateway = gateways.find(({ share }) => {
      rest -= share;
      return rest < 0;
    });
    return {
      // Its first segment is ready when it has been made; half of another one is never ready.
      at: Math.max(0, stream.fromMs - segmentMs - fromMs + LEAD_MS),
      length: wholeMs + segmentMs / 2,
      gateway: gateway?.name ?? gateways[0]?.name,
    };
  });
}
