/** Ends a request: when its time is up, or as soon as anybody who may gives it up. */
import { RemoteError } from "../../core/errors.js";
import { onAbort } from "../../io/on-abort.js";

/** A deadline and several signals in one signal; {@link end} releases all of them. */
export class RequestLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #takeBack: readonly (() => void)[];

  /**
   * @param limitMs from now
   * @param who for the message of the `RPC_TIMEOUT` that is the reason then
   * @param parents whichever aborts first gives the reason
   */
  constructor(limitMs: number, who: string, parents: readonly AbortSignal[]) {
    this.#timer = setTimeout(() => {
      const message = `${who}: no answer within ${limitMs} ms`;
      this.#controller.abort(new RemoteError(message, { code: "RPC_TIMEOUT" }));
    }, limitMs);
    this.#takeBack = parents.map((parent) => {
      const follow = (): void => this.#controller.abort(parent.reason);
      if (parent.aborted) follow();
      return onAbort(parent, follow);
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const takeBack of this.#takeBack) takeBack();
  }
}

/** The promise's outcome, unless the signal comes first: then its reason. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    if (signal.aborted) giveUp();
    const takeBack = onAbort(signal, giveUp);
    promise.then(resolve, reject).finally(takeBack);
  });
}
