/** Events on their way into one transaction, and what could not be read among them. */
import { InputError } from "../../../core/errors.js";
import { type DecodeOptions, decodeEvent, decodeValue } from "../events/decode.js";
import type { PoolEvent } from "../events/event.js";
import type { JsonPiece } from "../events/json-piece.js";
import { ENDS_WITHIN_ARRAY } from "../events/json-splitter.js";

/** Where something was read: for the quarantine. */
export interface PieceOrigin {
  readonly piece: JsonPiece;
  /** File or request. */
  readonly origin: string;
}

/** What goes to quarantine. */
export interface FailedPiece extends PieceOrigin {
  readonly code: string;
  readonly reason: string;
}

export class DecodedBatch {
  readonly events: PoolEvent[] = [];
  /** What each event was read from. */
  readonly origins: PieceOrigin[] = [];
  readonly failed: FailedPiece[] = [];
  /** Files that were read before when they had so many bytes, and that begin with all of them still. */
  readonly grown: { readonly origin: string; readonly length: number }[] = [];
  /** How far is read when this is in the books, by name. */
  readonly cursors = new Map<string, string>();
  readonly #options: DecodeOptions;

  constructor(options: DecodeOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.events.length + this.failed.length;
  }

  add(piece: JsonPiece, origin: string): void {
    if (piece.problem !== null) {
      // The same bytes are kept once: of a list that is cut there are none, and each is told by its place.
      const { position, problem } = piece;
      const place = { raw: Buffer.from(`[ ${origin}:${position}`), position, problem };
      const said = problem === ENDS_WITHIN_ARRAY ? place : piece;
      this.failed.push({ piece: said, origin, code: "PIECE", reason: problem });
      return;
    }
    try {
      const value = piece.takeValue?.();
      const event =
        value === undefined
          ? decodeEvent(piece.raw, this.#options)
          : decodeValue(value, this.#options);
      this.events.push(event);
      this.origins.push({ piece, origin });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.failed.push({ piece, origin, code: error.code, reason: error.message });
    }
  }
}
