/** AI sessions as several families record them. */
import { type Interner, Rational } from "poolsim/discovery";
import {
  type AISessionPool,
  type AISessionSelector,
  createSessions,
  type DiscoveredAISession,
  type ModelState,
  type PickIndex,
  type Session,
  SessionPrice,
} from "poolsim/selection";
import type { Maybe } from "./json.js";

/** One answer of a discovery. */
export interface AnswerIn {
  readonly uri: string;
  readonly ms?: Maybe<number>;
  readonly model?: Maybe<ModelState>;
  readonly noAuthToken?: Maybe<boolean>;
  readonly recipient?: Maybe<number>;
  readonly price?: Maybe<readonly [number, number]>;
}

/** The names that a trace gives to sessions. */
export class AINames {
  readonly #uris: Interner;
  readonly #ids: Interner;
  readonly #occurred = new Map<string, number>();

  constructor(uris: Interner, ids: Interner) {
    this.#uris = uris;
    this.#ids = ids;
  }

  id(session: Session): string {
    return this.#ids.text(session.id);
  }

  /** What the library makes of the answers; null = discovery failed. */
  sessions(answers: Maybe<readonly AnswerIn[]>, hasSender: boolean): DiscoveredAISession[] | null {
    const found: DiscoveredAISession[] = [];
    for (const answer of answers ?? []) {
      const { uri, noAuthToken, recipient, price, model } = answer;
      const number = (this.#occurred.get(uri) ?? 0) + 1;
      this.#occurred.set(uri, number);
      const [perUnit = 0, pixels = 0] = price ?? [];
      const usable = price && pixels !== 0;
      const made = createSessions(
        [
          {
            transcoder: this.#uris.handle(uri),
            initialLatencyMs: answer.ms ?? 0,
            recipient: recipient ?? -1,
            price: usable ? new SessionPrice(Rational.of(BigInt(perUnit), BigInt(pixels))) : null,
            authTokenExpiresAtMs: noAuthToken ? null : Number.POSITIVE_INFINITY,
            info: undefined,
          },
        ],
        { hasSender, nextId: () => this.#ids.handle(`${uri}.${number}`) },
      );
      for (const session of made ?? []) found.push({ session, model: model ?? "noConstraints" });
    }
    return (answers ?? []).length === 0 ? null : found;
  }

  /** `selector|in use|map`. */
  pool(pool: AISessionPool): string {
    const ids = (sessions: Iterable<Session>) => [...sessions].map((one) => this.id(one));
    return [ids(pool.selector.sessions), ids(pool.inUse), ids(pool.sessMap.values()).sort()]
      .map((list) => list.join(" "))
      .join("|");
  }

  /** The suspender's values by URI. */
  list(entries: Iterable<readonly [number, number]>): Record<string, number> {
    return Object.fromEntries([...entries].map(([uri, value]) => [this.#uris.text(uri), value]));
  }

  /** What is recorded of a selector. */
  state(selector: AISessionSelector): Record<string, unknown> {
    return {
      warm: this.pool(selector.warm),
      cold: this.pool(selector.cold),
      count: selector.suspender.count,
      list: this.list(selector.suspender.entries()),
      init: selector.initialPoolSize,
      last: selector.lastRefreshMs,
    };
  }
}

/** The recorded draws of a select, then 0; `drawn` are the lengths that were drawn among. */
export class Picks {
  drawn: number[] = [];
  #picks: readonly number[] = [];

  begin(picks: Maybe<readonly number[]>): void {
    this.#picks = picks ?? [];
    this.drawn = [];
  }

  readonly pick: PickIndex = (length) => {
    const pick = this.#picks[this.drawn.length] ?? 0;
    this.drawn.push(length);
    return ((pick % length) + length) % length;
  };
}

/**
 * Compares steps of a trace whose records leave out a state that equals the last one given.
 */
export class LastState {
  #state: unknown;

  /** The recorded step with the state that it leaves out, if the operation tells one. */
  complete<S extends { readonly state?: unknown }>(recorded: S, actual: object): S {
    if ("state" in recorded) this.#state = recorded.state;
    return "state" in actual ? { ...recorded, state: this.#state } : recorded;
  }
}
