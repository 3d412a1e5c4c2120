import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import {
  type AttemptConfig,
  EFFECT,
  type Effect,
  SegmentAttempt,
} from "../../src/selection/attempt.js";
import { OUTCOME, type Outcome, RESULT, ruleOf } from "../../src/selection/outcomes.js";
import type { Session } from "../../src/selection/session.js";
import { SessionPrice } from "../../src/selection/session-price.js";
import {
  makeSession,
  makeStream,
  mapped,
  penaltyOf,
  refresh,
  type Stream,
} from "../support/sim/stream.js";

const { prepare, submit, download, verify, done } = EFFECT;
const { ok } = OUTCOME;

function begin(stream: Stream, config?: AttemptConfig): SegmentAttempt {
  const attempt = new SegmentAttempt(config);
  expect(attempt.start(0, stream.manager, 2_000)).toBe(prepare);
  return attempt;
}

/** Brings an attempt to the download of `renditions`. */
function submitOk(attempt: SegmentAttempt, renditions = 2, tookAllMs = 900): void {
  expect(attempt.prepared(5, ok)).toBe(submit);
  expect(attempt.submitted(5 + tookAllMs, ok, tookAllMs, renditions)).toBe(download);
}

function sessionOf(attempt: SegmentAttempt): Session {
  if (attempt.session === null) throw new Error("there is a session");
  return attempt.session;
}

