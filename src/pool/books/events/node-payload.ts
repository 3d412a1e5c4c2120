/** The payloads of orchestrators, the same in both of their forms (E-8). */
import type { EventIdentity, JobProcessed, PoolEvent } from "./event.js";
import {
  addressAt,
  addressOrNull,
  type Fields,
  hashAt,
  INT64_MAX,
  nameAt,
  textAt,
  textOr,
  UINT256_MAX,
  unreadable,
  wholeAt,
  wholeOrNull,
} from "./fields.js";

const FEES_RANGE = { min: -(2n ** 63n), max: UINT256_MAX };
const NS_PER_MS = 1_000_000n;

/** What an event has besides its payload. */
export interface Envelope {
  readonly identity: EventIdentity;
  readonly atMs: number;
  readonly nodeType: string;
  readonly region: string;
}

/** @throws InputError (`TYPE_UNKNOWN`, `FIELD`, `ADDRESS`, `FEES`) */
export function eventOfPayload(type: string, payload: Fields, envelope: Envelope): PoolEvent {
  switch (type) {
    case "job-processed":
      return job(payload, envelope);
    case "orchestrator-reset":
      return { ...envelope, type: "reset", node: "orchestrator" };
    case "gateway-reset":
      return { ...envelope, type: "reset", node: "gateway" };
    case "node-reset":
      return { ...envelope, type: "reset", node: "node" };
    case "worker-connected":
    case "worker-disconnected": {
      const connection = textOr(payload, "connection", "");
      return { ...envelope, type, address: addressAt(payload, "ethAddress"), connection };
    }
    case "job-received":
      // Spelled out, as in jobs: a spread costs more than all the rest.
      return {
        identity: envelope.identity,
        atMs: envelope.atMs,
        nodeType: envelope.nodeType,
        region: envelope.region,
        type,
        address: addressAt(payload, "ethAddress"),
        requestId: requestId(payload),
        pipeline: textOr(payload, "pipeline", ""),
        modelId: textOr(payload, "modelID", ""),
      };
    case "ticket-redeemed":
      return {
        ...envelope,
        ...ticket(payload),
        type,
        pricePerPixel: fraction(payload),
        txHash: hashAt(payload, "txHash"),
        gasFeesWei: wholeOrNull(payload, "gasFees", { max: UINT256_MAX }),
      };
    case "winning-ticket":
      return { ...envelope, ...ticket(payload), type };
    default:
      throw unreadable(
        "TYPE_UNKNOWN",
        `event type ${JSON.stringify(type).slice(0, 60)} is unknown`,
      );
  }
}

function ticket(payload: Fields) {
  return {
    recipient: addressAt(payload, "recipient"),
    sender: addressAt(payload, "sender"),
    faceValueWei: wholeAt(payload, "faceValue", { max: UINT256_MAX }),
    winProb: wholeAt(payload, "winProb", { max: UINT256_MAX }),
    creationRound: wholeAt(payload, "creationRound"),
  };
}

/** A job is AI work if it has a request, whatever the node calls itself (ED-D16). */
function job(payload: Fields, envelope: Envelope): JobProcessed {
  const isAi = payload["requestID"] !== undefined || payload["pipeline"] !== undefined;
  const responseTime = wholeAt(payload, "responseTime");
  const units = wholeOrNull(payload, "computeUnits");
  const price = wholeOrNull(payload, "pricePerComputeUnit");
  return {
    identity: envelope.identity,
    atMs: envelope.atMs,
    nodeType: envelope.nodeType,
    region: envelope.region,
    type: "job-processed",
    job: isAi ? "ai" : "transcode",
    address: isAi ? addressOrNull(payload, "ethAddress") : addressAt(payload, "ethAddress"),
    requestId: isAi ? requestId(payload) : null,
    pipeline: isAi ? textOr(payload, "pipeline", "") : "",
    modelId: isAi ? textOr(payload, "modelID", "") : "",
    computeUnits: units ?? 0n,
    pricePerComputeUnitWei: price ?? 0n,
    feesWei: exactFees(payload, units, price),
    durationMs: isAi ? 0n : wholeAt(payload, "duration"),
    responseTimeNs: isAi ? responseTime : responseTime * NS_PER_MS,
    realTimeRatio: isAi ? null : wholeOrNull(payload, "realTimeRatio"),
    renditions: wholeOrNull(payload, "renditions"),
    round: wholeOrNull(payload, "round"),
  };
}

/**
 * Fees are price × units in 64 bits that wrap without a word (E-12): where both factors are
 * there, their product is the fee, if the node's number is that product or its lower 64 bits.
 */
function exactFees(payload: Fields, units: bigint | null, price: bigint | null): bigint {
  const { fees: given, computeUnits, pricePerComputeUnit } = payload;
  // Nearly always the product has less than 53 bits, and doubles say that it is right.
  if (typeof computeUnits === "number" && typeof pricePerComputeUnit === "number") {
    const product = computeUnits * pricePerComputeUnit;
    if (product === given && Number.isSafeInteger(product) && product >= 0) return BigInt(product);
  }
  const fees = wholeAt(payload, "fees", FEES_RANGE);
  const product = units === null || price === null ? null : units * price;
  if (product === null) {
    if (fees >= 0n && fees <= INT64_MAX) return fees;
    throw unreadable("FEES", `fees: ${fees} wrapped, and its factors are not there`);
  }
  if (product === fees || BigInt.asIntN(64, product) === fees) return product;
  throw unreadable("FEES", `fees: ${fees} is not ${units} units at ${price}`);
}

function requestId(payload: Fields): string {
  const id = textAt(payload, "requestID");
  if (id !== "") return id;
  throw unreadable("FIELD", "requestID: expected a request, found nothing");
}

function fraction(payload: Fields): string | null {
  const value = textOr(payload, "pricePerPixel", "");
  if (value === "") return null;
  if (/^\d+(?:\/[1-9]\d*)?$/.test(value)) return value;
  throw unreadable("FIELD", `pricePerPixel: expected a fraction, found "${value}"`);
}

/** Node labels, with what the source is told to be where the form has none (E-22). */
export function labels(
  fields: Fields,
  keys: { readonly nodeType: string; readonly region: string },
  defaults: { readonly nodeType?: string | undefined; readonly region?: string | undefined },
): { nodeType: string; region: string } {
  return {
    nodeType: nameAt(fields, keys.nodeType, defaults.nodeType),
    region: nameAt(fields, keys.region, defaults.region),
  };
}
