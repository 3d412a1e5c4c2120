/** Metrics of one kind of AI job: what gateways got, and what the orchestrator under study earns. */
import { Rational } from "../../core/rational.js";
import { AI_FAILURES, type AIJobCounters } from "../ai/ai-counters.js";
import type { AIJobSpec } from "../ai/ai-world.js";
import { eth, HOUR_MS, type Metric, type MetricContext, perDay, ratio, sum } from "./metric.js";

/** A kind of job with what was counted of it. */
export interface AISubject {
  readonly spec: AIJobSpec;
  readonly counters: AIJobCounters;
}

/** Requests that are over, whatever became of them. */
function over({ succeeded, unavailable, badRequests, crashed }: AIJobCounters): number {
  return succeeded + unavailable + badRequests + crashed;
}

function liveOnly(of: (counters: AIJobCounters) => number | undefined): Metric<AISubject>["of"] {
  return ({ spec, counters }) => (spec.pipeline.live ? of(counters) : undefined);
}

/** What the orchestrator under study asks for a unit. */
function poolPrice({ spec }: AISubject, { world }: MetricContext): Rational {
  const place = world.ai?.places.find((one) => one?.isPool);
  return place?.prices[spec.index]?.rational ?? Rational.ZERO;
}

function poolUnits({ spec, counters }: AISubject, { world, money }: MetricContext): number {
  return (money?.ai?.unitsBooked[spec.index] ?? 0) + (counters.liveUnits[world.pool] ?? 0);
}

const FAILURE_TEXT: Readonly<Record<(typeof AI_FAILURES)[number], string>> = {
  renewal: "sessions that could not be renewed (A-40 row 0b)",
  retryable: "expired ticket parameters (A-40 rows 2, 3)",
  nonce: "a wrong nonce (A-40 row 3)",
  noCapacity: "a lack of capacity (A-40 row 3)",
  other: "anything else, which suspends (A-40 row 4)",
};