describe("a segment that goes well", () => {
  it("is selected, prepared, in flight, downloaded and completed (T-9 … T-12, T-35)", () => {
    const stream = makeStream({ untrusted: [1, 2] });
    const attempt = begin(stream);
    const session = sessionOf(attempt);
    expect(session.segsInFlight).toBe(0);
    expect(attempt.prepared(7, ok)).toBe(submit);
    expect([session.segsInFlight, session.oldestStartMs, session.oldestDurationMs]).toEqual([
      1, 7, 2_000,
    ]);
    expect(attempt.submitted(1_007, ok, 1_000, 2)).toBe(download);
    // The score waits for the downloads (T-23), and so does the end of the flight (M-18).
    expect([session.latencyScore, session.segsInFlight]).toEqual([0, 1]);
    expect(attempt.downloaded(1_200)).toBe(done);
    expect([session.latencyScore, session.segsInFlight]).toEqual([0.5, 0]);
    expect(attempt).toMatchObject({
      result: RESULT.success,
      outcome: ok,
      attempts: 1,
      acceptedAttempt: 1,
      renditions: 2,
      tookAllMs: 1_000,
      stopsStream: false,
    });
    // Good enough to be used again (M-14).
    expect(stream.manager.selectOne(2_000)).toBe(session);
  });

  it("renews the session's info only after all downloads (M-36, T-34)", () => {
    const price = new SessionPrice(Rational.of(600n));
    const stream = makeStream({ untrusted: [1, 2] });
    const attempt = begin(stream);
    const session = sessionOf(attempt);
    attempt.prepared(0, ok);
    attempt.returnedInfo(price, 480_000, "as returned");
    attempt.submitted(900, ok, 900, 1);
    expect(session.info).toBe("as discovered");
    attempt.downloaded(1_000);
    expect(session).toMatchObject({ price, ticketParamsExpireAtMs: 480_000, info: "as returned" });
    expect(session.initialPrice).toBeNull();
  });

  it("keeps the session's info if a download fails or none came", () => {
    const stream = makeStream({ untrusted: [1, 2] });
    const attempt = begin(stream);
    const first = sessionOf(attempt);
    attempt.prepared(0, ok);
    attempt.returnedInfo(null, 480_000, "as returned");
    attempt.submitted(900, ok, 900, 1);
    attempt.renditionFailed(950);
    expect(attempt.downloaded(1_000)).toBe(prepare);
    expect(first.info).toBe("as discovered");
    // What the first orchestrator returned is not given to the second.
    submitOk(attempt);
    const second = sessionOf(attempt);
    expect(second).not.toBe(first);
    attempt.downloaded(2_000);
    expect(second.info).toBe("as discovered");
  });

  it("may end with no renditions at all (T-32)", () => {
    const attempt = begin(makeStream({ untrusted: [1] }));
    submitOk(attempt, 0);
    expect(attempt.downloaded(1_000)).toBe(done);
    expect(attempt).toMatchObject({ result: RESULT.success, renditions: 0 });
  });

  it("can be followed by another segment in the same object", () => {
    const stream = makeStream({ untrusted: [1, 2, 3] });
    const attempt = begin(stream);
    attempt.prepared(0, OUTCOME.sessionRefreshFailed);
    attempt.cancel();
    submitOk(attempt);
    attempt.downloaded(1_000);
    expect(attempt.attempts).toBe(2);
    expect(attempt.start(2_000, stream.manager, 2_000)).toBe(prepare);
    expect(attempt).toMatchObject({ attempts: 1, outcome: ok, result: RESULT.pending });
    attempt.prepared(2_000, OUTCOME.sessionRefreshFailed);
    expect(attempt.result).toBe(RESULT.pending);
  });

  it("carries nothing over to the next segment", () => {
    const stream = makeStream({ untrusted: [1, 2, 3, 4, 5, 6, 7, 8] });
    const attempt = begin(stream, { localVerify: true, maxAttempts: 9 });
    for (let failure = 1; failure <= 3; failure++) {
      submitOk(attempt, failure);
      attempt.downloaded(1_000);
      attempt.verified(1_000, OUTCOME.verificationFailed, 10);
    }
    expect(attempt.acceptedUnverified).toBe(true);
    // Verification failures, scores and failed downloads are counted anew.
    expect(attempt.start(2_000, stream.manager, 2_000)).toBe(prepare);
    submitOk(attempt, 1);
    attempt.renditionFailed(2_900);
    expect(attempt.downloaded(2_900)).toBe(prepare);
    submitOk(attempt, 1);
    expect(attempt.downloaded(3_000)).toBe(verify);
    expect(attempt.verified(3_000, OUTCOME.verificationFailed)).toBe(prepare);
    submitOk(attempt, 3);
    attempt.downloaded(4_000);
    attempt.verified(4_000, ok);
    expect(attempt.renditions).toBe(3);
    // And with nobody left there are no renditions either.
    for (const session of [...stream.manager.untrusted.sessMap.values()]) {
      stream.manager.remove(session);
    }
    expect(attempt.start(6_000, stream.manager, 2_000)).toBe(done);
    expect(attempt).toMatchObject({ result: RESULT.noSession, renditions: 0, outcome: ok });
  });

  it("is not hurt by a crash in the segment before (M-24)", () => {
    const stream = makeStream({ untrusted: [1, 2], removalWithoutSender: "fail" });
    const attempt = begin(stream);
    attempt.prepared(0, OUTCOME.sourceUploadFailed);
    expect(attempt.result).toBe(RESULT.requestFailed);
    attempt.start(2_000, stream.manager, 2_000);
    attempt.prepared(2_000, ok);
    expect(attempt.submitted(3_000, OUTCOME.nonRetryable, 0, 0)).toBe(done);
    expect(attempt.result).toBe(RESULT.nonRetryable);
  });

  it("counts although its session was removed meanwhile (M-20)", () => {
    const stream = makeStream({ untrusted: [1, 2] });
    const completed: number[] = [];
    const ignore = () => {};
    const attempt = new SegmentAttempt(
      {},
      {
        failed: ignore,
        suspended: ignore,
        removed: ignore,
        completed: (_, { transcoder }) => completed.push(transcoder),
        finished: ignore,
      },
    );
    attempt.start(0, stream.manager, 2_000);
    submitOk(attempt);
    stream.manager.remove(sessionOf(attempt));
    attempt.downloaded(1_000);
    expect(attempt.result).toBe(RESULT.success);
    expect(completed).toEqual([]);
    expect(stream.manager.untrusted.selector.size).toBe(1);
  });

  it("takes its steps in order", () => {
    const stream = makeStream({ untrusted: [1] });
    const attempt = begin(stream);
    expect(() => attempt.submitted(0, ok, 1, 1)).toThrow("effect submit");
    expect(() => attempt.downloaded(0)).toThrow("effect download");
    expect(() => attempt.verified(0, ok)).toThrow("effect verify");
    expect(() => attempt.start(0, stream.manager, 2_000)).toThrow("ends before");
    attempt.prepared(0, ok);
    expect(() => attempt.prepared(0, ok)).toThrow("effect prepare");
    expect(() => attempt.renditionFailed(0)).toThrow("downloaded");
  });
});

