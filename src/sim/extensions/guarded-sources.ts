/**
 * Between an extension's sources and the commands that use them: each answer is checked as whatever
 * comes from outside is, and a failure says whose it is. Failures of reading may pass, so that
 * whoever asks again and again asks later; wrong answers do not pass.
 */
import { basename } from "node:path";
import { z } from "zod";
import { isPoolsimError, RemoteError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import {
  type DroppedEntry,
  ListingSource,
  type ListOptions,
  type OrchestratorSource,
  parseOrchestratorUri,
  type SourceEndpoint,
} from "../../discovery/index.js";
import {
  type EventPiece,
  type PieceQuestion,
  pieceReader,
} from "../../pool/books/sources/pieces.js";
import type { EventReader } from "../../pool/books/sources/source.js";
import { type Author, type Call, guarded, isObject, methodOf, wrong } from "./guarded.js";

const ENDPOINTS_MAX = 10_000;

/** An orchestrator as an extension names it. Unknown is left out, never 0. */
const endpointSchema = z.strictObject({
  uri: z.string().max(4096),
  score: z.number().default(0),
  recipient: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/)
    .optional(),
  stake: z.bigint().min(0n).optional(),
  price: z
    .string()
    .max(200)
    .regex(/^[0-9]/)
    .optional(),
});

/** What fails while an extension reads. */
function readFailure({ path, what }: Author, place: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `extension ${basename(path)}: ${what}: ${place} fails: ${text}`;
}

/** What fails while an extension's source of orchestrators reads: it may pass. */
function listFailure(author: Author, place: string, cause: unknown): unknown {
  if (isPoolsimError(cause)) return cause;
  const text = readFailure(author, place, cause);
  return new RemoteError(text, { code: "SOURCE_EXTENSION", cause });
}

/** The same of a source of events. */
function pieceFailure(author: Author, cause: unknown): unknown {
  if (isPoolsimError(cause)) return cause;
  const text = readFailure(author, "pieces", cause);
  return new RemoteError(text, { code: "EVENTS_EXTENSION", cause });
}

/** One item of a list; what is wrong with it is dropped and said, and stops no other. */
function endpointOf(given: unknown): SourceEndpoint | DroppedEntry {
  const read = endpointSchema.safeParse(given);
  if (!read.success) {
    const uri = isObject(given) ? Reflect.get(given, "uri") : given;
    const [first] = read.error.issues;
    const detail = [...(first?.path ?? []), first?.message ?? "wrong"].join(": ");
    return {
      uri: typeof uri === "string" ? uri.slice(0, 200) : "",
      recipient: null,
      rule: "D-2",
      detail,
    };
  }
  const { uri, score, recipient: address, stake, price } = read.data;
  const recipient = address?.toLowerCase() ?? null;
  try {
    return {
      ...parseOrchestratorUri(uri),
      score: Math.fround(score),
      recipient,
      stake: stake ?? null,
      price: price === undefined ? null : Rational.parse(price),
      activationRound: null,
      deactivationRound: null,
    };
  } catch (error) {
    if (!isPoolsimError(error)) throw error;
    return { uri, recipient, rule: "D-2", detail: error.message };
  }
}

/**
 * A whole source of orchestrators of what an extension gave.
 *
 * @throws InputError (`EXTENSION`), now for what is no source, later for a wrong answer
 */
export function wholeOrchestratorSource(
  name: string,
  given: unknown,
  author: Author,
): OrchestratorSource {
  const list = isObject(given) ? methodOf(given, "list") : undefined;
  if (!isObject(given) || list === undefined) throw wrong(author, "create", "an object with list");
  const ask = async (method: string, call: Call | undefined, { signal }: ListOptions) => {
    try {
      return await call?.apply(given, [{ signal }] as never[]);
    } catch (error) {
      signal?.throwIfAborted();
      throw listFailure(author, method, error);
    }
  };
  return new ListingSource({
    kind: name,
    usesBlocklist: Reflect.get(given, "usesBlocklist") !== false,
    usesOnChainPredicate: Reflect.get(given, "usesOnChainPredicate") === true,
    list: async (options) => {
      const answered = await ask("list", list, options);
      if (Array.isArray(answered) && answered.length <= ENDPOINTS_MAX) {
        return answered.map((one: unknown) => endpointOf(one));
      }
      throw wrong(author, "list", `a list of at most ${ENDPOINTS_MAX} endpoints`);
    },
    close: async () => {
      await ask("close", methodOf(given, "close"), {});
    },
  });
}

function isPiece(value: unknown): value is EventPiece {
  if (!isObject(value)) return false;
  const { origin, bytes, key, version } = value as Readonly<Record<string, unknown>>;
  const isBytes =
    typeof bytes === "string" ||
    bytes instanceof Uint8Array ||
    (isObject(bytes) && Symbol.asyncIterator in bytes);
  const isName = (text: unknown) => typeof text === "string" && text !== "" && text.length <= 1_000;
  return isBytes && isName(origin) && isName(version) && (key === undefined || isName(key));
}

/** Bytes of a piece; what fails while an extension reads them is its failure too. */
async function* readBytes(
  bytes: EventPiece["bytes"],
  author: Author,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (typeof bytes === "string") yield new TextEncoder().encode(bytes);
  else if (bytes instanceof Uint8Array) yield bytes;
  else {
    try {
      for await (const chunk of bytes as AsyncIterable<unknown>) {
        if (!(chunk instanceof Uint8Array)) throw wrong(author, "pieces", "bytes of Uint8Arrays");
        yield chunk;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw pieceFailure(author, error);
    }
  }
}

/**
 * A reader of what an extension gave: it hands over pieces, and what was entered is remembered here.
 *
 * @throws InputError (`EXTENSION`), now for what is no source, later for a wrong answer
 */
export function wholeEventReader(name: string, given: unknown, author: Author): EventReader {
  const pieces = isObject(given) ? methodOf(given, "pieces") : undefined;
  if (!isObject(given) || pieces === undefined) {
    throw wrong(author, "create", "an object with pieces");
  }
  const asked = async function* (question: PieceQuestion): AsyncGenerator<EventPiece> {
    const found = guarded(author, "pieces", () => pieces.apply(given, [question] as never[]));
    if (!isObject(found) || !(Symbol.asyncIterator in found || Symbol.iterator in found)) {
      throw wrong(author, "pieces", "pieces one after the other");
    }
    const iterated = found as AsyncIterable<unknown> | Iterable<unknown>;
    try {
      for await (const piece of iterated) {
        if (!isPiece(piece)) throw wrong(author, "pieces", "{ origin, version, bytes } for each");
        yield { ...piece, bytes: readBytes(piece.bytes, author, question.signal) };
      }
    } catch (error) {
      question.signal?.throwIfAborted();
      throw pieceFailure(author, error);
    }
  };
  return { ...pieceReader(name, asked), defaultName: name };
}
