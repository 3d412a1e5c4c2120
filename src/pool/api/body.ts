/** Bodies of requests: of a known length, plain, and bounded all together. */
import { Problem } from "./problem.js";

/** Of all bodies of one endpoint that are being received. */
const RECEIVED_BYTES_MAX = 64 * 1024 * 1024;

/** A request as far as it is needed here. */
export interface BodySource {
  /** Reads a header, undefined without it. */
  header(name: string): string | undefined;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Receives the bodies of one endpoint. */
export class BodyReader {
  readonly #bytesMax: number;
  #receivedBytes = 0;

  /** @param bytesMax of one body */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * The body, whose length must be known beforehand.
   *
   * @throws Problem 411, 413, 415 for one that is compressed, 503 when too much is on its way
   */
  async read(source: BodySource): Promise<Uint8Array> {
    if (!/^(identity)?$/i.test(source.header("content-encoding") ?? "")) {
      throw new Problem(415, "ENCODED", "expected a body without Content-Encoding");
    }
    const told = source.header("content-length");
    if (told === undefined || !/^\d{1,15}$/.test(told)) {
      throw new Problem(411, "LENGTH_REQUIRED", "expected a body with its Content-Length");
    }
    const length = Number(told);
    this.#assertShort(length);
    if (this.#receivedBytes + length > RECEIVED_BYTES_MAX) {
      throw new Problem(503, "UNAVAILABLE", "too much is being sent", { retryAfterS: 1 });
    }
    this.#receivedBytes += length;
    try {
      const bytes = new Uint8Array(await source.arrayBuffer());
      this.#assertShort(bytes.length);
      return bytes;
    } finally {
      this.#receivedBytes -= length;
    }
  }

  #assertShort(length: number): void {
    if (length <= this.#bytesMax) return;
    throw new Problem(413, "TOO_LARGE", `expected a body of at most ${this.#bytesMax} bytes`);
  }
}
