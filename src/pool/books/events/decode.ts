/** The edge: bytes of one event, in any of the three forms, become a typed event or a reason. */
import type { PoolEvent } from "./event.js";
import { formOfFields } from "./event-form.js";
import { parseExact } from "./exact-json.js";
import {
  type Fields,
  fieldsAt,
  isFields,
  shown,
  textAt,
  timeAt,
  unreadable,
  wholeAt,
} from "./fields.js";
import { eventOfPayload, labels } from "./node-payload.js";
import { eventOfFields } from "./stored.js";

/** What the source is told to be, for forms that do not say. */
export interface DecodeOptions {
  /** Node type of events that have none, e.g. `transcode`. @default none: events must say it */
  readonly nodeType?: string | undefined;
  /** Region of events that have none. @default none: events must say it */
  readonly region?: string | undefined;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads one event; which form it is in shows by its keys.
 *
 * @throws InputError: `UTF8`, `JSON`, `FORM`, `VERSION`, `TYPE_UNKNOWN`, `FIELD`, `ADDRESS`, `FEES`
 */
export function decodeEvent(raw: Uint8Array, options: DecodeOptions = {}): PoolEvent {
  return decodeValue(parseExact(utf8(raw)), options);
}

/** {@link decodeEvent} of what is parsed already, its numbers exact. */
export function decodeValue(value: unknown, options: DecodeOptions = {}): PoolEvent {
  if (!isFields(value)) throw unreadable("FORM", "an event is a JSON object");
  switch (formOfFields(value)) {
    case "bucket":
      return bucketEvent(value, options);
    case "api":
      return apiEvent(value, options);
    case "own":
      return ownEvent(value);
    case null:
      throw unreadable("FORM", "it has neither EventType, Payload nor type");
  }
}

const BUCKET_LABELS = { nodeType: "NodeType", region: "Region" };

/** `{ID, EventType, Version, Payload, NodeType, Region, DT}` (E-7). */
function bucketEvent(value: Fields, options: DecodeOptions): PoolEvent {
  checkVersion(value);
  const id = textAt(value, "ID").toLowerCase();
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw unreadable("FIELD", `ID: expected a UUID, found "${id.slice(0, 60)}"`);
  }
  const { nodeType, region } = labels(value, BUCKET_LABELS, options);
  return eventOfPayload(textAt(value, "EventType"), fieldsAt(value, "Payload"), {
    identity: { form: "uuid", id },
    atMs: timeAt(value, "DT"),
    nodeType,
    region,
  });
}

/** `{ID, Payload, Version, DT}` with the event as JSON in a string (E-20). */
function apiEvent(value: Fields, options: DecodeOptions): PoolEvent {
  checkVersion(value);
  const id = wholeAt(value, "ID").toString();
  const inner = value["Payload"];
  const event = typeof inner === "string" ? parseExact(inner) : inner;
  if (!isFields(event)) throw unreadable("FORM", "Payload: expected an event in a string");
  const payload = event["payload"] ?? {};
  if (!isFields(payload)) throw unreadable("FIELD", "payload: expected an object");
  return eventOfPayload(textAt(event, "event_type"), payload, {
    identity: { form: "api", id },
    atMs: timeAt(value, "DT"),
    ...labels(payload, { nodeType: "nodeType", region: "region" }, options),
  });
}

/** poolsim's own, with a caller-made `id` and `atMs`. */
function ownEvent(value: Fields): PoolEvent {
  const id = textAt(value, "id");
  if (!/^[\x21-\x7e]{1,200}$/.test(id)) {
    throw unreadable("FIELD", "id: expected 1 … 200 visible characters");
  }
  const atMs = Number(wholeAt(value, "atMs", { max: 253_402_300_799_999n }));
  return eventOfFields(value, { identity: { form: "caller", id }, atMs });
}

function checkVersion(value: Fields): void {
  if (value["Version"] === 1) return;
  throw unreadable("VERSION", `version ${shown(value["Version"])} is unknown, expected 1`);
}

function utf8(raw: Uint8Array): string {
  const bytes = Buffer.isBuffer(raw)
    ? raw
    : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const text = bytes.toString("utf8");
  if (!text.includes("\uFFFD")) return text;
  try {
    return UTF8.decode(raw);
  } catch (cause) {
    throw unreadable("UTF8", "it is not UTF-8", cause);
  }
}
