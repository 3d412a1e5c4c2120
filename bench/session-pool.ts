/**
 * How many segments a second pass through the session-pool core: select → in flight → complete.
 * Run: npx tsx bench/session-pool.ts
 *
 * `steady` is a stream that stays with its session, which is what nearly all segments do; `swaps`
 * one whose every 20th segment is slower than real time, so that a new session is chosen by
 * stake among up to 100. Each line is the median of 5 runs after a warm-up, with their spread.
 */

import { childK0, childK1, makeKey, uniform } from "../src/core/random.js";
import { Rational } from "../src/core/rational.js";
import { Suspender } from "../src/discovery/suspension.js";
import {
  MinLSSelector,
  ProbabilityAlgorithm,
  RecipientChooser,
  Session,
  SessionPool,
  SessionPrice,
} from "../src/selection/index.js";

const ORCHESTRATORS = 100;
const SEGMENT_MS = 2_280;
const RUNS = 5;

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

function measure(name: string, streams: number, segments: number, slowEvery: number): void {
  const rates: number[] = [];
  for (let run = -1; run < RUNS; run++) {
    const pools = Array.from({ length: streams }, (_, entity) => stream(entity));
    for (const pool of pools) refresh(pool);
    const begin = process.hrtime.bigint();
    const served = play(pools, segments, slowEvery);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    if (served < segments * 0.9) throw new Error(`only ${served} of ${segments} found a session`);
    if (run >= 0) rates.push(served / seconds);
  }
  rates.sort((a, b) => a - b);
  const millions = (rate: number | undefined) => ((rate ?? 0) / 1e6).toFixed(2);
  console.log(
    `${name.padEnd(24)} ${millions(rates[RUNS >> 1])} million segments/s ` +
      `(${millions(rates[0])} … ${millions(rates[RUNS - 1])})`,
  );
}

measure("steady, 1 stream", 1, 10_000_000, Number.POSITIVE_INFINITY);
measure("steady, 1000 streams", 1_000, 10_000_000, Number.POSITIVE_INFINITY);
measure("swaps, 1 stream", 1, 2_000_000, 20);
measure("swaps, 1000 streams", 1_000, 2_000_000, 19);
