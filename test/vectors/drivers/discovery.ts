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
import { type Driver, unknownKind, type VectorCase } from "../driver.js";

type ScorePredicate = { readonly atLeast: number } | { readonly equalTo: number };

interface Response {
  readonly latencyMs: number;
  readonly kind: "ok" | "error" | "never";
  readonly transcoder: string;
  readonly address: string;
  readonly caps: readonly number[] | null;
  readonly nodes: readonly string[] | null;
}

interface In {
  readonly orchestrators: readonly { readonly uri: string; readonly score: number }[];
  readonly responses: Readonly<Record<string, Response>>;
  readonly extraNodes: number;
  readonly discoveryTimeoutMs: number;
  readonly numOrchestrators: number;
  readonly blacklist: readonly string[];
  readonly suspended: Readonly<Record<string, number>>;
  readonly scorePred: ScorePredicate;
  readonly jobCaps: readonly number[] | null;
  readonly predReject: readonly string[] | null;
}

interface Out {
  readonly elapsedMs: number;
  readonly selected: readonly {
    readonly uri: string;
    readonly transcoder: string;
    readonly latencyMs: number;
    readonly backfilled: boolean;
  }[];
}

function passes(score: number, predicate: ScorePredicate): boolean {
  if ("atLeast" in predicate) return score >= predicate.atLeast;
  if ("equalTo" in predicate) return score === predicate.equalTo;
  return unknownKind(JSON.stringify(predicate));
}

function sent(caps: readonly number[] | null): Capabilities | null {
  if (caps === null) return null;
  const none = { mandatories: [], version: "", capacities: null, constraints: null };
  return { bitstring: bitString(caps), ...none };
}

function info(response: Response): OrchestratorInfo {
  return {
    transcoder: response.transcoder,
    address: response.address,
    capabilities: sent(response.caps),
    nodes: response.nodes ?? [],
    ticketParams: null,
    priceInfo: null,
    authToken: null,
  };
}

const REFUSED: Rejection = { rule: "D-22", reason: "ticket-params", detail: "the case's own" };

export const driver: Driver = ({ in: input, out }: VectorCase<In, Out>) => {
  const uris = new Interner();
  const transcoders = new Interner();
  const suspender = new Suspender();
  for (const [uri, penalty] of Object.entries(input.suspended)) {
    suspender.suspend(transcoders.handle(uri), penalty);
  }
  const rules = {
    blacklist: input.blacklist,
    predicate: ({ transcoder }: OrchestratorInfo) =>
      input.predReject?.includes(transcoder) ? REFUSED : null,
    job: input.jobCaps && {
      bitstring: bitString(input.jobCaps),
      minVersion: "",
      perCapability: null,
    },
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
      const response = input.responses[uri];
      if (response === undefined || response.kind === "never") continue;
      pending.push({ at: now + response.latencyMs, uri, response });
    }
    pending.sort((a, b) => a.at - b.at);
  };

  const endpoints = input.orchestrators
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
  expect({ elapsedMs: round.elapsedMs, selected }).toEqual(out);
};
