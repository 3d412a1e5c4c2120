/**
 * When a worker that lost its orchestrator tries again (O-14): exponential back-off with jitter,
 * for ever. The quirk is kept: the interval never starts over after a long healthy connection,
 * only when the worker process itself does.
 */
import { checkNumber } from "../../core/checks.js";

/** How a worker waits between its tries. */
export interface ReconnectOptions {
  /** First interval between tries, ms. @default 500 */
  readonly initialMs?: number | undefined;
  /** Factor from one interval to the next. @default 1.5 */
  readonly factor?: number | undefined;
  /** Largest interval, ms; the jitter comes on top. @default 60_000 */
  readonly maxMs?: number | undefined;
  /** Largest deviation to either side, as a share of the interval. @default 0.5 */
  readonly jitter?: number | undefined;
}

/** When a worker tries to connect again (O-14). */
export class ReconnectBackoff {
  readonly #initialMs: number;
  readonly #factor: number;
  readonly #maxMs: number;
  readonly #jitter: number;
  #intervalMs: number;

  /** @throws InputError (`OPTION_INVALID`) for negative numbers, and what is none */
  constructor({
    initialMs = 500,
    factor = 1.5,
    maxMs = 60_000,
    jitter = 0.5,
  }: ReconnectOptions = {}) {
    checkNumber({ initialMs, factor, maxMs, jitter }, [0, Number.POSITIVE_INFINITY]);
    this.#initialMs = initialMs;
    this.#factor = factor;
    this.#maxMs = maxMs;
    this.#jitter = jitter;
    this.#intervalMs = initialMs;
  }

  /**
   * How long to wait before the next attempt, ms.
   *
   * @param draw a random number in [0, 1)
   */
  nextDelayMs(draw: number): number {
    const delayMs = this.#intervalMs * (1 + this.#jitter * (2 * draw - 1));
    this.#intervalMs = Math.min(this.#intervalMs * this.#factor, this.#maxMs);
    return delayMs;
  }

  /** The worker process starts afresh. */
  restart(): void {
    this.#intervalMs = this.#initialMs;
  }
}
