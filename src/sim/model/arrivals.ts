/** Where a run's streams come from: the demand of a scenario, gateway by gateway. */
import { InputError } from "../../core/errors.js";
import { childK0, childK1, type RandomKey } from "../../core/random.js";
import { hashName } from "../engine/distributions.js";
import {
  type ArrivalSource,
  fixedArrivals,
  hourlyFactors,
  parseTrace,
  poissonArrivals,
} from "./demand.js";
import { ENTITY } from "./draws.js";
import { lengthModel } from "./lengths.js";
import type { World } from "./world.js";

/** The streams of every gateway, in the gateways' order. */
export function arrivalSources(world: World, key: RandomKey): ArrivalSource[] {
  const { demand, stream } = world.scenario;
  const lengths = lengthModel(stream.length);
  const factors = hourlyFactors(demand.hourly);
  const weights = world.gateways.reduce((sum, { weight }) => sum + weight, 0);
  const base = { k0: childK0(key, ENTITY.gateway), k1: childK1(key, ENTITY.gateway) };
  const fixed = fixedStreams(world);
  return world.gateways.map(({ name, weight }, index) => {
    const own = { k0: childK0(base, hashName(name)), k1: childK1(base, hashName(name)) };
    if (fixed !== null) {
      const mine = fixed.filter(({ gateway }) =>
        gateway === undefined ? index === 0 : gateway === name,
      );
      return fixedArrivals(mine, own);
    }
    const streams = weights === 0 ? 0 : (world.concurrentStreams * weight) / weights;
    return poissonArrivals({ ratePerMs: streams / lengths.meanMs, factors, lengths, key: own });
  });
}

/** Streams that the scenario or its trace names, or null. */
function fixedStreams(
  world: World,
): { atMs: number; lengthMs: number; gateway: string | undefined }[] | null {
  const { trace, gateways, scenario } = world;
  const streams =
    trace !== null
      ? [...parseTrace(trace)]
      : scenario.demand.arrivals?.map(({ at, length, gateway }) => ({
          atMs: at,
          lengthMs: length,
          gateway,
        }));
  const names = new Set(gateways.map(({ name }) => name));
  const stray = streams?.find(({ gateway }) => gateway !== undefined && !names.has(gateway));
  if (stray !== undefined) {
    throw new InputError(
      `a stream comes to gateway "${stray.gateway}", expected one of ${[...names].join(", ")}`,
      { code: "TRACE_INVALID" },
    );
  }
  return streams ?? null;
}
