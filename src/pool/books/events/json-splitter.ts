/**
 * Cuts a stream of bytes into the elements of JSON arrays and values, one after another, without
 * knowing what they hold: an element that can't be read does not keep others from being read, text
 * between them is a piece too, and a file of any size needs little memory.
 */
import { checkWhole } from "../../../core/checks.js";
import { formOf } from "./event-form.js";
import { JsonGrammar } from "./json-grammar.js";
import type { JsonPiece } from "./json-piece.js";
import { JsonRegion } from "./json-region.js";

/** How JSON is cut into pieces. */
export interface SplitterOptions {
  /** Elements may be parsed where that costs less than to look for their ends. @default true */
  readonly isParsing?: boolean | undefined;
  /** What is nested deeper is damaged, and searched. @default 64 */
  readonly depthMax?: number | undefined;
}

/** V8 makes room for longer texts by themselves, which takes as long as to read them. */
const BYTES_AT_ONCE = 1 << 16;
/** Longer elements are no events. */
export const MAX_EVENT_BYTES = 1 << 20;
/** No event is deeper. What is looked at again after damage is looked at so often at most. */
const MAX_DEPTH = 64;
/** The same, of what was found after damage. */
const MAX_TENTATIVE_DEPTH = 16;

const [QUOTE, COMMA, COLON, NEWLINE] = [0x22, 0x2c, 0x3a, 0x0a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Where a text stops being JSON, the element is damaged, and what follows is looked through for the
 * next event: an object that begins where an element or a line may begin, that is whole, and that
 * has the keys of an event. All before it is one piece, and from there on all is as before.
 */
export class JsonSplitter {
  readonly #isParsing: boolean;
  readonly #depthMax: number;
  readonly #grammar = new JsonGrammar();
  #pieces: JsonPiece[] = [];
  #rest: Buffer = Buffer.alloc(0);
  /** Where `rest` begins in the stream. */
  #position = 0;
  /** How far into `rest` was looked. */
  #looked = 0;
  /** Where the element begins in `rest`. */
  #start = 0;
  /** Where it was closed, if it was. */
  #closed = 0;
  /** Where what is damaged begins in `rest`; null: nothing is. */
  #damaged: number | null = null;
  /** The element was found after damage: it is one if it turns out to be an event. */
  #isTentative = false;
  /** Arrays that are open around the element: one, or more where lists of lists were joined. */
  #arrays = 0;
  #isOversized = false;

  /** @throws InputError (`OPTION_INVALID`) */
  constructor({ isParsing = true, depthMax = MAX_DEPTH }: SplitterOptions = {}) {
    checkWhole({ depthMax }, [0, Number.POSITIVE_INFINITY]);
    this.#isParsing = isParsing;
    this.#depthMax = depthMax;
  }

  /** The pieces that are complete with these bytes. They are views of a copy of them. */
  push(chunk: Uint8Array): readonly JsonPiece[] {
    for (let from = 0; from < chunk.length || from === 0; from += BYTES_AT_ONCE) {
      this.#push(chunk.subarray(from, from + BYTES_AT_ONCE));
    }
    return this.#taken();
  }

  #push(chunk: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    this.#parse();
    this.#scan();
    this.#limit();
    const kept = this.#damaged ?? this.#start;
    this.#position += kept;
    this.#rest = this.#rest.subarray(kept);
    this.#looked -= kept;
    this.#start -= kept;
    this.#closed -= kept;
    if (this.#damaged !== null) this.#damaged = 0;
  }

  /** What is left when the stream ends. */
  end(): readonly JsonPiece[] {
    const { length } = this.#rest;
    const isBroken = this.#damaged !== null && !this.#isTentative;
    let isCut = false;
    while (this.#grammar.depth > 0 || this.#grammar.isInString) {
      // What is open stays so: the next event may be within it.
      isCut = true;
      this.#damage();
      this.#scan();
    }
    if (this.#damaged !== null) {
      this.#piece(this.#damaged, length, isCut && !isBroken ? ENDS_WITHIN : null);
    } else if (this.#arrays === 0) {
      this.#between(this.#start, length);
    } else {
      this.#piece(this.#start, length, this.#grammar.isClosed ? null : ENDS_WITHIN);
      const isSaid = this.#pieces.at(-1)?.problem === ENDS_WITHIN;
      if (!isSaid) {
        const position = this.#position + length;
        this.#pieces.push({ raw: Buffer.from("["), position, problem: ENDS_WITHIN_ARRAY });
      }
    }
    return this.#taken();
  }

  #taken(): readonly JsonPiece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /** Takes what can be parsed at once. */
  #parse(): void {
    const bytes = this.#rest;
    const isFit = this.#isParsing && !this.#isOversized && bytes.length <= MAX_EVENT_BYTES;
    if (!isFit || this.#damaged !== null || (this.#arrays === 0 && this.#grammar.depth > 0)) return;
    let start = 0;
    if (this.#arrays === 0) {
      start = bytes.findIndex((byte) => !isSpace(byte));
      if (bytes[start] !== OPEN_ARRAY) return;
      start++;
    }
    const position = this.#position + start;
    const region = JsonRegion.parse(bytes.subarray(start), (elements) => cut(elements, position));
    if (region === null) return;
    for (const piece of region.pieces) this.#pieces.push(piece);
    this.#arrays = Math.max(1, this.#arrays);
    this.#begin(start + region.length);
    this.#looked = this.#start;
  }

  /** The next element begins there. */
  #begin(start: number): void {
    this.#start = start;
    this.#isTentative = false;
    this.#grammar.reset();
  }

  /** Looks at every byte that was not looked at. */
  #scan(): void {
    const bytes = this.#rest;
    while (this.#looked < bytes.length) {
      if (this.#damaged !== null && !this.#isTentative) {
        if (!this.#seek()) return;
      } else if (this.#grammar.depth === 0 && this.#arrays === 0 && !this.#isTentative) {
        this.#outside(bytes[this.#looked] ?? 0);
      } else {
        this.#looked = this.#grammar.skip(bytes, this.#looked);
        if (this.#looked < bytes.length) this.#inside(bytes[this.#looked] ?? 0);
      }
    }
  }

  /** A byte between values. */
  #outside(byte: number): void {
    const at = this.#looked++;
    if (byte === OPEN_ARRAY) {
      this.#between(this.#start, at);
      this.#arrays = 1;
      this.#begin(at + 1);
    } else if (byte === OPEN_OBJECT) {
      this.#between(this.#start, at);
      this.#begin(at);
      this.#grammar.step(byte);
    } else if (byte === QUOTE) {
      // Brackets in a text are none, and where the text ends can't be known.
      this.#damage();
    }
  }

  /** A byte of an array, or of a value. */
  #inside(byte: number): void {
    const grammar = this.#grammar;
    const at = this.#looked++;
    if (grammar.depth === 0 && !grammar.isInString && this.#arrays > 0 && !this.#isTentative) {
      if (byte === COMMA || byte === CLOSE_ARRAY) {
        this.#piece(this.#start, at);
        this.#begin(at + 1);
        if (byte === CLOSE_ARRAY) this.#arrays--;
        return;
      }
      if (byte === OPEN_ARRAY && grammar.isEmpty) {
        this.#begin(at + 1);
        this.#arrays++;
        return;
      }
      // The comma between them is lost.
      if (byte === OPEN_OBJECT && grammar.isClosed) {
        this.#piece(this.#start, this.#closed);
        this.#begin(at);
      }
    }
    if (!grammar.step(byte)) {
      this.#looked = at;
      this.#damage();
    } else if (grammar.depth > (this.#isTentative ? MAX_TENTATIVE_DEPTH : this.#depthMax)) {
      this.#damage();
    } else if (grammar.depth === 0 && (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)) {
      if (!grammar.isInString) this.#close(at + 1);
    }
  }

  /** The value ends before `end`. */
  #close(end: number): void {
    this.#closed = end;
    if (this.#damaged !== null) {
      if (!isEvent(this.#rest.subarray(this.#start, end))) {
        this.#damage();
        return;
      }
      this.#piece(this.#damaged, this.#start);
      this.#damaged = null;
      this.#isTentative = false;
    }
    if (this.#arrays > 0) return;
    this.#piece(this.#start, end);
    this.#begin(end);
  }

  /** The element is none: the next event is looked for, from behind its beginning on. */
  #damage(): void {
    if (this.#damaged === null) {
      if (this.#grammar.isClosed) {
        // What was closed is whole: what came after it is not.
        this.#piece(this.#start, this.#closed);
        this.#start = this.#closed;
        this.#looked = this.#closed;
      } else {
        this.#looked = this.#start + 1;
      }
      this.#damaged = this.#start;
    } else {
      this.#looked = this.#start + 1;
    }
    this.#isTentative = false;
    this.#grammar.reset();
  }

  /** Goes to where the next event may begin. @returns false: there is none yet */
  #seek(): boolean {
    const bytes = this.#rest;
    for (;;) {
      const at = bytes.indexOf(OPEN_OBJECT, this.#looked);
      if (at === -1) {
        this.#looked = bytes.length;
        this.#start = bytes.length;
        return false;
      }
      this.#looked = at + 1;
      if (!this.#mayBegin(at)) continue;
      this.#begin(at);
      this.#isTentative = true;
      this.#grammar.step(OPEN_OBJECT);
      return true;
    }
  }

  /** After a bracket, a comma, another object, or on a line of its own; never as a key's value. */
  #mayBegin(at: number): boolean {
    const bytes = this.#rest;
    const first = this.#damaged ?? 0;
    let before = at - 1;
    while (before >= first && isSpace(bytes[before])) before--;
    if (before < first || bytes[at - 1] === NEWLINE) return true;
    const byte = bytes[before];
    if (byte === COLON) return false;
    const isAfterMark =
      byte === COMMA || byte === OPEN_ARRAY || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT;
    return isAfterMark || bytes.subarray(before + 1, at).includes(NEWLINE);
  }

  /** What is too long is said, and not kept. */
  #limit(): void {
    const { length } = this.#rest;
    if (this.#isTentative && length - this.#start > MAX_EVENT_BYTES) {
      this.#damage();
      this.#scan();
    }
    if (this.#damaged !== null) {
      const end = this.#isTentative ? this.#start : length;
      if (end - this.#damaged <= MAX_EVENT_BYTES) return;
      this.#piece(this.#damaged, end, TOO_LONG);
      this.#damaged = end;
    } else if (length - this.#start > MAX_EVENT_BYTES) {
      this.#piece(this.#start, length, TOO_LONG);
      this.#start = length;
      this.#isOversized = true;
    }
  }

  /** Bytes as a piece, without white space around them; nothing if there is nothing else. */
  #piece(from: number, to: number, wrong: string | null = null): void {
    const isOversized = this.#isOversized || to - from > MAX_EVENT_BYTES;
    this.#isOversized = false;
    let [start, end] = [from, to];
    const isPart = this.#damaged !== null;
    const isNothing = (byte: number | undefined) => isSpace(byte) || (isPart && byte === COMMA);
    while (start < end && isNothing(this.#rest[start])) start++;
    while (end > start && isNothing(this.#rest[end - 1])) end--;
    if (start === end) return;
    const problem = isOversized ? TOO_LONG : wrong;
    const raw = this.#rest.subarray(start, end);
    this.#pieces.push({ raw, position: this.#position + start, problem });
  }

  /** Text outside of arrays and values; nodes that have no events answer null. */
  #between(from: number, to: number): void {
    const text = this.#rest.toString("utf8", from, to);
    const isNothing = text.replaceAll(/null|[\s,]+/g, "") === "";
    if (isNothing) this.#isOversized = false;
    else this.#piece(from, to, "it is neither an object nor an array");
  }
}

const TOO_LONG = `it has more than ${MAX_EVENT_BYTES} bytes`;
/** What is wrong with a piece that goes on where the text ends. */
export const ENDS_WITHIN = "the text ends within it";
/** What is wrong with an array that does: its piece is at the end of the text, and stands for what is not there. */
export const ENDS_WITHIN_ARRAY = "the text ends within the array";

function isEvent(bytes: Buffer): boolean {
  try {
    return formOf(JSON.parse(bytes.toString("utf8"))) !== null;
  } catch {
    return false;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The elements between the brackets of an array, one by one. */
function cut(elements: Buffer, position: number): readonly JsonPiece[] {
  const splitter = new JsonSplitter({ isParsing: false, depthMax: Number.POSITIVE_INFINITY });
  const bytes = Buffer.concat([Buffer.from("["), elements, Buffer.from("]")]);
  return splitter
    .push(bytes)
    .map((piece) => ({ ...piece, position: piece.position - 1 + position }));
}
