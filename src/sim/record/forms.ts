/** The three forms in which the same events are written down. */
import { getAddress } from "ethers/address";
import type { PoolEvent } from "../../pool/books/events/event.js";
import { encodeStored } from "../../pool/books/events/stored.js";
import type { Form } from "./form-names.js";
import { goJson } from "./go-json.js";
import { type RecordedEvent, uuidOf } from "./recorded-event.js";
import { utcSeconds } from "./utc.js";

const NS_PER_MS = 1_000_000n;
const NO_HASH = `0x${"0".repeat(64)}`;

/** An event with its number in its node's database, which counts from 1 after each start. */
export interface NumberedEvent extends RecordedEvent {
  readonly number: number;
}

/** Counts each source's events from 1, and again from 1 when it was started again. */
export function numbered(events: readonly RecordedEvent[]): NumberedEvent[] {
  const counts = new Map<RecordedEvent["source"], number>();
  return events.map((recorded) => {
    const { source, event } = recorded;
    const number = event.type === "reset" ? 1 : (counts.get(source) ?? 0) + 1;
    counts.set(source, number);
    return { ...recorded, number };
  });
}

/** The text of a file, or of an answer. Nodes know whole seconds; `poolsim` keeps the ms. */
export function textOf(form: Form, events: readonly NumberedEvent[]): string {
  switch (form) {
    case "bucket":
      return goJson(events.map(bucketEvent), 2);
    case "api":
      return `[${events.map(apiEvent).join(",")}]`;
    case "poolsim":
      return `[\n${events.map(ownEvent).join(",\n")}\n]\n`;
  }
}

function bucketEvent({ event }: NumberedEvent): object {
  return {
    DT: utcSeconds(event.atMs),
    EventType: typeOf(event),
    ID: uuidOf(event.identity.id),
    NodeType: event.nodeType,
    Payload: payloadOf(event),
    Region: event.region,
    Version: 1,
  };
}

function apiEvent({ number, event }: NumberedEvent): string {
  const payload = goJson({ event_type: typeOf(event), payload: payloadOf(event) }, 2);
  const dt = utcSeconds(event.atMs);
  // Fields of a structure keep their order.
  return `{"ID":${number},"Payload":${goJson(payload)},"Version":1,"DT":"${dt}"}`;
}

function ownEvent({ event }: NumberedEvent): string {
  const { identity, atMs } = event;
  return `{"id":${JSON.stringify(identity.id)},"atMs":${atMs},${encodeStored(event).slice(1)}`;
}

function typeOf(event: PoolEvent): string {
  return event.type === "reset" ? `${event.node}-reset` : event.type;
}

/** The payloads of E-8, with the units of E-9. */
function payloadOf(event: PoolEvent): object {
  switch (event.type) {
    case "reset":
      return {};
    case "worker-connected":
    case "worker-disconnected":
      return { connection: event.connection, ethAddress: checksummed(event.address) };
    case "job-received":
      return { ...requestOf(event), ethAddress: checksummed(event.address) };
    case "job-processed": {
      const money = {
        computeUnits: event.computeUnits,
        pricePerComputeUnit: event.pricePerComputeUnitWei,
        // E-12: 64 bits that wrap.
        fees: BigInt.asIntN(64, event.feesWei),
      };
      if (event.job === "ai") {
        return { ...money, ...requestOf(event), responseTime: event.responseTimeNs };
      }
      return {
        ...money,
        duration: event.durationMs,
        ethAddress: checksummed(event.address ?? ""),
        realTimeRatio: event.realTimeRatio,
        responseTime: event.responseTimeNs / NS_PER_MS,
      };
    }
    case "winning-ticket":
      return ticketOf(event);
    case "ticket-redeemed":
      return {
        ...ticketOf(event),
        pricePerPixel: event.pricePerPixel,
        txHash: event.txHash ?? NO_HASH,
      };
  }
}

function requestOf(event: PoolEvent & { type: "job-received" | "job-processed" }): object {
  return { modelID: event.modelId, pipeline: event.pipeline, requestID: event.requestId };
}

/** Addresses in lower case here (E-8). */
function ticketOf(event: PoolEvent & { type: "winning-ticket" | "ticket-redeemed" }): object {
  const { recipient, sender, faceValueWei, winProb, creationRound } = event;
  return { recipient, sender, faceValue: faceValueWei, winProb, creationRound };
}

const checksums = new Map<string, string>();

function checksummed(address: string): string {
  let text = checksums.get(address);
  if (text === undefined) {
    text = getAddress(address);
    checksums.set(address, text);
  }
  return text;
}
