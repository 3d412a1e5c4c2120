/** Sessions for tests: transcoder, recipient and id are the same small number unless told. */
import { Rational } from "../../../src/core/rational.js";
import { Suspender } from "../../../src/discovery/suspension.js";
import type { SessionPoolObserver } from "../../../src/selection/pool-observer.js";
import { MinLSSelector } from "../../../src/selection/selectors/min-ls.js";
import { Session, type SessionOptions } from "../../../src/selection/session.js";
import { SessionPool, type SessionPoolOptions } from "../../../src/selection/session-pool.js";
import { SessionPrice } from "../../../src/selection/session-price.js";

export function session(
  id: number,
  options: Partial<SessionOptions> & { readonly latencyScore?: number } = {},
): Session {
  const made = new Session({ id, transcoder: id, recipient: id, info: undefined, ...options });
  made.latencyScore = options.latencyScore ?? 0;
  return made;
}

export function sessions(count: number): Session[] {
  return Array.from({ length: count }, (_, id) => session(id));
}

export function price(text: string): SessionPrice {
  return new SessionPrice(Rational.parse(text));
}

/** A pool with a selector of the kind for video, filled by one refresh. */
export function pool(
  filling: readonly Session[],
  options: Partial<SessionPoolOptions> = {},
): { readonly pool: SessionPool; readonly selector: MinLSSelector; readonly suspender: Suspender } {
  const selector = new MinLSSelector();
  const suspender = new Suspender();
  const made = new SessionPool({
    poolSize: filling.length,
    numOrchs: filling.length,
    selector,
    suspender,
    ...options,
  });
  made.beginRefresh();
  made.endRefresh(filling);
  return { pool: made, selector, suspender };
}

/** Writes down what a pool reports: event, session, code. */
export function listener(): { readonly heard: unknown[]; readonly observer: SessionPoolObserver } {
  const heard: unknown[] = [];
  const tell =
    (event: string) =>
    (one: Session, ...codes: number[]) => {
      heard.push([event, one.id, ...codes]);
    };
  return {
    heard,
    observer: {
      selected: tell("selected"),
      swapped: tell("swapped"),
      cleared: tell("cleared"),
      orphaned: tell("orphaned"),
      removed: tell("removed"),
    },
  };
}

/** The session's segment is done, with this latency score. */
export function finish(subject: ReturnType<typeof pool>, one: Session, latencyScore: number): void {
  one.latencyScore = latencyScore;
  subject.pool.complete(one);
}

/** Which sessions they are. */
export const ids = (list: readonly Session[] | null) => list?.map(({ id }) => id) ?? null;
