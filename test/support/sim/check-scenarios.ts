/** Small scenarios that between them use every feature of the model. */
import { merged, POOL, type Settings } from "./runs.js";

const shortPool: Settings = merged(POOL, {
  warmup: "5m",
  duration: "20m",
  network: { limit: 25 },
  demand: { concurrentStreams: 25 },
});

const few: readonly Settings[] = [
  {
    name: "trusted",
    region: "FRA",
    score: 1,
    backend: { type: "measured", roundTripMs: 900, successRate: 0.9 },
  },
  {
    name: "small",
    region: "NYC",
    score: 1,
    maxSessions: 3,
    backend: { type: "measured", roundTripMs: 1500 },
  },
  { name: "device", region: "LON", score: 0, backend: { type: "device", device: "k80" } },
];

function worker(settings: Settings): Settings {
  return { name: "w", count: 4, maxSessions: 4, roundTripMs: 350, ...settings };
}

/** By what they are about. */
export const FEATURES: Readonly<Record<string, Settings>> = {
  pool: shortPool,
  tickets: merged(shortPool, {
    tickets: { enabled: true },
    orchestrator: { economics: { roundLengthMinutes: 7, payoutInterval: "11m" } },
  }),
  byWeights: merged(shortPool, {
    tickets: { enabled: true },
    orchestrator: { economics: { attribution: "byWeights", roundLengthMinutes: 7 } },
  }),
  tester: merged(shortPool, {
    gateways: [{ region: "FRA", minPerfScore: 0.7 }, { region: "NYC" }],
    tester: { testsPerDay: 200 },
  }),
  uptime: merged(shortPool, { workers: [worker({ up: "5m", down: "1m" })] }),
  failingWorkers: merged(shortPool, {
    workers: [worker({ device: "t4", roundTripMs: undefined, errorProbability: 0.02 })],
  }),
  hangingWorkers: merged(shortPool, { workers: [worker({ hangProbability: 0.01 })] }),
  webhook: merged(shortPool, {
    network: { limit: 0 },
    gateway: { source: "webhook" },
    orchestrators: few,
  }),
  relativeSuspension: merged(shortPool, {
    network: { limit: 3 },
    gateway: { source: "webhook", suspension: "relative" },
    orchestrators: few,
    assumptions: { segmentFailure: 0.02 },
  }),
  verification: merged(shortPool, {
    network: { limit: 6 },
    gateway: { source: "webhook" },
    orchestrators: few,
    stream: { verificationFreq: 3 },
    workers: [worker({ cheatProbability: 0.1 })],
    assumptions: { segmentFailure: 0.005 },
  }),
  offchain: merged(shortPool, { gateway: { source: "hardcoded", onchain: false } }),
  longStreams: merged(shortPool, { stream: { length: { distribution: "constant", mean: "50m" } } }),
  noise: merged(shortPool, { assumptions: { noiseScale: 3, segmentFailure: 0.01 } }),
  sharedBandwidth: merged(shortPool, {
    workers: [worker({ device: "gtx1080ti", roundTripMs: undefined, uploadMbps: 8 })],
    assumptions: { shareBandwidth: true },
  }),
  constantSegments: merged(shortPool, {
    stream: { segmentMs: 1000, segmentCv: 0, length: { distribution: "constant", mean: "10m" } },
    assumptions: { noiseScale: 0 },
    workers: [worker({ roundTripMs: 1500, roundTripCv: 0 })],
  }),
  leaving: merged(shortPool, {
    stream: { leaveOnFailure: true },
    gateway: { maxAttempts: 1 },
    assumptions: { segmentFailure: 0.02 },
    tester: { testsPerDay: 100 },
  }),
  balancer: merged(shortPool, {
    orchestrator: {
      topology: { nodes: [{ name: "n1" }, { name: "n2", region: "NYC" }], frontend: "balancer" },
    },
    workers: [worker({ name: "a", node: "n1" }), worker({ name: "b", node: "n2" })],
  }),
  brokenBalancer: merged(shortPool, {
    orchestrator: {
      topology: { nodes: [{ name: "n1" }, { name: "n2" }], frontend: "brokenBalancer" },
    },
    workers: [worker({ name: "a", node: "n1" }), worker({ name: "b", node: "n2" })],
  }),
  advertised: merged(shortPool, {
    gateway: { extraNodes: 1 },
    orchestrator: {
      topology: { nodes: [{ name: "n1" }, { name: "n2", region: "NYC" }], frontend: "advertised" },
    },
    workers: [worker({ name: "a", node: "n1" }), worker({ name: "b", node: "n2" })],
  }),
  policies: merged(shortPool, {
    workers: [worker({ count: 3 }), worker({ name: "slow", count: 2, roundTripMs: 2200 })],
    orchestrator: {
      admission: {
        tier: { slowMs: 1000 },
        rolling: {},
        reconnectPenalty: { wait: "1m" },
        probation: { limitMs: 5000, segments: 2 },
      },
    },
  }),
};
