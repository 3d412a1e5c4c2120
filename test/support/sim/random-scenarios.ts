/**
 * Scenarios of chance: small ones that mix all that the schema knows, in values at which things happen
 * within minutes. Streams come and go, run into each other, fail, swap and are renewed.
 */
import fc from "fast-check";
import type { Settings } from "./runs.js";

const minutes = (min: number, max: number) => fc.integer({ min, max }).map((count) => `${count}m`);
const one = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const region = one("FRA", "NYC", "SIN", "LON");
/** A part that is there or not. */
const maybe = fc.boolean();

const spells = fc.record(
  { every: minutes(1, 5), length: one("10s", "1m"), extra: one(0.3, 3) },
  { requiredKeys: ["every", "length", "extra"] },
);

const measured = fc.record(
  {
    type: fc.constant("measured"),
    roundTripMs: one(300, 700, 1200, 1900, 2600),
    successRate: one(1, 0.9, 0.5),
    slowSpells: spells,
  },
  { requiredKeys: ["type", "roundTripMs"] },
);

const device = fc.record(
  { type: fc.constant("device"), device: one("k80", "t4", "gtx1080ti"), slowSpells: spells },
  { requiredKeys: ["type", "device"] },
);

const economics = fc.record(
  {
    roundLengthMinutes: one(1, 2, 7),
    payoutInterval: minutes(1, 11),
    attribution: one("perJob", "byWeights"),
    commission: one("1/4", "1/3"),
    feeShare: one("0", "1/7"),
  },
  { requiredKeys: ["roundLengthMinutes", "payoutInterval"] },
);

const studied = fc
  .record(
    {
      region,
      stakeShare: one(0.1, 0.5, 0.9),
      pricePerUnit: one("1", "1/3", "1200"),
      backend: fc.oneof(fc.constant({ type: "pool" }), measured, measured, device),
      availability: one(1, 0.8),
      maxSessions: one<number | string>(2, 10, "auto"),
      whenDown: one("unreachable", "silent"),
      economics,
    },
    { requiredKeys: ["region", "stakeShare", "backend", "maxSessions", "economics"] },
  )
  .map(({ maxSessions, ...orchestrator }) => ({
    ...orchestrator,
    // Only workers can say how many sessions they offer.
    maxSessions: orchestrator.backend.type === "pool" || maxSessions !== "auto" ? maxSessions : 5,
  }));

const worker = fc.record(
  {
    name: one("a", "b"),
    count: one(1, 3),
    maxSessions: one(1, 4),
    roundTripMs: one(350, 900, 2200),
    up: minutes(1, 5),
    down: one("20s", "1m"),
    errorProbability: one(0, 0.02),
    hangProbability: one(0, 0.01),
    cheatProbability: one(0, 0.1),
  },
  { requiredKeys: ["name", "count", "maxSessions", "roundTripMs"] },
);

const rival = fc.record(
  {
    region,
    stakeLpt: one(1e3, 1e6),
    pricePerUnit: one("1", "800", "1/7"),
    maxSessions: one(1, 3, 10),
    score: one(0, 1),
    whenDown: one("unreachable", "silent"),
    backend: fc.oneof(measured, measured, measured, device),
  },
  { requiredKeys: ["region", "stakeLpt", "backend"] },
);

const gateway = fc.record(
  {
    region,
    weight: one(1, 3),
    minPerfScore: one(0, 0.5),
    selection: one("probability", "live", "latency", "random"),
    suspension: one("absolute", "relative"),
    maxAttempts: one(1, 3),
    onchain: one(true, true, false),
    discoveryTimeout: one("100ms", "500ms"),
  },
  { requiredKeys: ["region"] },
);

const stream = fc.record(
  {
    segmentMs: one(1000, 2000, 5000, 40_000),
    segmentCv: one(0, 0.1, 0.6),
    length: fc.oneof(
      fc.record({ distribution: fc.constant("exponential"), mean: minutes(1, 6) }),
      fc.record({ distribution: fc.constant("constant"), mean: minutes(1, 50) }),
    ),
    verificationFreq: one(0, 0, 0, 3),
    leaveOnFailure: fc.boolean(),
    ingest: one("http", "rtmp"),
  },
  { requiredKeys: ["length"] },
);

const assumptions = fc.record(
  {
    noiseScale: one(0, 1, 2),
    segmentFailure: one(0, 0.0003, 0.02),
    prepareMs: one(0, 5, 200),
    rttScale: one(0, 1),
    meanDown: one("1m", "8h"),
    slowSpells: spells,
    whenDown: one("unreachable", "silent"),
    shareBandwidth: fc.boolean(),
  },
  { requiredKeys: [] },
);

const times = { at: fc.integer({ min: 0, max: 100 }).map((seconds) => `${seconds}s`) };
const often = one("45s", "70s");

