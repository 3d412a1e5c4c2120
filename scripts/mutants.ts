/**
 * Rules broken on purpose, for `npm run test:mutants`: a scenario's expectations follow from rules,
 * so they must fail when the rule does not hold. Every scenario has at least one.
 */

/** One broken rule: a text of the built package, and what stands there instead. */
export interface Mutant {
  /** Name of the scenario that notices. */
  readonly scenario: string;
  /** The rule that no longer holds. */
  readonly rule: string;
  /** What holds instead. */
  readonly broken: string;
  /** File below `dist/`. */
  readonly file: string;
  /** Occurs in it exactly once. */
  readonly search: string;
  readonly replacement: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    scenario: "admit-worker",
    rule: "M-14",
    broken: "a session is kept however late its segments are",
    file: "selection/pool-limits.js",
    search: "if (session.segsInFlight === 0) {",
    replacement: "if (nowMs > 0) return true; if (session.segsInFlight === 0) {",
  },
  {
    scenario: "twelve-workers",
    rule: "M-14",
    broken: "a session is kept however late its segments are",
    file: "selection/pool-limits.js",
    search: "if (session.segsInFlight === 0) {",
    replacement: "if (nowMs > 0) return true; if (session.segsInFlight === 0) {",
  },
  {
    scenario: "fast-worker",
    rule: "O-6",
    broken: "an orchestrator that is full takes everybody",
    file: "pool/orchestrator/sessions.js",
    search: "return this.#find(session) < 0 && this.#size >= this.#maxSessions;",
    replacement: "return false;",
  },
  {
    scenario: "overload",
    rule: "M-14",
    broken: "a segment may be in flight for ten times its duration, and be as slow",
    file: "selection/pool-limits.js",
    search: "if (session.segsInFlight === 0) {",
    replacement:
      "if (nowMs - session.oldestStartMs < 10 * session.oldestDurationMs) return true; if (session.segsInFlight === 0) { if (session.latencyScore <= 10) return true;",
  },
  {
    scenario: "spare",
    rule: "tier (ahead of O-15)",
    broken: "tiers are not looked at",
    file: "pool/orchestrator/workers.js",
    search: "return factor >= 1 ? FULL_TIER + factor : (this.#tier[worker] ?? 0) + factor;",
    replacement: "return factor;",
  },
  {
    scenario: "black-hole",
    rule: "O-10",
    broken: "a session that nobody uses keeps its slot for two hours, not for 70 s",
    file: "pool/orchestrator/sessions.js",
    search: "export const SESSION_IDLE_MS = 70_000;",
    replacement: "export const SESSION_IDLE_MS = 7_200_000;",
  },
  {
    scenario: "black-hole",
    rule: "O-16",
    broken: "workers are searched from the most loaded one",
    file: "pool/orchestrator/workers.js",
    search: "for (let index = this.#order.size - 1; index >= 0; index--) {",
    replacement: "for (let index = 0; index < this.#order.size; index++) {",
  },
  {
    scenario: "threshold-800ms",
    rule: "M-14",
    broken: "the limit is 800 ms for everybody, not the segment's duration",
    file: "selection/pool-limits.js",
    search: "latencyScore <= 1;",
    replacement: "latencyScore <= 0.35;",
  },
  {
    scenario: "benchmark-sessions",
    rule: "benchmark (99th percentile)",
    broken: "the limit is on the median of a warm worker",
    file: "pool/orchestrator/admission/benchmark.js",
    search:
      "({ tail }) => tail.p99Ms * (confidence === 0.5 ? 1 : Math.exp(z * tail.logError)) <= limitMs",
    replacement: "({ warm }) => warm.p50Ms <= limitMs",
  },
  {
    scenario: "benchmark-sessions",
    rule: "benchmark (links as live work has them)",
    broken: "in the benchmark transfers have their links for themselves",
    file: "sim/model/workers/worker-benchmark.js",
    search: "times.sharesLinks",
    replacement: "false",
  },
  {
    scenario: "slow-spells",
    rule: "slowness lasts (alternating renewal)",
    broken: "each segment is slow or not by itself, as often",
    file: "sim/engine/slow-spells.js",
    search: "this.#spells.isOn(timeMs)",
    replacement: "((timeMs * 0.6180339887) % 1) * 13 < 1",
  },
  {
    scenario: "suspension-what-if",
    rule: "S-11",
    broken: "relative penalties are added to the orchestrator's own value, as absolute ones are",
    file: "discovery/suspension.js",
    search: 'this.policy === "relative" ? this.#count : ',
    replacement: "",
  },
  {
    scenario: "price-and-stake",
    rule: "L-13",
    broken: "all stakes count the same",
    file: "selection/algorithms/probability.js",
    search: "stakeSum !== 0 ? stakes[at] / stakeSum : 1;",
    replacement: "1 / eligible.length;",
  },
  {
    scenario: "perf-score",
    rule: "L-9",
    broken: "the minimum performance score is not looked at",
    file: "selection/algorithms/probability.js",
    search: "if (minPerfScore <= 0 || perfScores === null)",
    replacement: "if (minPerfScore >= 0 || perfScores === null)",
  },
  {
    scenario: "renewal-spike",
    rule: "M-35",
    broken: "a session is renewed when its token has run out, not when a tenth of it is left",
    file: "selection/segment-timing.js",
    search: "session.authTokenExpiresAtMs - nowMs < AUTH_TOKEN_REFRESH_WINDOW_MS",
    replacement: "session.authTokenExpiresAtMs + 900_000 < nowMs",
  },
  {
    scenario: "price-change",
    rule: "R-10",
    broken: "a renewed session goes on whatever it costs",
    file: "selection/payment-terms.js",
    search: "currentPrice.compare(initialPrice.mul(PRICE_INCREASE_LIMIT)) <= 0",
    replacement: "true",
  },
  {
    scenario: "bad-source",
    rule: "O-10",
    broken: "a session that nobody uses keeps its slot for 7 s, not for 70 s",
    file: "pool/orchestrator/sessions.js",
    search: "export const SESSION_IDLE_MS = 70_000;",
    replacement: "export const SESSION_IDLE_MS = 7_000;",
  },
  {
    scenario: "multi-orchestrator",
    rule: "X-12",
    broken: "any node of an address takes any other's auth tokens",
    file: "sim/model/segment/orchestrator-side.js",
    search: "if (call.node !== info.node)",
    replacement: "if (call.node < 0)",
  },
  {
    scenario: "multi-orchestrator",
    rule: "D-16",
    broken: "advertised nodes are not followed",
    file: "sim/model/discovery/gateway.js",
    search: "node === orchestrator.nodes[0] ? orchestrator.advertised : []",
    replacement: "[]",
  },
  {
    scenario: "region",
    rule: "M-14",
    broken: "a segment may be in flight for ten times its duration",
    file: "selection/pool-limits.js",
    search: "session.oldestStartMs, multiplier * session.oldestDurationMs",
    replacement: "session.oldestStartMs, 10 * multiplier * session.oldestDurationMs",
  },
  {
    scenario: "network-week",
    rule: "T-24",
    broken: "a segment has one attempt, not three",
    file: "selection/attempt.js",
    search: "if (this.attempts >= this.#maxAttempts)",
    replacement: "if (this.attempts >= 1)",
  },
  {
    scenario: "network-week",
    rule: "D-30",
    broken: "a discovery waits for everybody",
    file: "discovery/round.js",
    search: "now + this.#timeoutMs : Number.POSITIVE_INFINITY",
    replacement: "now + 20 * this.#timeoutMs : Number.POSITIVE_INFINITY",
  },
  {
    scenario: "pool-month",
    rule: "P-12",
    broken: "face values cover the cost of redeeming ten thousand times, not a hundred",
    file: "sim/model/money/tickets.js",
    search: "const faceValue = REDEEM_GAS * gasPrice * TX_COST_MULTIPLIER;",
    replacement: "const faceValue = 100n * REDEEM_GAS * gasPrice * TX_COST_MULTIPLIER;",
  },
  {
    scenario: "ai-slow-worker",
    rule: "A-57",
    broken: "the last worker that has room gets a job, not the first",
    file: "pool/orchestrator/ai/worker-manager.js",
    search: "if (left(worker, job) <= 0)",
    replacement:
      "if (left(worker, job) <= 0 || [...this.#workers.values()].some((other) => other.handle > worker.handle && left(other, job) > 0))",
  },
  {
    scenario: "ai-cold-model",
    rule: "A-6, A-24",
    broken: "a session in use is not shared",
    file: "selection/ai/session-pool.js",
    search: "else if (this.#inUse.length > 0)",
    replacement: "else if (this.#inUse.length > 1e9)",
  },
  {
    scenario: "ai-small-memory",
    rule: "A-18",
    broken: "an orchestrator that failed is back with the next refresh",
    file: "selection/ai/session-selector.js",
    search: "batch: 3,\n",
    replacement: "batch: 0,\n",
  },
  {
    scenario: "ai-live-drop",
    rule: "A-47",
    broken: "a stream may swap as often as it likes",
    file: "selection/ai/live-stream.js",
    search: "if (this.#recent > MAX_RECENT_SWAPS)",
    replacement: "if (this.#recent > 1e9)",
  },
  {
    scenario: "ai-live-drop",
    rule: "A-50",
    broken: "every fault suspends",
    file: "selection/ai/live-stream.js",
    search: "if (LIVE_FAULT[fault].suspends)",
    replacement: "if (fault)",
  },
  {
    scenario: "ai-shared-gpu",
    rule: "shared GPUs (the simulator's)",
    broken: "AI jobs do not slow the segments beside them",
    file: "sim/ai/workers.js",
    search: "return 1 + found.spec.perJob * found.busy;",
    replacement: "return 1;",
  },
];
