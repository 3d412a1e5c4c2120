/** ai_request_loop.json: requests one after the other through one manager of AI sessions. */
import { Interner } from "poolsim/discovery";
import {
  AI_EFFECT,
  AI_RESULT,
  AIRequest,
  AISessionManager,
  CAPABILITY_LIVE_VIDEO,
  type Session,
} from "poolsim/selection";
import { expect } from "vitest";
import { AINames, type AnswerIn, Picks } from "../ai.js";
import { type Driver, isPanic, type Outcome, survive, type VectorCase } from "../driver.js";
import type { Maybe } from "../json.js";
import { table } from "../json.js";

interface SubmitIn {
  readonly ms?: Maybe<number>;
  readonly error?: Maybe<string>;
  readonly kind?: Maybe<"audioDuration" | "badRequest">;
}

interface RequestIn {
  readonly results: Maybe<Readonly<Record<string, Maybe<readonly SubmitIn[]>>>>;
  readonly orchestrator?: Maybe<string>;
  readonly picks?: Maybe<readonly number[]>;
}

interface In {
  readonly live: boolean;
  readonly discovery: Maybe<readonly AnswerIn[]>;
  readonly poolSize: number;
  readonly retryTimeoutMs: number;
  readonly refreshFails?: Maybe<string>;
  readonly requests: Maybe<readonly RequestIn[]>;
}

interface RequestOut {
  readonly submitted?: Maybe<string>;
  readonly discoveries: number;
  readonly nowMs: number;
  readonly result: string;
  readonly message?: Maybe<string>;
  readonly state: unknown;
  readonly inFlight?: Maybe<Readonly<Record<string, number>>>;
}

const RESULTS = {
  [AI_RESULT.pending]: "pending",
  [AI_RESULT.ok]: "ok",
  [AI_RESULT.serviceUnavailable]: "serviceUnavailable",
  [AI_RESULT.badRequest]: "badRequest",
  [AI_RESULT.crashed]: "panic",
};

class Gateway {
  readonly #given: In;
  readonly #uris = new Interner();
  readonly #names = new AINames(this.#uris, new Interner());
  readonly #picks = new Picks();
  readonly #manager: AISessionManager;
  readonly #request: AIRequest;
  #nowMs = 0;

  constructor(given: In) {
    this.#given = given;
    this.#manager = new AISessionManager({ poolSize: given.poolSize, pick: this.#picks.pick });
    this.#request = new AIRequest({
      retryTimeoutMs: given.retryTimeoutMs,
      nobodyFound: "crash",
    });
  }

  run({ results, orchestrator, picks }: RequestIn): RequestOut {
    const { live, discovery, refreshFails } = this.#given;
    const failing = new Set((refreshFails ?? "").split(" "));
    const outcomes = table(results);
    const submits = new Map<string, number>();
    const submitted: string[] = [];
    let discoveries = 0;
    this.#picks.begin(picks);
    const request = this.#request;
    const uri = (session: Session) => this.#uris.text(session.transcoder);
    const job = live
      ? { capability: CAPABILITY_LIVE_VIDEO, model: "noop" }
      : { capability: 27, model: "m/one" };
    let effect = request.start(this.#nowMs, this.#manager, {
      ...job,
      // Submits are replaced by what is recorded of them, which scores nothing.
      scored: "never",
      accepts: (session: Session) => uri(session).includes(orchestrator ?? ""),
    });
    while (effect !== AI_EFFECT.done) {
      if (effect === AI_EFFECT.discover) {
        discoveries += 1;
        effect = request.discovered(this.#nowMs, this.#names.sessions(discovery, false));
        continue;
      }
      const { session } = request;
      if (session === null) throw new Error("an effect without session");
      if (effect === AI_EFFECT.prepare) {
        effect = request.prepared(this.#nowMs, !failing.has(uri(session)));
        continue;
      }
      submitted.push(this.#names.id(session));
      const all = outcomes.get(uri(session)) ?? [];
      const times = submits.get(uri(session)) ?? 0;
      submits.set(uri(session), times + 1);
      const { ms, error, kind } = all[Math.min(times, all.length - 1)] ?? {};
      this.#nowMs += ms ?? 0;
      const failure = typeof error === "string" ? { text: error, kind: kind ?? undefined } : null;
      effect = request.submitted(this.#nowMs, failure, 0);
    }
    const selector = this.#manager.selectorOf(job);
    const mapped = selector
      ? [...selector.warm.sessMap.values(), ...selector.cold.sessMap.values()]
      : [];
    const inFlight = mapped.filter((one) => one.segsInFlight > 0);
    return {
      submitted: submitted.join(" "),
      discoveries,
      nowMs: this.#nowMs,
      result: RESULTS[request.result],
      message: request.message,
      state: selector === undefined ? null : this.#names.state(selector),
      ...(inFlight.length > 0 && {
        inFlight: Object.fromEntries(
          inFlight.map((one) => [this.#names.id(one), one.segsInFlight]),
        ),
      }),
    };
  }
}

export const outcome: Outcome = (given: In) => {
  const gateway = new Gateway(given);
  return { requests: (given.requests ?? []).map((one) => gateway.run(one)) };
};

export const driver: Driver = ({
  in: given,
  out,
}: VectorCase<In, { readonly requests: Maybe<readonly RequestOut[]> }>) => {
  if (isPanic(out)) {
    survive(() => outcome(given));
    return;
  }
  const { requests } = outcome(given) as { readonly requests: readonly RequestOut[] };
  const recorded = out.requests ?? [];
  expect(requests).toHaveLength(recorded.length);
  for (const [index, { message, ...request }] of requests.entries()) {
    const { message: recordedMessage, ...expected } = recorded[index] ?? ({} as RequestOut);
    expect(request, `request ${index}`).toEqual(expected);
    // Of other results the wording is informative, but the same.
    if (request.result !== "panic") expect(message ?? "").toBe(recordedMessage ?? "");
  }
};
