/** Metrics of one orchestrator, everywhere and in a region, and of the books of the one under study. */
import { Rational } from "../../core/rational.js";
import { pricesOf } from "../model/money/market.js";
import type { MoneyTotals } from "../model/money/money.js";
import { LOSS_REASONS, type OrchestratorCounters } from "./counters.js";
import {
  delivered,
  eth,
  LOSS_TEXT,
  type Metric,
  type MetricContext,
  perDay,
  ratio,
  sum,
} from "./metric.js";

/** Times that a stream stopped using one of its sessions, whatever the reason. */
function lost(counters: { readonly lost: ArrayLike<number> }): number {
  return sum(counters.lost);
}

/** `orchestrator.<name>.…`, and `pool.…` for the one under study. */
export const ORCHESTRATOR_METRICS: readonly Metric<OrchestratorCounters>[] = [
  {
    name: "streams",
    unit: "streams",
    definition: "Streams that had at least one segment from it.",
    of: (o) => o.streams,
  },
  {
    name: "segments",
    unit: "segments",
    definition: "Segments that it delivered.",
    isObjective: true,
    of: (o) => o.segments,
  },
  {
    name: "segmentShare",
    unit: "share",
    definition: "Its delivered segments ÷ all delivered segments.",
    needs: ["streams"],
    isObjective: true,
    of: (o, { counters }) => ratio(o.segments, delivered(counters.network)),
  },
  {
    name: "pixels",
    unit: "pixels",
    definition: "Pixels of the renditions that it made (O-4).",
    isObjective: true,
    of: (o) => o.pixelsDebited,
  },
  {
    name: "feesEthPerDay",
    unit: "ETH/day",
    definition: "Pixels × price, per day.",
    isObjective: true,
    of: feesPerDay,
  },
  {
    name: "retention",
    unit: "share",
    definition:
      "Times a stream took up one of its sessions and kept it to the stream's end ÷ all that ended.",
    needs: ["streams"],
    isObjective: true,
    of: (o) => ratio(o.kept, o.kept + lost(o)),
  },
  {
    name: "sessions",
    unit: "sessions",
    definition: "Times a stream took up one of its sessions.",
    of: (o) => o.sessions,
  },
  {
    name: "swapsAway",
    unit: "sessions",
    definition:
      "Times a stream stopped using one of its sessions before the stream's end, whatever the reason.",
    of: (o) => lost(o),
  },
  {
    name: "swapsAwayPerStream",
    unit: "sessions/stream",
    definition: "swapsAway ÷ streams.",
    needs: ["streams"],
    of: (o) => ratio(lost(o), o.streams),
  },
  ...LOSS_REASONS.map((reason, index) => ({
    name: `swapsAway.${reason}`,
    unit: "sessions",
    definition: `Of swapsAway, those because of: ${LOSS_TEXT[index] ?? reason}.`,
    of: (o: OrchestratorCounters) => o.lost[index] ?? 0,
  })),
  {
    name: "lateShare",
    unit: "share",
    definition: "Its delivered segments that were late ÷ its delivered segments.",
    needs: ["streams"],
    of: (o) => ratio(o.late, o.segments),
  },
  {
    name: "failedShare",
    unit: "share",
    definition: "Attempts with it that failed ÷ attempts with it.",
    needs: ["streams"],
    of: (o) => ratio(o.failedAttempts, o.attempts),
  },
  {
    name: "suspensions",
    unit: "suspensions",
    definition: "Suspensions of it (S-2).",
    of: (o) => o.suspensions,
  },
  {
    name: "orphaned",
    unit: "sessions",
    definition: "Good sessions of it that a stream can never use again (M-18), tests included.",
    of: (o) => o.orphaned,
  },
  {
    name: "cappedShare",
    unit: "share",
    definition:
      "GetOrchestrator calls that it refused for lack of free slots (O-6) ÷ calls that reached it.",
    of: (o) => ratio(o.cappedAnswers, o.answers),
  },
  {
    name: "cappedSegments",
    unit: "segments",
    definition: "Segments refused for lack of free slots (O-6).",
    of: (o) => o.cappedSegments,
  },
  {
    name: "sessionsMean",
    unit: "sessions",
    definition: "Mean number of sessions that held a slot (O-10).",
    of: (o, { durationMs }) => o.sessionMs / durationMs,
  },
  {
    name: "sessionsP99",
    unit: "sessions",
    definition: "99th percentile over time of that number.",
    of: (o) => levelQuantile(o.levelMs, 0.99),
  },
  {
    name: "idleSlotsMean",
    unit: "sessions",
    definition:
      "Mean number of slots held in the 70 s after a session's last segment (O-10), for sessions that idled out.",
    of: (o, { durationMs }) => (o.idleCloses * 70_000) / durationMs,
  },
  {
    name: "latencyScore.p50",
    unit: "1",
    definition: "Median latency score of its segments (T-22).",
    needs: ["streams"],
    of: (o) => o.latencyScores.quantile(0.5),
  },
  {
    name: "latencyScore.p90",
    unit: "1",
    definition: "90th percentile of the latency score.",
    needs: ["streams"],
    of: (o) => o.latencyScores.quantile(0.9),
  },
  {
    name: "latencyScore.p99",
    unit: "1",
    definition: "99th percentile of the latency score.",
    needs: ["streams"],
    of: (o) => o.latencyScores.quantile(0.99),
  },
  {
    name: "performanceScore",
    unit: "1",
    definition:
      "Mean over time and the tester's regions of its performance score (L-18); only with a tester.",
    needs: ["tester"],
    isObjective: true,
    of: (o) => ratio(o.performanceScoreSum, o.performanceScores),
  },
  {
    name: "tickets",
    unit: "tickets",
    definition: "Tickets that it received.",
    needs: ["tickets"],
    of: (o, { world }) => (world.scenario.tickets.enabled ? o.tickets : undefined),
  },
  {
    name: "winningTickets",
    unit: "tickets",
    definition: "Of them, winners.",
    needs: ["tickets"],
    of: (o, { world }) => (world.scenario.tickets.enabled ? o.winningTickets : undefined),
  },
];

