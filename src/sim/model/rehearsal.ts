/**
 * All streams of a run begin at once, and V8 makes quick what they do before any discovery has run out of time, any
 * orchestrator is suspended, any session has two segments or is slow, or any account is large. It leaves out what nobody did yet, and makes all of it
 * anew when somebody does. So that is done some times before the first run of a process, and thrown away.
 */
import { invariant } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { DiscoveryRound } from "../../discovery/round.js";
import { NO_SESSION, OrchestratorSessions } from "../../pool/index.js";
import {
  type CertainTickets,
  CreditAccount,
  createSession,
  MinLSSelector,
  PAYMENT_OUTCOME,
  paymentTerms,
  SessionPool,
  StagedPayment,
} from "../../selection/index.js";
import { UNREACHABLE } from "./discovery/hearing.js";
import { PoolSuspender } from "./discovery/pool-suspender.js";
import { Refresh } from "./discovery/refresh.js";
import { SessionInfo, Stream } from "./entities.js";

/** From some ten times on V8 takes note of what happened. */
const TIMES = 40;
/** Times are no whole numbers, and V8 takes note of that, too. */
const NOW_MS = 0.5;
const LARGE = 2 ** 31;

let isRehearsed = false;

/** Does it, once in a process. */
export function rehearse(): void {
  if (isRehearsed) return;
  isRehearsed = true;
  for (let time = 0; time < TIMES; time++) {
    rounds();
    sessions();
    slowSegment();
    payment();
  }
}

/** Discoveries that run out of time: with a refusal, and with answers, one of them of somebody who is suspended. */
function rounds(): void {
  const suspender = new PoolSuspender();
  suspender.suspend(1, 1);
  suspender.suspend(2, 0);
  const round = new DiscoveryRound();
  const request = { endpoints: [0, 1, 2], wanted: 3, suspender };
  suspender.signalRefresh();
  round.start(NOW_MS, request);
  round.response(NOW_MS, 1, UNREACHABLE, NOW_MS);
  round.isOverBefore(Number.MAX_VALUE);
  round.start(NOW_MS, request);
  const answers = new Refresh(0);
  answers.begin(NOW_MS);
  answers.expect(request.endpoints.length);
  for (const endpoint of request.endpoints) {
    answers.put(NOW_MS + endpoint, NOW_MS, endpoint, endpoint);
    round.usable(answers, endpoint, endpoint);
  }
  round.start(NOW_MS, request);
  round.usable(answers, 0, 0);
  round.timer(Number.POSITIVE_INFINITY);
}

/** An orchestrator's only session gets segments until its queue is full; another one finds no place. */
function sessions(): void {
  const own = new OrchestratorSessions({ maxSessions: 1 });
  const session = own.accept(NO_SESSION, NOW_MS);
  for (let accepted = session; accepted >= 0; accepted = own.accept(session, NOW_MS)) {
    own.beginMs(session, NOW_MS);
  }
  own.accept(NO_SESSION, NOW_MS);
  own.finish(session, 2 * NOW_MS);
}

/** A segment comes back later than in real time: its session waits until there is none better. */
function slowSegment(): void {
  const pool = new SessionPool<SessionInfo>({
    poolSize: 1,
    numOrchs: 1,
    selector: new MinLSSelector<SessionInfo>(),
    suspender: new PoolSuspender(),
  });
  const stream = new Stream({
    number: -1,
    order: -1,
    site: 0,
    k0: 0,
    k1: 0,
    endMs: NOW_MS,
    renditions: { count: 0, profiles: [], probability: 1, bitrateMbps: 0 },
    probe: null,
    isBad: false,
    traced: false,
  });
  const session = createSession(
    {
      transcoder: 0,
      orchestrator: 0,
      score: 0,
      recipient: 0,
      price: null,
      initialLatencyMs: NOW_MS,
      authTokenExpiresAtMs: NOW_MS,
      ticketParamsExpireAtMs: NOW_MS,
      sessionKey: 0,
      info: SessionInfo.unused(stream, 0),
    },
    { hasSender: true, nextId: () => -1 },
  );
  invariant(session !== null, "it has a token and terms for tickets");
  session.mapped = true;
  session.pushSegInFlight(NOW_MS, NOW_MS);
  session.latencyScore = 1 + NOW_MS;
  pool.complete(session);
}

/** An account's pixels and tickets become larger than V8's small whole numbers. */
function payment(): void {
  const account = new CreditAccount();
  const staged = new StagedPayment();
  const terms = paymentTerms(Rational.ONE, Rational.ONE);
  const one = new Float64Array(1);
  const segments = { estimatedPixels: one, sentMs: one, pixels: one, endMs: one, tickets: one };
  const rich: CertainTickets = (_terms, _segments, _from, count, balance) => {
    balance.tickets = 2 * LARGE;
    balance.pixels = LARGE;
    balance.lastUsedMs = NOW_MS;
    return count;
  };
  for (let time = 0; time < 2; time++) {
    account.exchange(terms, segments, 1, staged, rich);
    account.stage(terms, 0, NOW_MS, staged);
    account.settle(staged, PAYMENT_OUTCOME.received, 0, NOW_MS);
  }
}
