/**
 * Follows the bytes of one JSON value and says at which of them it can't be JSON any more. A lost
 * quote, comma or bracket shows at once instead of at the end of the text, so that only the value
 * that has it is lost. What passes may still be no JSON: the parser has the last word.
 */

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Stands for all letters and digits of a number, `true`, `false` or `null`. */
const WORD = 0x61;
const NOTHING = 0;

/** What may stand outside of strings: 1 = white space, 2 = in words, 3 = marks. */
const KINDS = new Uint8Array(256);
for (const byte of [0x20, 0x0a, 0x0d, 0x09]) KINDS[byte] = 1;
for (const byte of Buffer.from("0123456789+-.eEtrufalsn")) KINDS[byte] = 2;
for (const byte of Buffer.from('{}[],:"')) KINDS[byte] = 3;

export class JsonGrammar {
  /** Open brackets, outermost first. */
  readonly #open: number[] = [];
  /** The last byte that is no white space, and none in a string: 0 = there was none. */
  #last = NOTHING;
  /** The last string is a key, whose colon has not come. */
  #isKey = false;
  #isInString = false;
  #isEscaped = false;
  /** White space came after the last byte. */
  #isApart = false;

  /** Open brackets. */
  get depth(): number {
    return this.#open.length;
  }

  /** A value may end here: nothing is open, and there was something. */
  get isWhole(): boolean {
    return this.#open.length === 0 && !this.#isInString && this.#last !== NOTHING;
  }

  /** An object or a list that was closed; nothing may follow it. */
  get isClosed(): boolean {
    return this.isWhole && (this.#last === CLOSE_OBJECT || this.#last === CLOSE_ARRAY);
  }

  get isEmpty(): boolean {
    return this.#last === NOTHING;
  }

  get isInString(): boolean {
    return this.#isInString;
  }

  reset(): void {
    this.#open.length = 0;
    this.#last = NOTHING;
    this.#isKey = false;
    this.#isInString = false;
    this.#isEscaped = false;
    this.#isApart = false;
  }

  /** Takes the next byte. @returns false: it can't stand there, and was not taken */
  step(byte: number): boolean {
    if (this.#isInString) {
      // Also a line's end, which JSON writes as \n: the string's quote is lost.
      if (byte < 0x20) return false;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) {
        this.#isInString = false;
        this.#last = QUOTE;
      }
      return true;
    }
    const kind = KINDS[byte];
    if (kind === 1) {
      this.#isApart = true;
      return true;
    }
    const isFit = kind === 2 ? this.#word() : kind === 3 && this.#mark(byte);
    if (isFit) this.#isApart = false;
    return isFit;
  }

  /**
   * Takes bytes while a string or white space goes on: most of them, without a question each.
   *
   * @returns where the next byte is that has to be looked at
   */
  skip(bytes: Uint8Array, from: number): number {
    let at = from;
    if (this.#isInString) {
      if (this.#isEscaped) return at;
      for (; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        if (byte === QUOTE || byte === BACKSLASH || byte < 0x20) break;
      }
    } else {
      while (at < bytes.length && KINDS[bytes[at] ?? 0] === 1) at++;
      if (at > from) this.#isApart = true;
    }
    return at;
  }

  #word(): boolean {
    if (this.#last === WORD ? this.#isApart : !this.#mayBegin()) return false;
    this.#last = WORD;
    return true;
  }

  #mark(byte: number): boolean {
    if (byte === QUOTE) {
      this.#isKey = this.#isInObject() && (this.#last === OPEN_OBJECT || this.#last === COMMA);
      if (!this.#isKey && !this.#mayBegin()) return false;
      this.#isInString = true;
      return true;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (!this.#mayBegin()) return false;
      this.#open.push(byte);
    } else if (byte === COLON) {
      if (!this.#isKey || this.#last !== QUOTE) return false;
      this.#isKey = false;
    } else {
      const open = this.#open.at(-1);
      if (open === undefined || this.#isKey || this.#last === COLON) return false;
      if (byte === COMMA) {
        if (this.#last === COMMA || this.#last === open) return false;
      } else {
        if (open !== (byte === CLOSE_OBJECT ? OPEN_OBJECT : OPEN_ARRAY)) return false;
        this.#open.pop();
      }
    }
    this.#last = byte;
    return true;
  }

  /** Is a value due? */
  #mayBegin(): boolean {
    if (this.#isInObject()) return this.#last === COLON;
    const isFirst = this.#last === NOTHING || this.#last === OPEN_ARRAY;
    return isFirst || (this.#last === COMMA && this.#open.length > 0);
  }

  #isInObject(): boolean {
    return this.#open.at(-1) === OPEN_OBJECT;
  }
}
