/**
 * The body of a webhook's answer, decoded as Go decodes it (W-4, W-5, W-17): one element that does
 * not fit fails all of it, an address that is no request URI only its own entry.
 */
import { PoolsimError, RemoteError } from "../../../core/errors.js";
import { decodeGoText, foldGoKey } from "../../../core/go-text.js";
import {
  elements,
  type JsonSlice,
  MAX_NESTING_DEPTH,
  members,
  nestingDepth,
  stringValue,
  valueAt,
} from "../../../core/json-scanner.js";
import { parseRequestUri } from "../request-uri.js";
import { bareEndpoint, type DroppedEntry, type SourceEndpoint } from "../source.js";
import { parseFloat32 } from "./float32.js";

/** What an answer holds. */
export interface WebhookList {
  /** The entries that can be used, in the webhook's order. */
  readonly endpoints: readonly SourceEndpoint[];
  /** Entries whose address is no request URI; those with an empty address are not mentioned. */
  readonly dropped: readonly DroppedEntry[];
}

/**
 * Decodes the body of an answer.
 *
 * @param body bytes as received, or text
 * @throws RemoteError (`WEBHOOK_JSON`)
 */
export function parseWebhookList(body: Uint8Array | string): WebhookList {
  const json = typeof body === "string" ? body : decodeGoText(body);
  assertValid(json);
  const list = valueAt(json, 0);
  if (list.kind === "null") return { endpoints: [], dropped: [] };
  if (list.kind !== "array") throw wrongType(list, "an array");

  const endpoints: SourceEndpoint[] = [];
  const dropped: DroppedEntry[] = [];
  for (const element of elements(json, list)) {
    const { address, score } = decodeEntry(json, element);
    if (address === "") continue;
    try {
      endpoints.push(bareEndpoint(parseRequestUri(address), score));
    } catch (error) {
      if (!(error instanceof PoolsimError)) throw error;
      dropped.push({ uri: address, recipient: null, rule: "W-5", detail: error.message });
    }
  }
  return { endpoints, dropped };
}

function assertValid(json: string): void {
  try {
    JSON.parse(json);
  } catch (cause) {
    throw new RemoteError(`the webhook's answer is not JSON: ${cause}`, {
      code: "WEBHOOK_JSON",
      cause,
    });
  }
  if (nestingDepth(json) > MAX_NESTING_DEPTH) {
    throw new RemoteError(`the webhook's answer is nested deeper than ${MAX_NESTING_DEPTH}`, {
      code: "WEBHOOK_JSON",
    });
  }
}

function decodeEntry(json: string, element: JsonSlice): { address: string; score: number } {
  const entry = { address: "", score: 0 };
  if (element.kind === "null") return entry;
  if (element.kind !== "object") throw wrongType(element, "an object");
  for (const [key, value] of members(json, element)) {
    const field = foldGoKey(key);
    if (field === "address" && value.kind !== "null") {
      if (value.kind !== "string") throw wrongType(value, "a string");
      entry.address = stringValue(json, value);
    } else if (field === "score" && value.kind !== "null") {
      if (value.kind !== "number") throw wrongType(value, "a number");
      entry.score = decodeScore(json.slice(value.start, value.end));
    }
  }
  return entry;
}

function decodeScore(text: string): number {
  const score = parseFloat32(text);
  if (score === null) {
    throw new RemoteError(`the score ${text.slice(0, 40)} is beyond 32-bit floats`, {
      code: "WEBHOOK_JSON",
    });
  }
  return score;
}

function wrongType({ kind, start }: JsonSlice, expected: string): RemoteError {
  return new RemoteError(`the webhook's answer has ${kind} at ${start} instead of ${expected}`, {
    code: "WEBHOOK_JSON",
  });
}
