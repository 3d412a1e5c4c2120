/** Sources, answers and a clock for tests of the live shell. */
import type { Clock } from "../../../src/discovery/live/clock.js";
import type { OrchestratorAnswer } from "../../../src/discovery/rpc/decode.js";
import { parseRequestUri } from "../../../src/discovery/sources/request-uri.js";
import {
  bareEndpoint,
  type OrchestratorSource,
  type SourceEndpoint,
} from "../../../src/discovery/sources/source.js";

interface ListedAs extends Partial<SourceEndpoint> {
  readonly uri: string;
}

/** An endpoint of a source; untrusted unless said otherwise. */
export function listed({ uri, score = 0, ...known }: ListedAs): SourceEndpoint {
  return { ...bareEndpoint(parseRequestUri(uri), score), ...known };
}

/** A source that has this list. */
export function sourceOf(
  endpoints: readonly SourceEndpoint[],
  traits: Partial<OrchestratorSource> = {},
): OrchestratorSource {
  return {
    kind: "list",
    usesBlocklist: true,
    usesOnChainPredicate: false,
    list: async ({ signal } = {}) => {
      signal?.throwIfAborted();
      return { endpoints, dropped: [], confirmedAtMs: 0, staleBecause: null };
    },
    close: async () => {},
    ...traits,
  };
}

/** An answer that fits every video job. */
export function answerOf(
  transcoder: string,
  known: Partial<OrchestratorAnswer> = {},
): OrchestratorAnswer {
  return {
    transcoder,
    ticketParams: null,
    priceInfo: null,
    address: `0x${"ab".repeat(20)}`,
    capabilities: {
      bitstring: [67_133_439n],
      mandatories: [],
      capacities: null,
      version: "0.8.9",
      constraints: null,
    },
    authToken: null,
    nodes: [],
    capabilitiesPrices: [],
    hardware: [],
    ...known,
  };
}

/** A clock that stands still until {@link VirtualClock.run} lets it jump from event to event. */
export class VirtualClock implements Clock {
  #now = 0;
  #sequence = 0;
  #events: { at: number; sequence: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wake(at: number, callback: () => void): () => void {
    const event = { at, sequence: this.#sequence++, callback };
    this.#events.push(event);
    return () => {
      this.#events = this.#events.filter((other) => other !== event);
    };
  }

  /** Resolves or rejects after so many virtual ms. */
  after<T>(ms: number, outcome: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.wake(this.#now + ms, () => {
        try {
          resolve(outcome());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Lets time pass until the promise settles. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await quiet();
      if (settled) return promise;
      this.#events.sort((a, b) => a.at - b.at || a.sequence - b.sequence);
      const next = this.#events.shift();
      if (next === undefined) throw new Error("nothing would ever happen any more");
      this.#now = next.at;
      next.callback();
    }
  }
}

/** Limits of the machine's own time that nobody meets who answers at all. */
export const PATIENT = { connectLimitMs: 60_000, requestLimitMs: 60_000 } as const;

/** A clock that only {@link HandClock.advance} moves on. */
export class HandClock implements Clock {
  #now = 0;
  #waiting: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wake(at: number, callback: () => void): () => void {
    const waiting = { at, callback };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
  }

  /** Moves it on, and wakes who waited for that, in order. */
  advance(ms: number): void {
    this.#now += ms;
    const due = this.#waiting.filter(({ at }) => at <= this.#now);
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#now);
    for (const { callback } of due.sort((a, b) => a.at - b.at)) callback();
  }
}

/** Until all that follows from the last event has happened. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
