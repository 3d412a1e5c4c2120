/**
 * poolsim's own form of an event: what the store keeps, what the simulator writes and what callers
 * may send. Field names are those of {@link PoolEvent}; numbers are decimal text of any length.
 */
import type { JobProcessed, PoolEvent } from "./event.js";
import {
  addressAt,
  addressOrNull,
  type Fields,
  hashAt,
  isFields,
  nameAt,
  textAt,
  textOr,
  UINT256_MAX,
  unreadable,
  wholeAt,
  wholeOrNull,
} from "./fields.js";
import type { Envelope } from "./node-payload.js";

const ANY = { max: UINT256_MAX };
const NOBODY = `0x${"0".repeat(40)}`;

/**
 * Canonical: equal events have equal texts, whatever order their decoders wrote the keys in. What
 * is null or empty is left out. Identity and time are kept beside it.
 */
export function encodeStored(event: PoolEvent): string {
  if (event.type === "job-processed") return jobText(event);
  const { identity: _identity, atMs: _atMs, ...content } = event;
  const filled = Object.entries(content).filter(([, value]) => value !== null && value !== "");
  filled.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(filled), (_name, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

/** A whole event in poolsim's own form, as files have it: what a caller sent can be read again. */
export function encodeOwn(event: PoolEvent): string {
  const { id } = event.identity;
  return `{"id":${JSON.stringify(id)},"atMs":${event.atMs},${encodeStored(event).slice(1)}`;
}

/** Texts as JSON has them: of names and addresses there are few, and looking is faster than writing. */
const quoted = new Map<string, string>();
const QUOTED_MAX = 10_000;

function quote(text: string): string {
  const known = quoted.get(text);
  if (known !== undefined) return known;
  const made = JSON.stringify(text);
  if (quoted.size >= QUOTED_MAX) quoted.clear();
  quoted.set(text, made);
  return made;
}

/**
 * The most frequent event, by hand: many times as fast as by {@link JSON.stringify}. Numbers need
 * no escapes; what is null or empty is left out.
 */
function jobText(event: JobProcessed): string {
  const { address, modelId, pipeline, realTimeRatio, renditions, requestId, round } = event;
  let text = address === null ? "{" : `{"address":${quote(address)},`;
  text += `"computeUnits":"${event.computeUnits}","durationMs":"${event.durationMs}",`;
  text += `"feesWei":"${event.feesWei}","job":"${event.job}",`;
  if (modelId !== "") text += `"modelId":${quote(modelId)},`;
  text += `"nodeType":${quote(event.nodeType)},`;
  if (pipeline !== "") text += `"pipeline":${quote(pipeline)},`;
  text += `"pricePerComputeUnitWei":"${event.pricePerComputeUnitWei}",`;
  if (realTimeRatio !== null) text += `"realTimeRatio":"${realTimeRatio}",`;
  text += `"region":${quote(event.region)},`;
  if (renditions !== null) text += `"renditions":"${renditions}",`;
  if (requestId !== null) text += `"requestId":${JSON.stringify(requestId)},`;
  text += `"responseTimeNs":"${event.responseTimeNs}",`;
  if (round !== null) text += `"round":"${round}",`;
  return `${text}"type":"job-processed"}`;
}

/** Reads the form. @throws InputError (`TYPE_UNKNOWN`, `FIELD`, `ADDRESS`) */
export function eventOfFields(
  fields: Fields,
  { identity, atMs }: Pick<Envelope, "identity" | "atMs">,
): PoolEvent {
  const type = textAt(fields, "type");
  const nodeType = nameAt(fields, "nodeType", "unknown");
  const envelope: Envelope = { identity, atMs, nodeType, region: nameAt(fields, "region") };
  switch (type) {
    case "reset": {
      const node = textAt(fields, "node");
      if (node !== "orchestrator" && node !== "gateway" && node !== "node") {
        throw unreadable("FIELD", `node: expected a kind of node, found "${node}"`);
      }
      return { ...envelope, type, node };
    }
    case "worker-connected":
    case "worker-disconnected": {
      const connection = textOr(fields, "connection", "");
      return { ...envelope, type, address: addressAt(fields, "address"), connection };
    }
    case "job-received":
      return {
        identity,
        atMs,
        nodeType,
        region: envelope.region,
        type,
        address: addressAt(fields, "address"),
        requestId: textAt(fields, "requestId"),
        pipeline: textOr(fields, "pipeline", ""),
        modelId: textOr(fields, "modelId", ""),
      };
    case "job-processed":
      return jobOf(fields, envelope);
    case "winning-ticket":
      return { ...envelope, ...ticketOf(fields), type };
    case "ticket-redeemed":
      return {
        ...envelope,
        ...ticketOf(fields),
        type,
        pricePerPixel: textOr(fields, "pricePerPixel", "") || null,
        txHash: hashAt(fields, "txHash"),
        gasFeesWei: wholeOrNull(fields, "gasFeesWei", ANY),
      };
    default:
      throw unreadable(
        "TYPE_UNKNOWN",
        `event type ${JSON.stringify(type).slice(0, 60)} is unknown`,
      );
  }
}

function jobOf(fields: Fields, envelope: Envelope): JobProcessed {
  const job = textAt(fields, "job");
  if (job !== "transcode" && job !== "ai") {
    throw unreadable("FIELD", `job: expected transcode or ai, found "${job}"`);
  }
  const requestId = textOr(fields, "requestId", "") || null;
  const address = addressOrNull(fields, "address");
  if (address === null && requestId === null) {
    throw unreadable("FIELD", "a job needs an address or a requestId");
  }
  if (address === null && job === "transcode") {
    throw unreadable("FIELD", "address: expected whose transcoding it is; only AI jobs are linked");
  }
  return {
    // Spelled out: a spread costs more than all the rest.
    identity: envelope.identity,
    atMs: envelope.atMs,
    nodeType: envelope.nodeType,
    region: envelope.region,
    type: "job-processed",
    job,
    address,
    requestId,
    pipeline: textOr(fields, "pipeline", ""),
    modelId: textOr(fields, "modelId", ""),
    computeUnits: wholeOrNull(fields, "computeUnits", ANY) ?? 0n,
    pricePerComputeUnitWei: wholeOrNull(fields, "pricePerComputeUnitWei", ANY) ?? 0n,
    feesWei: wholeAt(fields, "feesWei", ANY),
    durationMs: wholeOrNull(fields, "durationMs") ?? 0n,
    responseTimeNs: wholeOrNull(fields, "responseTimeNs") ?? 0n,
    realTimeRatio: wholeOrNull(fields, "realTimeRatio"),
    renditions: wholeOrNull(fields, "renditions"),
    round: wholeOrNull(fields, "round"),
  };
}

function ticketOf(fields: Fields) {
  return {
    recipient: partyAt(fields, "recipient"),
    sender: partyAt(fields, "sender"),
    faceValueWei: wholeAt(fields, "faceValueWei", ANY),
    winProb: wholeAt(fields, "winProb", ANY),
    creationRound: wholeAt(fields, "creationRound", ANY),
  };
}

/** Who wins or pays a ticket; zeros where it was not said. Neither is ever credited. */
function partyAt(fields: Fields, key: string): string {
  return fields[key] === NOBODY ? NOBODY : addressAt(fields, key);
}

/**
 * An event as the store keeps it. Its whole identity becomes the id, so that it stays what it is
 * wherever it is entered again.
 */
export function decodeStoredEvent({
  identity,
  atMs,
  content,
}: {
  readonly identity: string;
  readonly atMs: number;
  readonly content: string;
}): PoolEvent {
  const fields: unknown = JSON.parse(content);
  if (!isFields(fields)) throw unreadable("FORM", `event ${identity} can't be read`);
  return eventOfFields(fields, { identity: { form: "caller", id: identity }, atMs });
}