describe("S-12: what each condition does", () => {
  const row3: (keyof typeof OUTCOME)[] = [
    "credentialsFailed",
    "priceInvalid",
    "feeEstimateFailed",
    "ticketEvFailed",
    "paymentFailed",
    "priceTooHigh",
    "headerTimeout",
    "orchestratorCapped",
    "authTokenRejected",
    "hashMismatch",
    "insufficientBalance",
    "statusError",
    "bodyTimeout",
    "badProtobuf",
    "orchestratorBusy",
    "errorResult",
    "unsetResult",
  ];

  it.each<[string, keyof typeof OUTCOME]>([
    ["row 1", "sourceUploadFailed"],
    ["row 2", "sessionRefreshFailed"],
    ["row 2", "authTokenMissing"],
    ["row 2", "ticketParamsInvalid"],
  ])("%s: %s suspends and removes before the segment is in flight", (_, name) => {
    const stream = makeStream({ untrusted: [1, 2] });
    const attempt = begin(stream);
    const session = sessionOf(attempt);
    expect(attempt.prepared(5, OUTCOME[name])).toBe(prepare);
    expect(session.segsInFlight).toBe(0);
    expect(penaltyOf(stream.manager.untrusted, 1)).toBe(1);
    expect(mapped(stream.manager.untrusted)).toEqual([2]);
    expect(attempt).toMatchObject({ attempts: 2, outcome: OUTCOME[name] });
    expect(sessionOf(attempt).transcoder).toBe(2);
  });

  it.each([...row3.map((name) => ["row 3", name] as const), ["row 4", "emptyResponse"] as const])(
    "%s: %s suspends, removes and is tried elsewhere",
    (_, name) => {
      const stream = makeStream({ untrusted: [1, 2] });
      const attempt = begin(stream);
      attempt.prepared(0, ok);
      expect(attempt.submitted(3_000, OUTCOME[name], 0, 0)).toBe(prepare);
      expect(penaltyOf(stream.manager.untrusted, 1)).toBe(1);
      expect(mapped(stream.manager.untrusted)).toEqual([2]);
      expect(sessionOf(attempt).transcoder).toBe(2);
    },
  );

  it("row 5: one suspension per failing rendition (S-8), latency score and flight as before (T-23, T-34)", () => {
    const stream = makeStream({ untrusted: [1, 2] });
    const attempt = begin(stream);
    const session = sessionOf(attempt);
    submitOk(attempt, 3);
    attempt.renditionFailed(950);
    expect(mapped(stream.manager.untrusted)).toEqual([2]);
    attempt.renditionFailed(1_000);
    attempt.renditionFailed(4_905);
    expect(attempt.downloaded(4_905)).toBe(prepare);
    expect(penaltyOf(stream.manager.untrusted, 1)).toBe(3);
    expect([session.latencyScore, session.segsInFlight]).toEqual([0, 1]);
    expect(attempt.outcome).toBe(OUTCOME.renditionDownloadFailed);
  });

  it("row 5 in the trusted pool: each with the pool's penalty (S-5)", () => {
    const trusted = Array.from({ length: 9 }, (_, index) => index);
    const stream = makeStream({ trusted });
    const attempt = begin(stream);
    submitOk(attempt, 2);
    attempt.renditionFailed(950);
    attempt.renditionFailed(950);
    attempt.downloaded(1_000);
    expect(penaltyOf(stream.manager.trusted, 0)).toBe(4);
  });

  it("row 5: a second failure also removes a session made meanwhile (M-23)", () => {
    const stream = makeStream({ untrusted: [1, 2] });
    const attempt = begin(stream);
    submitOk(attempt, 2);
    attempt.renditionFailed(950);
    refresh(stream.manager.untrusted, [1], 0);
    expect(mapped(stream.manager.untrusted)).toEqual([2, 1]);
    attempt.renditionFailed(1_000);
    expect(mapped(stream.manager.untrusted)).toEqual([2]);
  });

  it("row 6: a non-retryable error completes the session and ends the segment (T-28)", () => {
    const stream = makeStream({ untrusted: [1, 2] });
    const attempt = begin(stream);
    const session = sessionOf(attempt);
    attempt.prepared(0, ok);
    expect(attempt.submitted(800, OUTCOME.nonRetryable, 0, 0)).toBe(done);
    expect(attempt).toMatchObject({ result: RESULT.nonRetryable, attempts: 1 });
    expect(penaltyOf(stream.manager.untrusted, 1)).toBe(0);
    expect(mapped(stream.manager.untrusted)).toEqual([1, 2]);
    expect([session.segsInFlight, session.latencyScore]).toEqual([0, 0]);
    // It is back in the selector.
    expect(stream.manager.untrusted.selector.size).toBe(2);
  });

  it("row 7: failed local verification removes without suspension", () => {
    const stream = makeStream({ untrusted: [1, 2] });
    const attempt = begin(stream, { localVerify: true });
    const session = sessionOf(attempt);
    submitOk(attempt);
    expect(attempt.downloaded(1_000)).toBe(verify);
    // It is in circulation already (T-37).
    expect([session.segsInFlight, session.latencyScore]).toEqual([0, 0.45]);
    expect(attempt.verified(1_100, OUTCOME.verificationFailed)).toBe(prepare);
    expect(penaltyOf(stream.manager.untrusted, 1)).toBe(0);
    expect(mapped(stream.manager.untrusted)).toEqual([2]);
  });

  it("row 8: a bad signature does nothing to the session; the segment is tried again", () => {
    const stream = makeStream({ untrusted: [1, 2] });
    const attempt = begin(stream, { localVerify: true });
    const session = sessionOf(attempt);
    submitOk(attempt);
    attempt.downloaded(1_000);
    expect(attempt.verified(1_100, OUTCOME.signatureInvalid)).toBe(prepare);
    expect(penaltyOf(stream.manager.untrusted, 1)).toBe(0);
    expect(mapped(stream.manager.untrusted)).toEqual([1, 2]);
    expect(attempt.session).toBe(session);
  });

  it("S-14, T-31: a sender fault suspends the orchestrator and stops the stream, also in prepare", () => {
    for (const phase of ["prepare", "submit"]) {
      const stream = makeStream({ untrusted: [1, 2] });
      const attempt = begin(stream);
      if (phase === "submit") attempt.prepared(0, ok);
      const effect: Effect =
        phase === "submit"
          ? attempt.submitted(1, OUTCOME.senderInvalid, 0, 0)
          : attempt.prepared(1, OUTCOME.senderInvalid);
      expect(effect).toBe(done);
      expect(attempt).toMatchObject({
        result: RESULT.senderInvalid,
        stopsStream: true,
        attempts: 1,
      });
      expect(penaltyOf(stream.manager.untrusted, 1)).toBe(1);
      expect(mapped(stream.manager.untrusted)).toEqual([2]);
    }
  });
});

