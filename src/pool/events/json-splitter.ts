/**
 * Cuts a stream of bytes into the elements of JSON arrays and values, one after another, without
 * knowing what they hold: an element that can't be read does not keep others from being read, text
 * between them is a piece too, and a file of any size needs little memory.
 */
import { JsonRegion } from "./json-region.js";

/** Bytes of one element, or of what is none. */
export interface JsonPiece {
  readonly raw: Uint8Array;
  /** Byte offset in the stream. */
  readonly position: number;
  /** null: an element, not yet parsed; otherwise why it can't be one. */
  readonly problem: string | null;
  /** Its value, where it is parsed already: given once, and not kept. */
  takeValue?(): unknown;
}

export interface SplitterOptions {
  /** Elements may be parsed where that costs less than to look for their ends. @default true */
  readonly isParsing?: boolean | undefined;
}

/** Longer elements are no events. */
export const MAX_EVENT_BYTES = 1 << 20;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

export class JsonSplitter {
  readonly #isParsing: boolean;
  #rest: Buffer = Buffer.alloc(0);
  /** Where `rest` begins in the stream. */
  #position = 0;
  /** How far into `rest` was looked. */
  #looked = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inArray = false;
  #isOversized = false;

  constructor({ isParsing = true }: SplitterOptions = {}) {
    this.#isParsing = isParsing;
  }

  /** The pieces that are complete with these bytes. They are views of a copy of them. */
  push(chunk: Uint8Array): readonly JsonPiece[] {
    const pieces: JsonPiece[] = [];
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const bytes = this.#rest;
    let start = this.#parse(pieces, bytes);
    // Every byte that is left comes by here: what changes with each is kept in locals.
    let inString = this.#inString;
    let escaped = this.#escaped;
    for (let at = this.#looked; at < bytes.length; at++) {
      const byte = bytes[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (this.#depth === 0 && !this.#inArray) {
          this.#between(pieces, bytes, start, at);
          this.#inArray = byte === OPEN_ARRAY;
          start = this.#inArray ? at + 1 : at;
          if (this.#inArray) continue;
        }
        this.#depth++;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (this.#depth > 0) {
          this.#depth--;
          if (this.#depth > 0 || this.#inArray) continue;
          this.#piece(pieces, bytes, start, at + 1);
          start = at + 1;
        } else if (byte === CLOSE_ARRAY && this.#inArray) {
          this.#piece(pieces, bytes, start, at);
          start = at + 1;
          this.#inArray = false;
        }
      } else if (byte === COMMA && this.#depth === 0 && this.#inArray) {
        this.#piece(pieces, bytes, start, at);
        start = at + 1;
      }
    }
    this.#inString = inString;
    this.#escaped = escaped;
    if (bytes.length - start > MAX_EVENT_BYTES) {
      const some = trimmed(bytes, start, bytes.length);
      if (some !== null) {
        pieces.push({ raw: some.raw, position: this.#position + some.start, problem: TOO_LONG });
        this.#isOversized = true;
      }
      start = bytes.length;
    }
    this.#position += start;
    this.#rest = bytes.subarray(start);
    this.#looked = this.#rest.length;
    return pieces;
  }

  /** Takes what can be parsed at once. @returns where the rest begins */
  #parse(pieces: JsonPiece[], bytes: Buffer): number {
    const isFit = this.#isParsing && !this.#isOversized && bytes.length <= MAX_EVENT_BYTES;
    if (!isFit || (!this.#inArray && this.#depth > 0)) return 0;
    let start = 0;
    if (!this.#inArray) {
      start = bytes.findIndex((byte) => !isSpace(byte));
      if (bytes[start] !== OPEN_ARRAY) return 0;
      start++;
    }
    const position = this.#position + start;
    const region = JsonRegion.parse(bytes.subarray(start), (elements) => cut(elements, position));
    if (region === null) return 0;
    for (const piece of region.pieces) pieces.push(piece);
    this.#inArray = true;
    this.#looked = start + region.length;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    return this.#looked;
  }

  /** What is left when the stream ends. */
  end(): readonly JsonPiece[] {
    const pieces: JsonPiece[] = [];
    const { length } = this.#rest;
    if (this.#depth === 0 && !this.#inArray) {
      this.#between(pieces, this.#rest, 0, length);
      return pieces;
    }
    this.#piece(pieces, this.#rest, 0, length, "the text ends within it");
    if (pieces.length > 0) return pieces;
    const raw = Buffer.from("[");
    return [{ raw, position: this.#position, problem: "the text ends within the array" }];
  }

  #piece(
    pieces: JsonPiece[],
    bytes: Buffer,
    from: number,
    to: number,
    wrong: string | null = null,
  ): void {
    const piece = trimmed(bytes, from, to);
    const isOversized = this.#isOversized || to - from > MAX_EVENT_BYTES;
    this.#isOversized = false;
    if (piece === null) return;
    const { raw, start } = piece;
    const problem = isOversized ? TOO_LONG : wrong;
    pieces.push({ raw, position: this.#position + start, problem });
  }

  /** Text outside of arrays and values; nodes that have no events answer null. */
  #between(pieces: JsonPiece[], bytes: Buffer, from: number, to: number): void {
    const isNothing = bytes.toString("utf8", from, to).replaceAll(/null|[\s,]+/g, "") === "";
    if (isNothing) this.#isOversized = false;
    else this.#piece(pieces, bytes, from, to, "it is neither an object nor an array");
  }
}

const TOO_LONG = `it has more than ${MAX_EVENT_BYTES} bytes`;

function trimmed(bytes: Buffer, from: number, to: number): { raw: Buffer; start: number } | null {
  let [start, end] = [from, to];
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return start === end ? null : { raw: bytes.subarray(start, end), start };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The elements between the brackets of an array, one by one. */
function cut(elements: Buffer, position: number): readonly JsonPiece[] {
  const splitter = new JsonSplitter({ isParsing: false });
  const bytes = Buffer.concat([Buffer.from("["), elements, Buffer.from("]")]);
  return splitter
    .push(bytes)
    .map((piece) => ({ ...piece, position: piece.position - 1 + position }));
}
