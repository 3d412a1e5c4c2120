/** What a node answers, read whatever it looks like: errors come in many shapes. */
import { RemoteError } from "../../core/errors.js";
import { remoteText } from "../remote-text.js";
import { RateLimited } from "./chain-failures.js";
import { complaintOf, type NodeFault, pauseInWords } from "./provider-words.js";

/** What a node answered to one request. */
export type RpcAnswer = { readonly result: unknown } | { readonly error: NodeFault };

const WORDS_MAX = 500;

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The answers to `count` requests, in their order.
 *
 * @throws RemoteError `CHAIN_BATCH` when they are no answers to a batch, in the node's own words;
 *   `CHAIN_RATE_LIMITED`, `CHAIN_UNAVAILABLE` when all of it is refused; `CHAIN_TRANSPORT`
 */
export function matchAnswers(text: string, count: number): readonly RpcAnswer[] {
  const json = parseJson(text);
  if (count === 1) return [readAnswer(Array.isArray(json) ? json[0] : json, text)];
  if (!Array.isArray(json)) throw refusedBatch(json, text);
  const answers = new Array<RpcAnswer | undefined>(count).fill(undefined);
  for (const item of json) {
    const id = isRecord(item) ? Number(item["id"] ?? Number.NaN) : Number.NaN;
    if (id in answers) answers[id] = readAnswer(item, text);
  }
  if (!answers.includes(undefined)) return answers.flatMap((answer) => answer ?? []);
  // One error for all of them comes in a list too.
  throw refusedBatch(
    json.find((item) => faultOf(item) !== null),
    text,
  );
}

function refusedBatch(json: unknown, text: string): RemoteError {
  const fault = faultOf(json);
  if (fault === null) {
    return new RemoteError(`the node does not answer batches: ${excerpt(text)}`, {
      code: "CHAIN_BATCH",
    });
  }
  const words = `the node's error ${fault.code}: ${fault.message}`;
  const complaint = complaintOf(fault);
  if (complaint === "patience") return new RateLimited(words, pauseInWords(fault.message));
  const code = complaint === "passing" ? "CHAIN_UNAVAILABLE" : "CHAIN_BATCH";
  return new RemoteError(words, { code });
}

function readAnswer(item: unknown, text: string): RpcAnswer {
  const fault = faultOf(item);
  if (fault !== null) return { error: fault };
  if (isRecord(item) && "result" in item) return { result: item["result"] };
  throw new RemoteError(`the node's answer is not JSON-RPC: ${excerpt(text)}`, {
    code: "CHAIN_TRANSPORT",
  });
}

/** An error as the standard has it, as a text, or without its frame; null = there is none. */
function faultOf(item: unknown): NodeFault | null {
  if (!isRecord(item) || "result" in item) {
    return isRecord(item) && isRecord(item["error"]) ? faultOfFields(item["error"]) : null;
  }
  const { error } = item;
  if (isRecord(error)) return faultOfFields(error);
  if (typeof error === "string") return faultOfFields({ code: item["code"], message: error });
  return typeof item["message"] === "string" ? faultOfFields(item) : null;
}

function faultOfFields(fields: Readonly<Record<string, unknown>>): NodeFault {
  const code = Number(fields["code"] ?? 0);
  const { message, data } = fields;
  const words = typeof message === "string" ? message : JSON.stringify(fields);
  // Some say what is the matter only beside their message.
  const beside = typeof data === "string" && !data.startsWith("0x") ? ` (${data})` : "";
  return {
    code: Number.isFinite(code) ? code : 0,
    message: remoteText(words + beside, WORDS_MAX),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RemoteError(`the node's answer is not JSON: ${excerpt(text)}`, {
      code: "CHAIN_TRANSPORT",
      cause,
    });
  }
}

/** The beginning of an answer, fit for a message. */
export function excerpt(text: string): string {
  return remoteText(text.trim(), 200);
}