/** Events of chance, all within the first three minutes; whom they happen to is put in later. */
const events = fc
  .record({
    price: fc.record(
      { kind: fc.constant("price"), ...times, factor: one(0, 0.5, 3), for: one("30s") },
      { requiredKeys: ["kind", "at", "factor"] },
    ),
    stake: fc.record(
      { kind: fc.constant("stake"), ...times, factor: one(0, 20), for: one("30s") },
      { requiredKeys: ["kind", "at", "factor"] },
    ),
    outage: fc.record(
      { kind: fc.constant("outage"), ...times, for: one("7s", "40s"), every: often },
      { requiredKeys: ["kind", "at", "for"] },
    ),
    worker: fc.record(
      { kind: fc.constant("outage"), ...times, for: one("7s", "40s"), every: often },
      { requiredKeys: ["kind", "at", "for"] },
    ),
    region: fc.record(
      { kind: fc.constant("outage"), ...times, for: one("7s", "40s"), every: often },
      { requiredKeys: ["kind", "at", "for"] },
    ),
    restart: fc.record(
      { kind: fc.constant("restart"), ...times, for: one("1s", "20s"), every: often },
      { requiredKeys: ["kind", "at"] },
    ),
    streams: fc.record(
      { kind: fc.constant("streams"), ...times, streams: one(1, 7), length: one("40s") },
      { requiredKeys: ["kind", "at", "streams", "length"] },
    ),
    burst: fc.record(
      { kind: fc.constant("burst"), ...times, for: one("5s", "20s"), every: often },
      { requiredKeys: ["kind", "at", "for"] },
    ),
    badSource: fc.record(
      { kind: fc.constant("badSource"), ...times, streams: one(1, 3), length: one("40s", "4m") },
      { requiredKeys: ["kind", "at", "streams", "length"] },
    ),
  })
  .chain((all) => fc.subarray(Object.entries(all)).map((some) => Object.fromEntries(some)));

/** Who is there for an event to happen to. */
function withSubjects(
  all: Settings,
  { pool, worker, region: where }: { pool: boolean; worker: boolean; region: string },
): Settings {
  const rivalsOwn = pool ? {} : { orchestrator: "r0" };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, event]) => {
      const one = event as Settings;
      if (name === "worker") return worker ? [[name, { ...one, worker: "w0" }]] : [];
      if (name === "region") return [[name, { ...one, region: where }]];
      const isOwn = ["price", "stake", "outage", "restart"].includes(name);
      return [[name, isOwn ? { ...one, ...rivalsOwn } : one]];
    }),
  );
}

/** Settings of a scenario of chance; all of them are valid. */
export const randomScenarios: fc.Arbitrary<Settings> = fc
  .record({
    seed: fc.nat(1e6),
    warmup: minutes(0, 4),
    duration: one("3m", "5m", "8m", "8m", "40m"),
    limit: fc.integer({ min: 0, max: 6 }),
    rivals: fc.array(rival, { minLength: 1, maxLength: 4 }),
    orchestrator: fc.option(studied, { nil: undefined }),
    workers: fc.array(worker, { minLength: 1, maxLength: 2 }),
    gateways: fc.array(gateway, { minLength: 1, maxLength: 3 }),
    source: one("webhook", "onchain", "hardcoded"),
    streams: fc.integer({ min: 1, max: 6 }),
    stream,
    assumptions,
    tickets: maybe,
    events,
    tester: fc.option(one(100, 400), { nil: undefined }),
  })
  .map((parts) => {
    const { orchestrator, gateways, source, rivals, tester } = parts;
    const isPool = orchestrator?.backend.type === "pool";
    const subjects = {
      pool: orchestrator !== undefined,
      worker: isPool,
      region: rivals[0]?.region ?? "FRA",
    };
    return {
      seed: parts.seed,
      warmup: parts.warmup,
      duration: parts.duration,
      network: { limit: parts.limit },
      gateway: { source },
      gateways: gateways.map((settings, at) => ({ ...settings, name: `g${at}` })),
      // A long run of few streams, so that tokens and parameters run out (M-35).
      demand: { concurrentStreams: parts.duration === "40m" ? 1 : parts.streams },
      stream: parts.stream,
      assumptions: parts.assumptions,
      tickets: { enabled: parts.tickets },
      ...(tester === undefined ? {} : { tester: { testsPerDay: tester, segments: 5 } }),
      orchestrators: rivals.map((settings, at) => ({ ...settings, name: `r${at}` })),
      events: withSubjects(parts.events, subjects),
      ...(orchestrator === undefined ? {} : { orchestrator }),
      ...(isPool
        ? { workers: parts.workers.map((settings, at) => ({ ...settings, name: `w${at}` })) }
        : {}),
    };
  });