describe("attempts (T-24 … T-27)", () => {
  const failing = (attempt: SegmentAttempt, nowMs: number) => {
    expect(attempt.prepared(nowMs, ok)).toBe(submit);
    return attempt.submitted(nowMs, OUTCOME.statusError, 0, 0);
  };

  it("are three by default, each with another selection", () => {
    const attempt = begin(makeStream({ untrusted: [1, 2, 3, 4] }));
    expect(failing(attempt, 0)).toBe(prepare);
    expect(failing(attempt, 1)).toBe(prepare);
    expect(sessionOf(attempt).transcoder).toBe(3);
    expect(failing(attempt, 2)).toBe(done);
    expect(attempt).toMatchObject({ result: RESULT.attemptsExhausted, attempts: 3 });
  });

  it("never begin with a maximum of 0 or less", () => {
    const attempt = new SegmentAttempt({ maxAttempts: 0 });
    const { manager } = makeStream({ untrusted: [1] });
    expect(attempt.start(0, manager, 2_000)).toBe(done);
    expect(attempt).toMatchObject({ result: RESULT.noSession, attempts: 0, session: null });
    expect(manager.untrusted.selector.size).toBe(1);
  });

  it("end at once if there is no session (T-25)", () => {
    const attempt = new SegmentAttempt();
    expect(attempt.start(0, makeStream().manager, 2_000)).toBe(done);
    expect(attempt).toMatchObject({ result: RESULT.noSession, outcome: ok });
  });

  it("hide the real error if a failure leaves no session (T-25)", () => {
    const attempt = begin(makeStream({ untrusted: [1] }));
    expect(failing(attempt, 0)).toBe(done);
    expect(attempt).toMatchObject({
      result: RESULT.noSession,
      outcome: OUTCOME.statusError,
      attempts: 2,
      session: null,
    });
  });

  it("ask for a refresh along the way (M-11)", () => {
    const { manager } = makeStream({ untrusted: [1, 2] });
    const attempt = new SegmentAttempt();
    attempt.start(0, manager, 2_000);
    expect(manager.beginWantedRefresh()).toBeNull();
    expect(failing(attempt, 0)).toBe(prepare);
    expect(manager.beginWantedRefresh()).toBeNull();
    expect(failing(attempt, 1)).toBe(done);
    expect(manager.beginWantedRefresh()).toBe(manager.untrusted);
  });

  it("are not repeated once the caller has gone, but the one under way goes on (T-16)", () => {
    const attempt = begin(makeStream({ untrusted: [1, 2] }));
    attempt.prepared(0, ok);
    attempt.cancel();
    expect(attempt.submitted(1, OUTCOME.headerTimeout, 0, 0)).toBe(done);
    expect(attempt).toMatchObject({ result: RESULT.cancelled, attempts: 1 });

    const other = begin(makeStream({ untrusted: [1, 2] }));
    other.cancel();
    submitOk(other);
    other.downloaded(1_000);
    expect(other.result).toBe(RESULT.success);
  });
});

