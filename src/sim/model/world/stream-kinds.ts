/** The streams of each gateway: how many, how long, in which segments, with what renditions, when. */
import { DEFAULT_GATEWAYS } from "../../scenario/default-gateways.js";
import type { Scenario } from "../../scenario/schema.js";
import { hourlyFactors } from "../streams/demand.js";
import { type LengthModel, lengthModel } from "./lengths.js";
import { type Renditions, renditionSets } from "./renditions.js";

const DAY_MS = 86_400_000;

/** What a gateway's streams have in common. */
export interface StreamKind {
  /** Share of all streams: of those at a time, or of those per day where the scenario says per day. */
  readonly share: number;
  /** Mean number at a time, where demand is random. */
  readonly atATime: number;
  readonly lengths: LengthModel;
  /** Mean duration of a segment, ms. */
  readonly segmentMs: number;
  readonly renditions: readonly Renditions[];
  /** Factors of the arrival rate by hour (UTC). */
  readonly hourly: readonly number[];
}

/** What gateways may say about their streams. */
type Own = Partial<Pick<NonNullable<Scenario["gateways"]>[number], "weight" | "streams">>;

/**
 * By gateway, in the scenario's order.
 *
 * @throws InputError (`SCENARIO_INVALID`) for profiles that make too many combinations
 */
export function streamKinds(scenario: Scenario): readonly StreamKind[] {
  const { gateway, gateways, demand, stream, assumptions } = scenario;
  const own: readonly Own[] =
    gateways ?? (gateway.region === undefined ? DEFAULT_GATEWAYS : [{ weight: 1 }]);
  const total = own.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const common = {
    lengths: lengthModel(stream.length),
    renditions: renditionSets(stream.profiles),
    hourly: hourlyFactors(demand.hourly),
  };
  return own.map(({ weight = 1, streams = {} }) => {
    const share = total === 0 ? 0 : weight / total;
    const lengths = streams.length === undefined ? common.lengths : lengthModel(streams.length);
    const perDay = ((demand.streamsPerDay ?? 0) / DAY_MS) * lengths.meanMs;
    return {
      share,
      atATime: (demand.concurrentStreams ?? perDay) * assumptions.loadScale * share,
      lengths,
      segmentMs: streams.segmentMs ?? stream.segmentMs,
      renditions:
        streams.profiles === undefined ? common.renditions : renditionSets(streams.profiles),
      hourly: streams.hourly === undefined ? common.hourly : hourlyFactors(streams.hourly),
    };
  });
}