/** `ai.<job>.…` */
export const AI_METRICS: readonly Metric<AISubject>[] = [
  {
    name: "requests",
    unit: "requests",
    definition: "Requests that came in; of live video: starts on an orchestrator, swaps included.",
    of: ({ counters }) => counters.requests,
  },
  {
    name: "successShare",
    unit: "share",
    definition: "Requests that an orchestrator answered ÷ requests that are over.",
    of: ({ counters }) => ratio(counters.succeeded, over(counters)),
  },
  {
    name: "unavailableShare",
    unit: "share",
    definition: "Requests answered 503 (A-39, A-43) ÷ requests that are over.",
    of: ({ counters }) => ratio(counters.unavailable, over(counters)),
  },
  {
    name: "badRequestShare",
    unit: "share",
    definition: "Requests answered 400 (A-41) ÷ requests that are over.",
    of: ({ counters }) => ratio(counters.badRequests, over(counters)),
  },
  {
    name: "crashedShare",
    unit: "share",
    definition: "Requests whose connection was dropped (A-43) ÷ requests that are over.",
    of: ({ counters }) => ratio(counters.crashed, over(counters)),
  },
  {
    name: "latencyMs.p50",
    unit: "ms",
    definition: "Median time from a request that succeeded to its answer, retries included.",
    of: ({ counters }) => counters.latencies.quantile(0.5),
  },
  {
    name: "latencyMs.p99",
    unit: "ms",
    definition: "99th percentile of that time.",
    of: ({ counters }) => counters.latencies.quantile(0.99),
  },
  {
    name: "latencyMs.mean",
    unit: "ms",
    definition: "Mean of that time.",
    of: ({ counters }) => ratio(counters.latencySumMs, counters.latencies.total),
  },
  {
    name: "retriesPerRequest",
    unit: "1",
    definition: "Tries that failed and were followed by another one, or by nothing, ÷ requests.",
    of: ({ counters }) => ratio(sum(counters.failures), counters.requests),
  },
  ...AI_FAILURES.map((failure, index) => ({
    name: `failures.${failure}`,
    unit: "tries",
    definition: `Tries that failed because of ${FAILURE_TEXT[failure]}.`,
    of: ({ counters }: AISubject) => counters.failures[index] ?? 0,
  })),
  {
    name: "suspensions",
    unit: "suspensions",
    definition: "Times a gateway removed and suspended an orchestrator (A-10, S-11).",
    of: ({ counters }) => counters.suspensions,
  },
  {
    name: "discoveries",
    unit: "discoveries",
    definition: "Discoveries that requests waited for (A-20).",
    of: ({ counters }) => counters.discoveries,
  },
  {
    name: "warmShare",
    unit: "share",
    definition: "Of the requests that succeeded, those served from a warm pool (A-20).",
    of: ({ counters }) => ratio(counters.warm, counters.succeeded),
  },
  {
    name: "coldStarts",
    unit: "jobs",
    definition: "Jobs that waited for their model to be loaded, at all orchestrators.",
    of: ({ counters }) => counters.coldStarts,
  },
  {
    name: "poolShare",
    unit: "share",
    definition: "Of the requests that succeeded, those that the orchestrator under study served.",
    needs: ["pool"],
    isObjective: true,
    of: ({ counters }, { world }) =>
      world.pool < 0 ? undefined : ratio(counters.poolSucceeded, counters.succeeded),
  },
  {
    name: "poolSucceeded",
    unit: "requests",
    definition: "Requests that the orchestrator under study served.",
    needs: ["pool"],
    isObjective: true,
    of: ({ counters }, { world }) => (world.pool < 0 ? undefined : counters.poolSucceeded),
  },
  {
    name: "poolLatencyMs.p99",
    unit: "ms",
    definition:
      "99th percentile of latencyMs over the requests that the orchestrator under study served.",
    needs: ["pool"],
    of: ({ counters }, { world }) =>
      world.pool < 0 ? undefined : counters.poolLatencies.quantile(0.99),
  },
  {
    name: "poolLatencyMs.mean",
    unit: "ms",
    definition: "Mean of latencyMs over the same requests.",
    needs: ["pool"],
    of: ({ counters }, { world }) =>
      world.pool < 0 ? undefined : ratio(counters.poolLatencySumMs, counters.poolSucceeded),
  },
  {
    name: "feesEthPerDay",
    unit: "ETH/day",
    definition:
      "Fees of the orchestrator under study, per day: what it was paid for, whether or not its books know.",
    needs: ["pool"],
    isObjective: true,
    of: (subject, context) => {
      if (context.money === null) return undefined;
      const units = Rational.of(BigInt(poolUnits(subject, context)));
      return perDay(eth(poolPrice(subject, context).mul(units).floor()), context);
    },
  },
  {
    name: "invisibleFeesEthPerDay",
    unit: "ETH/day",
    definition:
      "Of feesEthPerDay, what no event tells of: all of live video (E-16), and what prices are cut to whole wei by (E-11).",
    needs: ["pool"],
    of: (subject, context) => {
      const { money } = context;
      if (money === null) return undefined;
      const price = poolPrice(subject, context);
      const booked = Rational.of(
        price.floor() * BigInt(money.ai?.unitsBooked[subject.spec.index] ?? 0),
      );
      const all = price.mul(Rational.of(BigInt(poolUnits(subject, context))));
      return perDay(eth(all.sub(booked).floor()), context);
    },
  },
  {
    name: "streams",
    unit: "streams",
    definition: "Live streams that began within the counted time.",
    needs: ["live"],
    of: liveOnly(({ streams }) => streams),
  },
  {
    name: "streamHours",
    unit: "h",
    definition: "Live video that came in.",
    needs: ["live"],
    of: liveOnly(({ streamMs }) => streamMs / HOUR_MS),
  },
  {
    name: "servedShare",
    unit: "share",
    definition: "Live video that came out ÷ live video that came in, by time.",
    needs: ["live"],
    of: liveOnly(({ servedMs, streamMs }) => ratio(servedMs, streamMs)),
  },
  {
    name: "unservedShare",
    unit: "share",
    definition:
      "What was asked for and not had: requests without an answer ÷ requests that are over; of live video what did not come out ÷ what came in, by time.",
    of: ({ spec, counters }) => {
      const { succeeded, servedMs, streamMs } = counters;
      const had = spec.pipeline.live ? ratio(servedMs, streamMs) : ratio(succeeded, over(counters));
      return had === undefined ? undefined : 1 - had;
    },
  },
  {
    name: "swapsPerStream",
    unit: "1",
    definition: "Times another orchestrator was started (A-46) ÷ streams.",
    needs: ["live"],
    of: liveOnly(({ swaps, streams }) => ratio(swaps, streams)),
  },
  {
    name: "noOrchestratorShare",
    unit: "share",
    definition: "Streams that ended because nobody could be started (A-46) ÷ streams.",
    needs: ["live"],
    of: liveOnly(({ noOrchestrator, streams }) => ratio(noOrchestrator, streams)),
  },
  {
    name: "tooManySwapsShare",
    unit: "share",
    definition: "Streams that ended because of too many swaps (A-47) ÷ streams.",
    needs: ["live"],
    of: liveOnly(({ tooManySwaps, streams }) => ratio(tooManySwaps, streams)),
  },
];
