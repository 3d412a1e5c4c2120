/**
 * The session pool: select → in flight → complete. `stays` is a stream that stays with its session, which
 * is what nearly all segments do; `swaps` one whose every 20th segment is slower than real time, so that
 * a new session is chosen by stake among up to 100. The naive way keeps all sessions in one list, and
 * sorts it by score before each segment.
 */
import { childK0, childK1, makeKey, uniform } from "../../src/core/random.js";
import { Rational } from "../../src/core/rational.js";
import { Suspender } from "../../src/discovery/suspension.js";
import {
  MinLSSelector,
  ProbabilityAlgorithm,
  RecipientChooser,
  Session,
  SessionPool,
  SessionPrice,
} from "../../src/selection/index.js";
import { type BenchOptions, compare, perCpuSecond, type Section } from "../shared/figures.js";

const ORCHESTRATORS = 100;
const SEGMENT_MS = 2_280;
const STREAMS = 1_000;
const STAYS = { name: "stays", segments: 5_000_000, slowEvery: Number.POSITIVE_INFINITY };
const SWAPS = { name: "swaps", segments: 500_000, slowEvery: 19 };

const key = makeKey(1, 0);
const prices = Array.from(
  { length: 10 },
  (_, at) => new SessionPrice(Rational.of(BigInt(at + 1), 3n)),
);
const chooser = new RecipientChooser({
  algorithm: new ProbabilityAlgorithm({ stakeWeight: 0.6, priceWeight: 0.1 }),
  stakes: {
    readStakes: (recipients) => recipients.map((recipient) => 1_000_000 - 9_000 * recipient),
  },
  maxPrice: Rational.of(1_000n),
});

function stream(entity: number): SessionPool<undefined> {
  let draws = 0;
  const k0 = childK0(key, entity);
  const k1 = childK1(key, entity);
  return new SessionPool<undefined>({
    poolSize: ORCHESTRATORS,
    numOrchs: ORCHESTRATORS,
    selector: new MinLSSelector({ chooser, draw: () => uniform(k0, k1, draws++) }),
    suspender: new Suspender(),
  });
}

function refresh(pool: SessionPool<undefined>): void {
  if (!pool.beginRefresh()) return;
  const sessions = Array.from(
    { length: ORCHESTRATORS },
    (_, at) =>
      new Session({
        id: at,
        transcoder: at,
        recipient: at,
        price: prices[at % prices.length] ?? null,
        info: undefined,
      }),
  );
  pool.endRefresh(sessions);
}

/** Plays `segments` segments round robin over the streams; returns how many found a session. */
function play(
  pools: readonly SessionPool<undefined>[],
  segments: number,
  slowEvery: number,
): number {
  let served = 0;
  for (let segment = 0; segment < segments; segment++) {
    const pool = pools[segment % pools.length];
    if (pool === undefined) break;
    const nowMs = Math.floor(segment / pools.length) * SEGMENT_MS;
    const session = pool.selectOne(nowMs);
    if (pool.refreshWanted) refresh(pool);
    if (session === null) continue;
    served += 1;
    session.pushSegInFlight(nowMs, SEGMENT_MS);
    session.latencyScore = segment % slowEvery === slowEvery - 1 ? 1.4 : 0.6;
    pool.complete(session);
  }
  return served;
}

/** Segments per CPU second through the pools. */
function ours(streams: number, segments: number, slowEvery: number): number {
  const pools = Array.from({ length: streams }, (_, entity) => stream(entity));
  for (const pool of pools) refresh(pool);
  return perCpuSecond(segments, () => {
    const served = play(pools, segments, slowEvery);
    if (served < segments * 0.9) throw new Error(`only ${served} of ${segments} found a session`);
  });
}

/** Of a stream: all sessions, the best first once they are sorted. */
interface Listed {
  readonly transcoder: number;
  score: number;
}

/** The same with a list that is sorted before each segment; a slow session goes to its end. */
function naive(streams: number, segments: number, slowEvery: number): number {
  const lists = Array.from({ length: streams }, () =>
    Array.from({ length: ORCHESTRATORS }, (_, at): Listed => ({ transcoder: at, score: 1 })),
  );
  return perCpuSecond(segments, () => {
    for (let segment = 0; segment < segments; segment++) {
      const list = lists[segment % streams];
      list?.sort((a, b) => a.score - b.score);
      const best = list?.[0];
      if (best === undefined) throw new Error("there are no sessions");
      best.score = segment % slowEvery === slowEvery - 1 ? 1.4 : 0.6;
    }
  });
}

async function run(options: BenchOptions) {
  const comparisons = [];
  for (const { name, segments, slowEvery } of [STAYS, SWAPS]) {
    const count = Math.ceil(segments * options.scale);
    const few = Math.ceil(count / 20);
    const streams = Math.max(1, Math.ceil(STREAMS * Math.min(1, options.scale)));
    const pair = {
      name: `${name}, ${streams.toLocaleString("en")} streams`,
      unit: "segments/CPU s",
      ours: () => ours(streams, count, slowEvery),
      peer: { name: "sorted list", measure: () => naive(streams, few, slowEvery) },
    };
    comparisons.push(await compare(pair, options));
  }
  return comparisons;
}

export const sessionPool: Section = { name: "session-pool", title: "Session pool", run };
