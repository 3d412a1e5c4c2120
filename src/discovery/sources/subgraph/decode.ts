/** Checks that data are what was asked for, so that everything behind can trust their types. */
import { RemoteError } from "../../../core/errors.js";
import type { FirstOrchestratorsQuery, NextOrchestratorsQuery } from "./generated/orchestrators.js";

type TranscoderRow = NextOrchestratorsQuery["transcoders"][number];
type Meta = NonNullable<NextOrchestratorsQuery["_meta"]>;
type Fields = Readonly<Record<string, unknown>>;

/** 2^256 − 1, which the contract says for "never", has 78 digits. */
const WHOLE = /^\d{1,78}$/;
const DECIMAL = /^\d{1,60}(\.\d{1,40})?$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;

/**
 * @param data of `FirstOrchestrators`
 * @param first as asked: more rows are a failure
 * @throws RemoteError (`SUBGRAPH_INVALID`)
 */
export function decodeFirst(data: unknown, first: number): FirstOrchestratorsQuery {
  const fields = fieldsOf(data, "data");
  const protocols = listOf(fields["protocols"], "protocols", 1).map((protocol) => {
    const { lastInitializedRound } = fieldsOf(protocol, "protocols[0]");
    const round = fieldsOf(lastInitializedRound, "lastInitializedRound");
    return { lastInitializedRound: { id: textOf(round["id"], "lastInitializedRound.id", WHOLE) } };
  });
  return { ...decodeNext(data, first), protocols };
}

/**
 * @param data of `NextOrchestrators`
 * @param first as asked: more rows are a failure
 * @throws RemoteError (`SUBGRAPH_INVALID`)
 */
export function decodeNext(data: unknown, first: number): NextOrchestratorsQuery {
  const fields = fieldsOf(data, "data");
  const meta = fields["_meta"];
  return {
    _meta: meta === null ? null : metaOf(fieldsOf(meta, "_meta")),
    transcoders: listOf(fields["transcoders"], "transcoders", first).map(transcoderOf),
  };
}

function metaOf(meta: Fields): Meta {
  const { number, hash } = fieldsOf(meta["block"], "_meta.block");
  if (!Number.isSafeInteger(number) || typeof number !== "number" || number < 0) {
    refuse("_meta.block.number", "a whole number", number);
  }
  return { block: { number, hash: hash === null ? null : textOf(hash, "_meta.block.hash", HASH) } };
}

function transcoderOf(row: unknown, index: number): TranscoderRow {
  const at = `transcoders[${index}]`;
  const fields = fieldsOf(row, at);
  const { active, serviceURI } = fields;
  if (typeof active !== "boolean") refuse(`${at}.active`, "a boolean", active);
  return {
    id: textOf(fields["id"], `${at}.id`, ADDRESS),
    active,
    activationRound: textOf(fields["activationRound"], `${at}.activationRound`, WHOLE),
    deactivationRound: textOf(fields["deactivationRound"], `${at}.deactivationRound`, WHOLE),
    totalStake: textOf(fields["totalStake"], `${at}.totalStake`, DECIMAL),
    serviceURI: serviceURI === null ? null : textOf(serviceURI, `${at}.serviceURI`, /^/),
  };
}

function fieldsOf(value: unknown, at: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(at, "an object", value);
  }
  return { ...value };
}

function listOf(value: unknown, at: string, atMost: number): readonly unknown[] {
  if (!Array.isArray(value)) refuse(at, "a list", value);
  if (value.length > atMost) {
    throw new RemoteError(`the subgraph answered ${value.length} ${at}, asked for ${atMost}`, {
      code: "SUBGRAPH_INVALID",
    });
  }
  return value;
}

function textOf(value: unknown, at: string, form: RegExp): string {
  if (typeof value !== "string") refuse(at, "a text", value);
  if (!form.test(value)) refuse(at, `of the form ${form.source}`, value);
  return value;
}

/** Shows no texts: who knows what a broken server puts there, its caller's key included. */
function refuse(at: string, expected: string, found: unknown): never {
  throw new RemoteError(`the subgraph's ${at} is not ${expected}, but ${kindOf(found)}`, {
    code: "SUBGRAPH_INVALID",
  });
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return `a text of ${value.length} characters`;
  return typeof value === "object" && value !== null ? "an object or a list" : String(value);
}
