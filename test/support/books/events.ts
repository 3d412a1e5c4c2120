/** Single events of both forms, with what a test cares about. */
import { makeKey } from "../../../src/core/random.js";
import { uuid, workerAddress } from "./recorded.js";

export const ALICE = workerAddress(1);
export const BOB = workerAddress(2);

let next = 0;

interface Envelope {
  readonly ID?: string;
  readonly DT?: string;
  readonly NodeType?: string;
  readonly Region?: string;
}

/** The bucket form. */
export function bucket(EventType: string, Payload: object, envelope: Envelope = {}) {
  return {
    ID: uuid(makeKey(4), next++),
    EventType,
    Version: 1,
    Payload,
    NodeType: "transcode",
    Region: "eu",
    DT: "2026-02-01T10:00:00Z",
    ...envelope,
  };
}

/** A transcoding job: fees = units at 1 wei. */
export function transcode(ethAddress: string, fees: bigint | string, envelope?: Envelope) {
  const payload = {
    ethAddress,
    computeUnits: Number(fees),
    pricePerComputeUnit: 1,
    fees: Number(fees),
    responseTime: 500,
    realTimeRatio: 4,
    duration: 2000,
  };
  return bucket("job-processed", payload, envelope);
}

export function received(requestID: string, ethAddress: string, envelope?: Envelope) {
  const payload = { ethAddress, requestID, pipeline: "llm", modelID: "m" };
  return bucket("job-received", payload, { NodeType: "ai", ...envelope });
}

export function aiJob(requestID: string, fees: number, envelope?: Envelope) {
  const payload = {
    requestID,
    pipeline: "llm",
    modelID: "m",
    computeUnits: fees,
    pricePerComputeUnit: 1,
    fees,
    responseTime: 1_500_000_000,
  };
  return bucket("job-processed", payload, { NodeType: "ai", ...envelope });
}

const HASH = `0x${"ab".repeat(32)}`;

export function redeemed(faceValue: string, txHash = HASH, envelope?: Envelope): string {
  const payload = {
    recipient: ALICE.toLowerCase(),
    sender: BOB.toLowerCase(),
    faceValue: "FACE",
    winProb: 1,
    pricePerPixel: null,
    creationRound: 4000,
    txHash,
  };
  return JSON.stringify(bucket("ticket-redeemed", payload, envelope)).replace('"FACE"', faceValue);
}

/** The API form of a bucket event. */
export function api(ID: number, { EventType, Payload, DT }: ReturnType<typeof bucket>) {
  const Payload_ = JSON.stringify({ event_type: EventType, payload: Payload }, null, 2);
  return { ID, Payload: Payload_, Version: 1, DT };
}

export function list(...events: readonly (object | string)[]): string {
  const texts = events.map((event) => (typeof event === "string" ? event : JSON.stringify(event)));
  return `[${texts.join(",\n")}]`;
}
