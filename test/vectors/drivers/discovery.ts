/** discovery.json: whole discoveries, on a clock of the test's own. */
import {
  bitString,
  type Capabilities,
  DiscoveryRound,
  Interner,
  ineligibility,
  type OrchestratorInfo,
  type Rejection,
  Suspender,
} from "poolsim/discovery";
import { expect } from "vitest";
import {
  type Driver,
  float,
  isPanic,
  type Outcome,
  type RecordedFloat,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import { type Maybe, table } from "../json.js";

type ScorePredicate = { readonly atLeast: RecordedFloat } | { readonly equalTo: RecordedFloat };

interface Response {
  readonly latencyMs: number;
  readonly kind: "ok" | "error" | "never";
  readonly transcoder?: Maybe<string>;
  readonly address?: Maybe<string>;
  readonly caps?: Maybe<readonly number[]>;
  readonly nodes?: Maybe<readonly string[]>;
}

interface In {
  readonly orchestrators: Maybe<readonly { readonly uri: string; readonly score: RecordedFloat }[]>;
  readonly responses: Maybe<Readonly<Record<string, Response>>>;
  readonly extraNodes: number;
  readonly discoveryTimeoutMs: number;
  readonly numOrchestrators: number;
  readonly blacklist: Maybe<readonly string[]>;
  readonly suspended: Maybe<Readonly<Record<string, number>>>;
  readonly scorePred: ScorePredicate;
  readonly jobCaps: Maybe<readonly number[]>;
  readonly predReject: Maybe<readonly string[]>;
}

interface Out {
  readonly elapsedMs: number;
  readonly selected: Maybe<
    readonly {
      readonly uri: string;
      readonly transcoder: string;
      readonly latencyMs: number;
      readonly backfilled: boolean;
    }[]
  >;
}

/** Scores are 32-bit floats (V-10). */
function passes(recorded: RecordedFloat, predicate: ScorePredicate): boolean {
  const score = Math.fround(float(recorded));
  if ("atLeast" in predicate) return score >= Math.fround(float(predicate.atLeast));
  if ("equalTo" in predicate) return score === Math.fround(float(predicate.equalTo));
  return unknownKind(JSON.stringify(predicate));
}

function sent(caps: Maybe<readonly number[]>): Capabilities | null {
  if (caps === null || caps === undefined) return null;
  const none = { mandatories: [], version: "", capacities: null, constraints: null };
  return { bitstring: bitString(caps), ...none };
}

function info(response: Response): OrchestratorInfo {
  return {
    transcoder: response.transcoder ?? "",
    address: response.address ?? "0x",
    capabilities: sent(response.caps),
    nodes: response.nodes ?? [],
    ticketParams: null,
    priceInfo: null,
    authToken: null,
  };
}

const REFUSED: Rejection = { rule: "D-22", reason: "ticket-params", detail: "the case's own" };

export const outcome: Outcome = (input: In): Out => {
  const responses = table(input.responses);
  const uris = new Interner();
  const transcoders = new Interner();
  const suspender = new Suspender();
  for (const [uri, penalty] of table(input.suspended)) {
    suspender.suspend(transcoders.handle(uri), penalty);
  }
  const rules = {
    blacklist: input.blacklist ?? [],
    predicate: ({ transcoder }: OrchestratorInfo) =>
      input.predReject?.includes(transcoder) ? REFUSED : null,
    job: input.jobCaps
      ? { bitstring: bitString(input.jobCaps), minVersion: "", perCapability: null }
      : null,
  };

  const round = new DiscoveryRound({
    discoveryTimeoutMs: input.discoveryTimeoutMs,
    extraNodes: input.extraNodes,
  });
  const pending: { readonly at: number; readonly uri: string; readonly response: Response }[] = [];
  const ask = (now: number) => {
    for (const endpoint of round.toAsk) {
      const uri = uris.text(endpoint);
      // There is no response for an advertised node whose URI does not parse: it is never asked.
      const response = responses.get(uri);
      if (response === undefined || response.kind === "never") continue;
      pending.push({ at: now + response.latencyMs, uri, response });
    }
    pending.sort((a, b) => a.at - b.at);
  };

  const endpoints = (input.orchestrators ?? [])
    .filter(({ score }) => passes(score, input.scorePred))
    .map(({ uri }) => uris.handle(uri));
  round.start(0, { endpoints, wanted: input.numOrchestrators, suspender });
  ask(0);
  while (!round.done) {
    const next = pending[0];
    const deadline = round.nextDeadline();
    if (next === undefined || deadline < next.at) {
      round.timer(deadline);
      continue;
    }
    pending.shift();
    const { at, uri, response } = next;
    const endpoint = uris.handle(uri);
    if (response.kind === "ok") {
      const answer = info(response);
      round.response(
        at,
        endpoint,
        {
          transcoder: transcoders.handle(answer.transcoder),
          rejection: ineligibility(answer, rules),
          nodes: answer.nodes.map((node) => uris.handle(node)),
        },
        response.latencyMs,
      );
    } else {
      round.failure(at, endpoint);
    }
    ask(at);
  }

  const selected = round.result().map(({ endpoint, transcoder, latencyMs, backfilled }) => ({
    uri: uris.text(endpoint),
    transcoder: transcoders.text(transcoder),
    latencyMs,
    backfilled,
  }));
  return { elapsedMs: round.elapsedMs, selected };
};

export const driver: Driver = ({ in: input, out }: VectorCase<In, Out>) => {
  if (isPanic(out)) survive(() => outcome(input));
  else expect(outcome(input)).toEqual({ ...out, selected: out.selected ?? [] });
};
