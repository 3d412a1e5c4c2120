/** Where a run's streams come from: the demand of a scenario, gateway by gateway. */
import { InputError } from "../../../core/errors.js";
import { childK0, childK1, type RandomKey, uniform } from "../../../core/random.js";
import { hashName } from "../../engine/distributions.js";
import { ENTITY } from "../draws.js";
import type { World } from "../world/world.js";
import { type ArrivalSource, fixedArrivals, parseTrace, poissonArrivals } from "./demand.js";

const DAY_MS = 86_400_000;

/** The streams of every gateway, in the gateways' order. */
export function arrivalSources(world: World, key: RandomKey): ArrivalSource[] {
  const startMs = startOfDay(world, key);
  const base = { k0: childK0(key, ENTITY.gateway), k1: childK1(key, ENTITY.gateway) };
  const fixed = fixedStreams(world);
  return world.gateways.map(({ name, streams }, index) => {
    const own = { k0: childK0(base, hashName(name)), k1: childK1(base, hashName(name)) };
    if (fixed !== null) {
      const mine = fixed.filter(({ gateway }) =>
        gateway === undefined ? index === 0 : gateway === name,
      );
      return fixedArrivals(mine, own);
    }
    const { lengths, hourly: factors, atATime } = streams;
    const ratePerMs = lengths.meanMs === 0 ? 0 : atATime / lengths.meanMs;
    const isFlat = factors.every((factor) => factor === factors[0]);
    return poissonArrivals({
      ratePerMs,
      factors,
      startMs: isFlat ? 0 : startMs,
      lengths,
      key: own,
    });
  });
}

/**
 * Time of day at which a run begins, ms after midnight (UTC): counted hours that are whole days are
 * every hour as often; else which they are is drawn, so that all replications together are a day.
 */
export function startOfDay({ scenario }: World, key: RandomKey): number {
  if (scenario.duration % DAY_MS === 0) return 0;
  return uniform(childK0(key, ENTITY.hour), childK1(key, ENTITY.hour), 0) * DAY_MS;
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
