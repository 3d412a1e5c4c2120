/** Events as orchestrators record them, made up from a seed: for tests and the bench. */
import { getAddress } from "ethers";
import { makeKey, type RandomKey, uniform } from "../../../src/core/random.js";

export interface BucketEvent {
  readonly ID: string;
  readonly EventType: string;
  readonly Version: number;
  readonly Payload: Readonly<Record<string, unknown>>;
  readonly NodeType: string;
  readonly Region: string;
  readonly DT: string;
}

export interface RecordedOptions {
  readonly seed?: number;
  /** Jobs. */
  readonly jobs: number;
  readonly workers?: number;
  /** Part of the jobs that is AI. */
  readonly aiPart?: number;
}

const REGIONS = ["eu-central", "us-central", "oceania"];
const START_MS = Date.UTC(2026, 1, 1, 10);

/** Worker number → its address. */
export function workerAddress(worker: number): string {
  return getAddress(`0x${(worker + 1).toString(16).padStart(40, "a")}`);
}

export function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

/** A UUID of a number. */
export function uuid(key: RandomKey, index: number): string {
  const word = (salt: number) =>
    Math.floor(uniform(key.k0 ^ salt, key.k1, index) * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  const hex = word(1) + word(2) + word(3) + word(4);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

/** In order of time: resets, connections, jobs of both kinds, tickets redeemed. */
export function* recorded({
  seed = 1,
  jobs,
  workers = 200,
  aiPart = 0.1,
}: RecordedOptions): Generator<BucketEvent> {
  const key = makeKey(seed, 77);
  const addresses = Array.from({ length: workers }, (_, worker) => workerAddress(worker));
  let index = 0;
  const event = (
    EventType: string,
    Payload: BucketEvent["Payload"],
    { NodeType = "transcode", Region = "eu-central", atMs = START_MS } = {},
  ): BucketEvent => ({
    DT: timeText(atMs),
    EventType,
    ID: uuid(key, index++),
    NodeType,
    Payload,
    Region,
    Version: 1,
  });
  const place = (worker: number) => REGIONS[worker % REGIONS.length] ?? "eu-central";
  for (const Region of REGIONS) yield event("orchestrator-reset", {}, { Region });
  for (const [worker, ethAddress] of addresses.entries()) {
    const connection = `10.0.${worker >> 8}.${worker & 255}:40000`;
    yield event("worker-connected", { connection, ethAddress }, { Region: place(worker) });
  }
  for (let job = 0; job < jobs; job++) {
    const draw = (what: number) => uniform(key.k0 ^ (what + 9), key.k1, job);
    const worker = Math.floor(draw(1) * workers);
    const ethAddress = addresses[worker] ?? "";
    const atMs = START_MS + job * 20;
    const Region = place(worker);
    if (draw(2) < aiPart) {
      const requestID = uuid(makeKey(seed, 5), job);
      const model = { modelID: "stabilityai/sd", pipeline: "text-to-image", requestID };
      const ai = { NodeType: "ai", Region, atMs };
      yield event("job-received", { ...model, ethAddress }, ai);
      const computeUnits = 1_000_000 + Math.floor(draw(3) * 1_000_000);
      const pricePerComputeUnit = 4_700_000;
      yield event(
        "job-processed",
        {
          ...model,
          computeUnits,
          fees: computeUnits * pricePerComputeUnit,
          pricePerComputeUnit,
          responseTime: 2_345_678_901,
        },
        { ...ai, atMs: atMs + 3_000 },
      );
    } else {
      const computeUnits = 60_000_000 + Math.floor(draw(3) * 10_000_000);
      const pricePerComputeUnit = 500;
      const responseTime = 200 + Math.floor(draw(4) * 900);
      yield event(
        "job-processed",
        {
          computeUnits,
          duration: 2000,
          ethAddress,
          fees: computeUnits * pricePerComputeUnit,
          pricePerComputeUnit,
          realTimeRatio: Math.floor(2000 / responseTime),
          responseTime,
        },
        { Region, atMs },
      );
    }
  }
}

/** A file as it lies in the bucket: indented. */
export function bucketFile(events: readonly BucketEvent[]): string {
  return JSON.stringify(events, null, 2);
}