describe("local verification (T-36)", () => {
  const tryOnce = (attempt: SegmentAttempt, outcome: Outcome, score = 0, renditions = 2) => {
    submitOk(attempt, renditions);
    expect(attempt.downloaded(1_000)).toBe(verify);
    return attempt.verified(1_000, outcome, score);
  };
  const { verificationFailed: failed, signatureInvalid } = OUTCOME;
  const config = { localVerify: true, maxAttempts: 6 };
  const six = () => makeStream({ untrusted: [1, 2, 3, 4, 5, 6] });

  it("lets a good result pass", () => {
    const attempt = begin(six(), config);
    expect(tryOnce(attempt, ok)).toBe(done);
    expect(attempt).toMatchObject({ result: RESULT.success, acceptedUnverified: false });
  });

  it("takes the most recent result at the third failure, at equal scores", () => {
    const attempt = begin(six(), config);
    expect(tryOnce(attempt, failed, 0, 1)).toBe(prepare);
    expect(tryOnce(attempt, failed, 0, 2)).toBe(prepare);
    expect(tryOnce(attempt, failed, 0, 3)).toBe(done);
    expect(attempt).toMatchObject({
      result: RESULT.success,
      acceptedUnverified: true,
      acceptedAttempt: 3,
      renditions: 3,
      outcome: failed,
    });
  });

  it("takes the result with the highest score", () => {
    const attempt = begin(six(), config);
    tryOnce(attempt, failed, -3, 1);
    tryOnce(attempt, failed, -1, 2);
    expect(tryOnce(attempt, failed, -2, 3)).toBe(done);
    expect(attempt).toMatchObject({ acceptedAttempt: 2, renditions: 2 });
  });

  it("does not count bad signatures and other failures", () => {
    const attempt = begin(six(), config);
    expect(tryOnce(attempt, failed)).toBe(prepare);
    expect(tryOnce(attempt, signatureInvalid)).toBe(prepare);
    expect(attempt.prepared(0, OUTCOME.sessionRefreshFailed)).toBe(prepare);
    expect(tryOnce(attempt, failed)).toBe(prepare);
    expect(tryOnce(attempt, failed)).toBe(done);
    expect(attempt).toMatchObject({ acceptedAttempt: 5, attempts: 5 });
  });

  it("is beaten by the limit of attempts", () => {
    const attempt = begin(six(), { localVerify: true, maxAttempts: 2 });
    tryOnce(attempt, failed);
    expect(tryOnce(attempt, failed)).toBe(done);
    expect(attempt.result).toBe(RESULT.attemptsExhausted);
  });
});

describe("without payment sender (M-24)", () => {
  it.each([
    ["fail", RESULT.requestFailed],
    ["crash", RESULT.processDied],
  ] as const)("%s: the segment ends, the orchestrator is suspended but stays", (mode, result) => {
    const stream = makeStream({ untrusted: [1, 2], removalWithoutSender: mode });
    const attempt = begin(stream);
    attempt.prepared(0, ok);
    expect(attempt.submitted(1, OUTCOME.bodyTimeout, 0, 0)).toBe(done);
    expect(attempt).toMatchObject({ result, attempts: 1 });
    expect(penaltyOf(stream.manager.untrusted, 1)).toBe(1);
    expect(mapped(stream.manager.untrusted)).toEqual([1, 2]);
  });

  it("ignore: the session is removed as on-chain", () => {
    const stream = makeStream({ untrusted: [1, 2], removalWithoutSender: "ignore" });
    const attempt = begin(stream);
    attempt.prepared(0, ok);
    expect(attempt.submitted(1, OUTCOME.bodyTimeout, 0, 0)).toBe(prepare);
    expect(mapped(stream.manager.untrusted)).toEqual([2]);
  });

  it("ends a segment whose rendition failed, and one that failed verification thrice", () => {
    const stream = makeStream({ untrusted: [1, 2], removalWithoutSender: "fail" });
    const attempt = begin(stream);
    submitOk(attempt);
    attempt.renditionFailed(950);
    expect(attempt.downloaded(1_000)).toBe(done);
    expect(attempt.result).toBe(RESULT.requestFailed);
  });
});

