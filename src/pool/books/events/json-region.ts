/**
 * Elements of a JSON array parsed many at a time, in a third of the time that they take one by
 * one. Where a region can't be parsed as a whole, or holds what needs care, it is left alone.
 */
import { parsePlain } from "./exact-json.js";
import type { JsonPiece } from "./json-piece.js";

const [COMMA, OPEN_OBJECT, CLOSE_OBJECT] = [0x2c, 0x7b, 0x7d];

export class JsonRegion {
  /** Elements in order; each value is given out once. */
  readonly pieces: readonly JsonPiece[];
  /** How many bytes they and the comma after them have. */
  readonly length: number;
  readonly #split: () => readonly JsonPiece[];
  #found: readonly JsonPiece[] | null = null;

  private constructor(values: unknown[], length: number, split: () => readonly JsonPiece[]) {
    this.length = length;
    this.#split = split;
    this.pieces = values.map((_, index) => new ParsedPiece(this, values, index));
  }

  /**
   * Parses as many elements as there are, but the last.
   *
   * @param bytes from the beginning of an element of the array
   * @param split cuts bytes into elements: called once it matters where one of them is
   */
  static parse(bytes: Buffer, split: (bytes: Buffer) => readonly JsonPiece[]): JsonRegion | null {
    const end = lastSeparator(bytes);
    if (end === null) return null;
    const region = bytes.subarray(0, end);
    // Between true elements the brackets are balanced: a comma that is none of theirs is no JSON.
    const values = parsePlain(`[${region.toString("utf8")}]`);
    // Lists in a list are no elements, but what is in them.
    if (!Array.isArray(values) || values.some(Array.isArray)) return null;
    return new JsonRegion(values, end + 1, () => split(region));
  }

  /** The element's bytes. */
  at(index: number): JsonPiece {
    this.#found ??= this.#split();
    const piece = this.#found[index];
    if (piece === undefined) throw new RangeError(`a region has no element ${index}`);
    return piece;
  }
}

/** One element, already parsed. Its bytes are looked for in the region only when somebody asks. */
class ParsedPiece implements JsonPiece {
  readonly problem = null;
  readonly #region: JsonRegion;
  readonly #values: unknown[];
  readonly #index: number;

  constructor(region: JsonRegion, values: unknown[], index: number) {
    this.#region = region;
    this.#values = values;
    this.#index = index;
  }

  get raw(): Uint8Array {
    return this.#region.at(this.#index).raw;
  }

  get position(): number {
    return this.#region.at(this.#index).position;
  }

  takeValue(): unknown {
    const value = this.#values[this.#index];
    this.#values[this.#index] = undefined;
    return value;
  }
}

/** Where the last comma between two objects is, if it is not in a string: the parser will tell. */
function lastSeparator(bytes: Buffer): number | null {
  for (let open = bytes.length; ; ) {
    open = open === 0 ? -1 : bytes.lastIndexOf(OPEN_OBJECT, open - 1);
    if (open === -1) return null;
    const comma = lastNonSpace(bytes, open);
    if (bytes[comma] !== COMMA) continue;
    if (bytes[lastNonSpace(bytes, comma)] === CLOSE_OBJECT) return comma;
  }
}

function lastNonSpace(bytes: Buffer, before: number): number {
  let at = before - 1;
  while (at >= 0 && (bytes[at] ?? 0) <= 0x20) at--;
  return at;
}
