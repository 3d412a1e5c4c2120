/** A piece of a JSON text that is taken apart. */

/** Bytes of one element, or of what is none. */
export interface JsonPiece {
  /** The piece's bytes, as they were in the text. */
  readonly raw: Uint8Array;
  /** Byte offset in the stream. */
  readonly position: number;
  /** null: an element, not yet parsed; otherwise why it can't be one. */
  readonly problem: string | null;
  /** Its value, where it is parsed already: given once, and not kept. */
  takeValue?(): unknown;
}