describe("the observer", () => {
  it("hears every failure, its effects, completions and the end, in order", () => {
    const heard: string[] = [];
    const name = (outcome: Outcome) => ruleOf(outcome).name;
    const attempt = new SegmentAttempt(
      {},
      {
        failed: (_, { transcoder }, outcome) => heard.push(`${transcoder} failed ${name(outcome)}`),
        suspended: (_, { transcoder }) => heard.push(`${transcoder} suspended`),
        removed: (_, { transcoder }) => heard.push(`${transcoder} removed`),
        completed: (_, { transcoder }) => heard.push(`${transcoder} completed`),
        finished: ({ result }, nowMs) => heard.push(`result ${result} at ${nowMs}`),
      },
    );
    const { manager } = makeStream({ untrusted: [1, 2] });
    attempt.start(0, manager, 2_000);
    attempt.prepared(0, OUTCOME.sessionRefreshFailed);
    submitOk(attempt);
    attempt.downloaded(1_000);
    expect(heard).toEqual([
      "1 failed sessionRefreshFailed",
      "1 suspended",
      "1 removed",
      "2 completed",
      "result 1 at 1000",
    ]);
  });
});

describe("whatever happens", () => {
  const prepareOutcomes: Outcome[] = [ok, ok, ok, 1, 2, 3, 4, 11];
  const submitOutcomes: Outcome[] = [ok, ok, ok, ok, 5, 11, 12, 13, 18, 23, 24];
  const verifyOutcomes: Outcome[] = [ok, ok, 26, 27];
  const stepArbitrary = fc.record({
    slot: fc.nat(2),
    choice: fc.nat(1_000),
    failedRenditions: fc.constantFrom(0, 0, 0, 1, 2),
    waitMs: fc.nat(3_000),
  });

  it("attempts are bounded, every step has a session, and nothing in flight is forgotten", () => {
    fc.assert(
      fc.property(
        fc.array(stepArbitrary, { maxLength: 60 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        (steps, localVerify, maxAttempts, orchestrators) => {
          const handles = Array.from({ length: orchestrators }, (_, index) => index);
          const { manager } = makeStream({ untrusted: handles.slice(1), trusted: [0] });
          const attempts = [0, 1, 2].map(() => new SegmentAttempt({ localVerify, maxAttempts }));
          const effects: Effect[] = [done, done, done];
          let nowMs = 0;
          for (const { slot, choice, failedRenditions, waitMs } of steps) {
            nowMs += waitMs;
            const attempt = attempts[slot];
            if (attempt === undefined) throw new Error("three of them");
            const pick = (outcomes: Outcome[]) => outcomes[choice % outcomes.length] ?? ok;
            switch (effects[slot]) {
              case prepare:
                effects[slot] = attempt.prepared(nowMs, pick(prepareOutcomes));
                break;
              case submit:
                effects[slot] = attempt.submitted(nowMs, pick(submitOutcomes), choice * 4, 2);
                break;
              case download:
                for (let n = 0; n < failedRenditions; n++) attempt.renditionFailed(nowMs);
                effects[slot] = attempt.downloaded(nowMs);
                break;
              case verify:
                effects[slot] = attempt.verified(nowMs, pick(verifyOutcomes));
                break;
              default:
                effects[slot] = attempt.start(nowMs, manager, 2_000);
            }
            for (let pool = manager.beginWantedRefresh(); pool !== null; ) {
              const found = pool === manager.trusted ? [0] : handles.slice(1);
              const sessions = found.map((handle) => makeSession(handle, handle === 0 ? 1 : 0));
              pool.endRefresh(choice % 3 === 0 ? null : sessions);
              pool = manager.beginWantedRefresh();
            }
            expect(attempt.attempts).toBeLessThanOrEqual(maxAttempts);
            expect(attempt.result === RESULT.pending).toBe(effects[slot] !== done);
            if (effects[slot] !== done) expect(attempt.session).not.toBeNull();
            for (const pool of manager.creationOrder) {
              for (const session of pool.sessMap.values()) {
                const inFlight = attempts.filter(
                  (other, index) =>
                    other.session === session &&
                    (effects[index] === submit || effects[index] === download),
                );
                expect(session.segsInFlight).toBe(inFlight.length);
              }
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
