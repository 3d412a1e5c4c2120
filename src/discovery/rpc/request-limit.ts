/** Ends a request: when its time is up, or as soon as anybody who may gives it up. */
import { RemoteError } from "../../core/errors.js";

/** A deadline and several signals in one signal; {@link end} releases all of them. */
export class RequestLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #parents: readonly AbortSignal[];
  readonly #follow = (event: Event): void => {
    const parent = this.#parents.find((signal) => signal === event.target);
    this.#controller.abort(parent?.reason);
  };

  /**
   * @param limitMs from now
   * @param who for the message of the `RPC_TIMEOUT` that is the reason then
   * @param parents whichever aborts first gives the reason
   */
  constructor(limitMs: number, who: string, parents: readonly AbortSignal[]) {
    this.#parents = parents;
    this.#timer = setTimeout(() => {
      const message = `${who}: no answer within ${limitMs} ms`;
      this.#controller.abort(new RemoteError(message, { code: "RPC_TIMEOUT" }));
    }, limitMs);
    for (const parent of parents) {
      if (parent.aborted) this.#controller.abort(parent.reason);
      parent.addEventListener("abort", this.#follow);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const parent of this.#parents) parent.removeEventListener("abort", this.#follow);
  }
}

/** The promise's outcome, unless the signal comes first: then its reason. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
