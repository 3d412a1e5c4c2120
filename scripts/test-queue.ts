/**
 * `npm run test:queue [runs] [seed]`: four workers at a queue, two of them killed at random instants, and
 * every second time who asks too.
 * The same bytes as on one machine, and every unit counts once. `npm test` has one round.
 */
import { NO_REDIS } from "../test/support/servers/redis.js";
import { killQueueWorkers } from "../test/support/sim/queue-kill-runs.js";

const IN_WINDOW_MIN = 0.5;

const runs = Number(process.argv[2] ?? 20);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_007);
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  throw new Error("expected whole numbers: runs and seed");
}
if (NO_REDIS !== null) throw new Error(NO_REDIS);
const { kills, inWindow, wrong } = await killQueueWorkers({ runs, seed, log: console.log });
console.log(
  `queue: seed ${seed}, ${runs} rounds, ${inWindow} of ${kills} kills with work under way`,
);
for (const line of wrong) console.log(`FAIL ${line}`);
const isSeldom = inWindow < IN_WINDOW_MIN * kills;
if (isSeldom) console.log("FAIL queue: too few kills hit work");
if (wrong.length > 0 || isSeldom) process.exitCode = 1;