/** What one orchestrator did for one region: of its gateways' streams, and of its tester. */
export interface OrchestratorRegionSubject {
  readonly attempts: number;
  readonly delivered: number;
  readonly testsSent: number;
  readonly testsReceived: number;
}

/** `orchestrator.<name>.region.<code>.…`, and `pool.region.<code>.…` for the one under study. */
export const ORCHESTRATOR_REGION_METRICS: readonly Metric<OrchestratorRegionSubject>[] = [
  {
    name: "deliveredShare",
    unit: "share",
    definition:
      "Attempts of the region's gateways with it whose renditions came back ÷ attempts of theirs with it; test streams are left out.",
    needs: ["gateway", "streams"],
    of: ({ attempts, delivered: came }) => ratio(came, attempts),
  },
  {
    name: "successRate",
    unit: "share",
    definition: "Share of the test segments sent to it from the region that came back (tester).",
    needs: ["regionTester"],
    of: ({ testsSent, testsReceived }) => ratio(testsReceived, testsSent),
  },
];

/** `pool.…` besides: the orchestrator under study has books. */
export const POOL_METRICS: readonly Metric<MoneyTotals>[] = [
  {
    name: "feesEthPerDay",
    unit: "ETH/day",
    definition: "Fees for the pixels that it made, and for AI jobs, per day.",
    isObjective: true,
    of: (m, c) => perDay(eth(m.feesWei), c),
  },
  {
    name: "aiFeesEthPerDay",
    unit: "ETH/day",
    definition: "Of feesEthPerDay, those of AI jobs.",
    needs: ["ai"],
    isObjective: true,
    of: (m, c) => (m.ai === null ? undefined : perDay(eth(m.ai.feesWei.floor()), c)),
  },
  {
    name: "aiInvisibleFeesEthPerDay",
    unit: "ETH/day",
    definition:
      "Of aiFeesEthPerDay, what no event tells of, so that no worker gets a share: live video (E-16), and what prices are cut to whole wei by (E-11).",
    needs: ["ai"],
    of: (m, c) => (m.ai === null ? undefined : perDay(eth(m.ai.unbookedWei.floor()), c)),
  },
  {
    name: "incomeEthPerDay",
    unit: "ETH/day",
    definition:
      "What came in per day: fees, or with tickets on the face values of winning tickets, which is luck. No verdict is made on it.",
    of: (m, c) => perDay(eth(m.incomeWei), c),
  },
  {
    name: "incomeLuckEthPerDay",
    unit: "ETH/day",
    definition:
      "Standard deviation of incomeEthPerDay in one replication by the luck of its tickets alone; only with tickets on.",
    of: (m, c) => (c.world.scenario.tickets.enabled ? perDay(eth(m.incomeLuckWei), c) : undefined),
  },
  {
    name: "operatorNetPerDay",
    unit: "ETH/day",
    definition:
      "Fees − delegators' part − workers' shares − gas, per day, in expectation: with tickets on, too, fees are what the work is worth, not what tickets won.",
    isObjective: true,
    of: (m, c) => perDay(eth(m.netWei), c),
  },
  {
    name: "delegatorsEthPerDay",
    unit: "ETH/day",
    definition: "The delegators' part of the fees (feeShare), per day.",
    of: (m, c) => perDay(eth(m.delegatorsWei), c),
  },
  {
    name: "workersEthPerDay",
    unit: "ETH/day",
    definition: "The workers' part of the fees, per day, whenever it is paid.",
    of: (m, c) => perDay(eth(m.workersWei), c),
  },
  {
    name: "gasEthPerDay",
    unit: "ETH/day",
    definition:
      "Gas per day on average: of redeeming tickets worth the fees, and of reward calls, rounds and payouts by the counted time, whichever of them fall within it.",
    of: (m, c) => perDay(eth(m.gasWei), c),
  },
];

/** Exact until it becomes a figure: pixels are whole numbers, prices are rationals. */
function feesPerDay(subject: OrchestratorCounters, context: MetricContext): number | undefined {
  const { counters, world } = context;
  const prices = pricesOf(world, counters.orchestrators.indexOf(subject));
  if (prices.length === 0) return undefined;
  const { pixelsDebited, pixelsAtPrice } = subject;
  const [price] = prices;
  if (price !== undefined && prices.length === 1) {
    const { num, den } = price.rational;
    return perDay(eth((BigInt(pixelsDebited) * num) / den), context);
  }
  const others = sum(pixelsAtPrice.filter((pixels) => pixels > 0));
  const wei = prices
    .map(({ rational }, place) => {
      const pixels = place === 0 ? pixelsDebited - others : (pixelsAtPrice[place] ?? 0);
      return rational.mul(Rational.of(BigInt(pixels)));
    })
    .reduce((total, one) => total.add(one), Rational.ZERO)
    .floor();
  return perDay(eth(wei), context);
}

function levelQuantile(levelMs: readonly number[], p: number): number | undefined {
  const total = sum(levelMs);
  if (total === 0) return undefined;
  let seen = 0;
  return levelMs.findIndex((ms) => {
    seen += ms;
    return seen >= p * total;
  });
}
