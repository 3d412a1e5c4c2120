import { describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import {
  createSessions,
  renewSession,
  type SessionAnswer,
} from "../../src/selection/session-creation.js";
import { SessionPrice } from "../../src/selection/session-price.js";

const price = new SessionPrice(Rational.of(500n));
const answer = (transcoder: number, changes: Partial<SessionAnswer<string>> = {}) => ({
  transcoder,
  recipient: transcoder,
  score: 0,
  price,
  initialLatencyMs: 10 * transcoder,
  authTokenExpiresAtMs: 1_800_000,
  ticketParamsExpireAtMs: 480_000,
  sessionKey: 100 + transcoder,
  info: `answer ${transcoder}`,
  ...changes,
});
const onChain = { hasSender: true, nextId: () => 7 };

describe("session creation", () => {
  it("keeps the order of discovery (M-30) and starts unmeasured (M-34)", () => {
    const sessions = createSessions([answer(3), answer(1), answer(2)], onChain) ?? [];
    expect(sessions.map((session) => session.transcoder)).toEqual([3, 1, 2]);
    const [first] = sessions;
    expect(first).toMatchObject({
      id: 7,
      latencyScore: 0,
      initialPrice: price,
      initialLatencyMs: 30,
      score: 0,
      sessionKey: 103,
      authTokenExpiresAtMs: 1_800_000,
      ticketParamsExpireAtMs: 480_000,
      info: "answer 3",
    });
    expect(first?.segsInFlight).toBe(0);
  });

  it("fails if discovery failed or found nobody (M-31)", () => {
    expect(createSessions(null, onChain)).toBeNull();
    expect(createSessions([], onChain)).toBeNull();
  });

  it("skips answers without auth token (M-32)", () => {
    const sessions = createSessions(
      [answer(1, { authTokenExpiresAtMs: null }), answer(2)],
      onChain,
    );
    expect(sessions?.map((session) => session.transcoder)).toEqual([2]);
  });

  it("skips answers without ticket parameters if there is a sender (M-32)", () => {
    const answers = [answer(1, { recipient: -1 }), answer(2)];
    expect(createSessions(answers, onChain)).toHaveLength(1);
    expect(createSessions(answers, { ...onChain, hasSender: false })).toHaveLength(2);
  });
});

describe("renewal before use (M-35)", () => {
  it("replaces the info and the auth session, not the initial price", () => {
    const [session] = createSessions([answer(1)], onChain) ?? [];
    if (session === undefined) throw new Error("there is one");
    session.latencyScore = 0.7;
    const dearer = new SessionPrice(Rational.of(900n));
    const renewed = answer(1, { price: dearer, sessionKey: 201, authTokenExpiresAtMs: 3_600_000 });
    expect(renewSession(session, renewed)).toBe(true);
    expect(session).toMatchObject({
      price: dearer,
      initialPrice: price,
      sessionKey: 201,
      authTokenExpiresAtMs: 3_600_000,
      latencyScore: 0.7,
    });
  });

  it("changes nothing without auth token (S-12 row 2)", () => {
    const [session] = createSessions([answer(1)], onChain) ?? [];
    if (session === undefined) throw new Error("there is one");
    const renewed = answer(1, { authTokenExpiresAtMs: null, sessionKey: 201 });
    expect(renewSession(session, renewed)).toBe(false);
    expect(session.sessionKey).toBe(101);
  });
});
