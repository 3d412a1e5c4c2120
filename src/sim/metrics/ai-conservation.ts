/**
 * What must balance of AI jobs: the gateways' side, the orchestrators' side and the books are counted
 * apart, units as whole numbers and wei as exact fractions.
 */
import { Rational } from "../../core/rational.js";
import type { AIJobCounters } from "../ai/ai-counters.js";
import type { MoneyTotals } from "../model/money/money.js";
import type { World } from "../model/world/world.js";
import type { ConservationCheck } from "../results.js";
import type { Counters } from "./counters.js";
import { sum } from "./metric.js";

/** The checks of a run with AI jobs; none of a run without. */
export function aiConservation(
  world: World,
  counters: Counters,
  money: MoneyTotals | null,
): ConservationCheck[] {
  const { ai } = world;
  const jobs = counters.ai?.jobs ?? [];
  if (ai === null || jobs.length === 0) return [];
  const total = (of: (one: AIJobCounters) => number) => sum(jobs.map(of));
  const check = (name: string, left: number, right: number): ConservationCheck => ({
    name,
    left,
    right,
    holds: left === right,
  });
  const checks = [
    check(
      "AI requests = answered + unavailable + bad + crashed + in flight",
      total((one) => one.requests),
      total(
        (one) => one.succeeded + one.unavailable + one.badRequests + one.crashed + one.inFlight,
      ),
    ),
    check(
      "AI units paid for = received + burned (A-36) + under way",
      total((one) => one.unitsSent),
      total((one) => one.unitsReceived + one.unitsBurned + one.unitsUnderWay),
    ),
    check(
      "AI units done by orchestrators = received + not received + on their way",
      total((one) => sum(one.unitsDone)),
      total((one) => one.unitsReceived + one.unitsUnreceived + one.unitsReturning),
    ),
    check(
      "live AI units paid for = starts + running time (A-45, A-51)",
      total((one) => sum(one.liveUnits)),
      total((one) => one.liveStartUnits + one.liveRunUnits),
    ),
  ];
  if (money?.ai == null) return checks;
  const { feesWei, unbookedWei, bookedWei, unitsBooked } = money.ai;
  const done = jobs.map((one) => one.unitsDone[world.pool] ?? 0);
  checks.push(
    check("AI units in the pool's books = units it did", sum(unitsBooked), sum(done)),
    equalWei(
      "AI fees of the pool = booked + what no event tells of (E-11, E-16)",
      feesWei,
      bookedWei.add(unbookedWei),
    ),
    equalWei(
      "AI fees of the pool = units done and live units at its prices",
      feesWei,
      ai.kinds
        .map(({ index }) => {
          const place = ai.places.find((one) => one?.isPool);
          const units = (done[index] ?? 0) + (jobs[index]?.liveUnits[world.pool] ?? 0);
          const price = place?.prices[index]?.rational ?? Rational.ZERO;
          return price.mul(Rational.of(BigInt(units)));
        })
        .reduce((wei, one) => wei.add(one), Rational.ZERO),
    ),
  );
  return checks;
}

/** To the last fraction of a wei. */
function equalWei(name: string, left: Rational, right: Rational): ConservationCheck {
  return {
    name,
    left: left.toNumber(),
    right: right.toNumber(),
    holds: left.compare(right) === 0,
  };
}
