import { describe, expect, it } from "vitest";
import { EFFECT } from "../../src/selection/attempt.js";
import { OUTCOME, type Outcome, RESULT } from "../../src/selection/outcomes.js";
import type { Session } from "../../src/selection/session.js";
import { MATCH, VerifiedAttempt } from "../../src/selection/verified-attempt.js";
import {
  makeStream,
  mapped,
  penaltyOf,
  type Stream,
  type StreamOptions,
} from "../support/sim/stream.js";

const { wait, prepare, submit, download, done, prepareMembers, compare } = EFFECT;
const { ok } = OUTCOME;

// One trusted (1) and two untrusted (11, 12) get the segment; 2 and 13 are left.
const base: StreamOptions = { trusted: [1, 2], untrusted: [11, 12, 13], verificationFreq: 4 };
const TRUSTED = 0;
const FIRST = 1;
const SECOND = 2;

function begin(stream: Stream): VerifiedAttempt {
  const attempt = new VerifiedAttempt();
  expect(attempt.start(0, stream.manager, 2_000)).toBe(prepareMembers);
  return attempt;
}

/** Prepares all members and lets them answer in the order given. */
function answer(attempt: VerifiedAttempt, answers: readonly (readonly [number, Outcome])[]) {
  for (let index = 0; index < attempt.members.length; index++) {
    expect(attempt.memberPrepared(5, index, ok)).toBe(submit);
  }
  return answers.map(([index, outcome], order) =>
    attempt.memberSubmitted(1_000 + order, index, outcome, 900 + index, 2),
  );
}

const handles = (sessions: readonly Session[]) => sessions.map((session) => session.transcoder);
const all = (outcome: Outcome) =>
  [TRUSTED, FIRST, SECOND].map((index) => [index, outcome] as const);

describe("working on a segment together (T-41)", () => {
  it("all get it, and the slowest decides", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    expect(handles(attempt.members.map(({ session }) => session))).toEqual([1, 11, 12]);
    expect(answer(attempt, all(ok))).toEqual([wait, wait, compare]);
    for (const { session } of attempt.members) expect(session.segsInFlight).toBe(1);
  });

  it("goes the usual way where only one session is chosen", () => {
    const attempt = new VerifiedAttempt();
    const { manager } = makeStream({ untrusted: [11], verificationFreq: 1 });
    expect(attempt.start(0, manager, 2_000)).toBe(prepare);
    expect(attempt.members).toEqual([]);
    attempt.prepared(0, ok);
    expect(attempt.submitted(900, ok, 900, 2)).toBe(download);
    expect(attempt.downloaded(1_000)).toBe(done);
    expect(attempt.result).toBe(RESULT.success);
  });

  it("uses only the verified session most of the time; the others go back (M-29)", () => {
    const stream = makeStream({ ...base, draws: [1] });
    stream.manager.verifiedSession = stream.untrusted[1] ?? null;
    const attempt = new VerifiedAttempt();
    expect(attempt.start(0, stream.manager, 2_000)).toBe(prepare);
    expect(attempt.session?.transcoder).toBe(12);
    expect(handles(attempt.tornDown)).toEqual([1, 11]);
  });

  it("without verification is one session's, and needs no hash (M-4, M-27)", () => {
    const stream = makeStream({ ...base, verificationFreq: 0 });
    const attempt = new VerifiedAttempt();
    expect(attempt.start(0, stream.manager, 2_000)).toBe(prepare);
    expect(attempt.session?.transcoder).toBe(11);
    attempt.prepared(0, ok);
    expect(attempt.submitted(900, ok, 900, 0)).toBe(download);
    expect(attempt.downloaded(1_000)).toBe(done);
    expect(attempt.result).toBe(RESULT.success);
  });

  it("keeps whom it gave back unused until the segment is over, over all its attempts (M-29)", () => {
    const stream = makeStream({ ...base, draws: [1] });
    stream.manager.verifiedSession = stream.untrusted[1] ?? null;
    const attempt = new VerifiedAttempt();
    attempt.start(0, stream.manager, 2_000);
    expect(attempt.prepared(0, OUTCOME.sourceUploadFailed)).toBe(prepareMembers);
    expect(attempt.attempts).toBe(2);
    expect(handles(attempt.tornDown)).toEqual([1, 11]);
    answer(
      attempt,
      [0, 1, 2].map((index) => [index, OUTCOME.nonRetryable] as const),
    );
    expect(attempt.result).toBe(RESULT.nonRetryable);
    expect(handles(attempt.tornDown)).toEqual([1, 11]);
    attempt.start(2_000, stream.manager, 2_000);
    expect(attempt.tornDown).toEqual([]);
  });

  it("finds nobody as any attempt does (T-25)", () => {
    const attempt = new VerifiedAttempt();
    expect(attempt.start(0, makeStream({ verificationFreq: 1 }).manager, 2_000)).toBe(done);
    expect(attempt.result).toBe(RESULT.noSession);
  });

  it("lets each member end once", () => {
    const attempt = begin(makeStream(base));
    answer(attempt, [[TRUSTED, ok]]);
    expect(() => attempt.memberSubmitted(1, TRUSTED, ok, 1, 1)).toThrow("once");
    expect(() => attempt.memberSubmitted(1, 3, ok, 1, 1)).toThrow("such a member");
    expect(() => attempt.compared(1, MATCH.equal)).toThrow("effect compare");
  });
});

describe("whose result counts (T-42)", () => {
  it("the first untrusted one if there is no trusted", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    const effects = answer(attempt, [
      [SECOND, ok],
      [TRUSTED, OUTCOME.statusError],
      [FIRST, ok],
    ]);
    expect(effects).toEqual([wait, wait, download]);
    expect(attempt.session?.transcoder).toBe(12);
    expect(stream.manager.verifiedSession).toBeNull();
  });

  it("the trusted one if there is no untrusted", () => {
    const attempt = begin(makeStream(base));
    answer(attempt, [
      [FIRST, OUTCOME.bodyTimeout],
      [SECOND, OUTCOME.bodyTimeout],
      [TRUSTED, ok],
    ]);
    expect(attempt.session?.transcoder).toBe(1);
    expect([attempt.tookAllMs, attempt.renditions]).toEqual([900, 2]);
  });

  it("the first that equals the trusted one, by a rendition drawn at random", () => {
    const stream = makeStream({ ...base, draws: [7] });
    const attempt = begin(stream);
    answer(attempt, all(ok));
    expect(attempt.renditionIndex).toBe(1);
    expect(attempt.trusted?.session.transcoder).toBe(1);
    expect(attempt.candidate?.session.transcoder).toBe(11);
    expect(attempt.compared(1_100, MATCH.equal)).toBe(download);
    expect(attempt.session?.transcoder).toBe(11);
    expect(stream.manager.verifiedSession).toBe(attempt.session);
    expect(attempt.downloaded(1_200)).toBe(done);
    expect(attempt.session?.latencyScore).toBe(901 / 2_000);
  });

  it("compares a remembered verified session first", () => {
    const stream = makeStream({ ...base, draws: [0] });
    stream.manager.verifiedSession = stream.untrusted[1] ?? null;
    const attempt = begin(stream);
    answer(attempt, all(ok));
    expect(attempt.candidate?.session.transcoder).toBe(12);
  });

  it("suspends earlier untrusted ones that differ, once a later one is equal (S-12 row 9)", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    answer(attempt, all(ok));
    expect(attempt.compared(1_100, MATCH.different)).toBe(compare);
    expect(attempt.candidate?.session.transcoder).toBe(12);
    expect(attempt.compared(1_200, MATCH.equal)).toBe(download);
    expect(penaltyOf(stream.manager.untrusted, 11)).toBe(1);
    expect(mapped(stream.manager.untrusted)).toEqual([12, 13]);
    // The trusted one goes back; the removed one is nobody's any more (M-20).
    expect(handles(attempt.tornDown)).toEqual([1]);
  });

  it("[Q] is the trusted one, and nobody is suspended, if none is equal", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    answer(attempt, all(ok));
    attempt.compared(1_100, MATCH.different);
    expect(attempt.compared(1_200, MATCH.different)).toBe(download);
    expect(attempt.session?.transcoder).toBe(1);
    expect(mapped(stream.manager.untrusted)).toEqual([11, 12, 13]);
    expect(handles(attempt.tornDown)).toEqual([11, 12]);
    expect(stream.manager.verifiedSession).toBeNull();
  });
});

describe("failures", () => {
  it("of a member suspend and remove it; the others go on (S-12 rows 1, 2, 10)", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    expect(attempt.memberPrepared(5, TRUSTED, OUTCOME.sessionRefreshFailed)).toBe(wait);
    expect(attempt.memberPrepared(5, FIRST, ok)).toBe(submit);
    expect(attempt.memberPrepared(5, SECOND, ok)).toBe(submit);
    expect(attempt.memberSubmitted(900, FIRST, OUTCOME.orchestratorBusy, 0, 0)).toBe(wait);
    expect(attempt.memberSubmitted(999, SECOND, ok, 900, 2)).toBe(download);
    expect(penaltyOf(stream.manager.trusted, 1)).toBe(1);
    expect(penaltyOf(stream.manager.untrusted, 11)).toBe(1);
    expect(mapped(stream.manager.trusted)).toEqual([2]);
    expect(mapped(stream.manager.untrusted)).toEqual([12, 13]);
  });

  it("of all fail the attempt; the next one chooses anew", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    expect(answer(attempt, all(OUTCOME.statusError)).at(-1)).toBe(prepareMembers);
    expect(handles(attempt.members.map(({ session }) => session))).toEqual([2, 13]);
    expect(attempt).toMatchObject({ attempts: 2, outcome: OUTCOME.statusError });
  });

  it("leave no result behind for the next attempt", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    answer(attempt, all(ok));
    expect(attempt.compared(1_100, MATCH.failed)).toBe(prepareMembers);
    const effects = answer(
      attempt,
      attempt.members.map((_, index) => [index, OUTCOME.statusError] as const),
    );
    expect(effects.at(-1)).not.toBe(compare);
    expect(attempt.outcome).toBe(OUTCOME.statusError);
  });

  it("of the comparison fail the attempt: [Q] nobody is completed (T-43)", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    answer(attempt, all(ok));
    const sessions = attempt.members.map(({ session }) => session);
    expect(attempt.compared(1_100, MATCH.failed)).not.toBe(download);
    expect(attempt.outcome).toBe(OUTCOME.comparisonFailed);
    expect(sessions.map(({ segsInFlight }) => segsInFlight)).toEqual([1, 1, 1]);
    expect(penaltyOf(stream.manager.untrusted, 11)).toBe(0);
    expect(attempt.tornDown).toEqual([]);
  });

  it("that are non-retryable complete a session twice: [Q] it can be chosen twice (T-44)", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    answer(attempt, [
      [FIRST, OUTCOME.nonRetryable],
      [SECOND, ok],
      [TRUSTED, OUTCOME.statusError],
    ]);
    const { selector } = stream.manager.untrusted;
    // 13, never chosen, and 11 twice.
    expect(selector.size).toBe(3);
    const next = [selector.select(), selector.select(), selector.select()];
    expect(next.map((session) => session?.transcoder)).toEqual([11, 11, 13]);
    expect(handles(attempt.tornDown)).toEqual([11]);
  });

  it("of a sender stop the stream if nobody has a result (T-31)", () => {
    const attempt = begin(makeStream(base));
    expect(answer(attempt, all(OUTCOME.senderInvalid)).at(-1)).toBe(done);
    expect(attempt.result).toBe(RESULT.senderInvalid);
  });

  it("for want of a perceptual hash leave the segment in flight: [Q] (S-12 row 12)", () => {
    const stream = makeStream({ untrusted: [11], verificationFreq: 1 });
    const attempt = new VerifiedAttempt({ maxAttempts: 1 });
    attempt.start(0, stream.manager, 2_000);
    attempt.prepared(0, ok);
    expect(attempt.submitted(900, ok, 900, 0)).toBe(done);
    expect(attempt).toMatchObject({
      result: RESULT.attemptsExhausted,
      outcome: OUTCOME.perceptualHashMissing,
    });
    expect(stream.untrusted[0]?.segsInFlight).toBe(1);
    expect(mapped(stream.manager.untrusted)).toEqual([11]);
    expect(penaltyOf(stream.manager.untrusted, 11)).toBe(0);
  });

  it("for want of a perceptual hash leave a member out", () => {
    const stream = makeStream(base);
    const attempt = begin(stream);
    answer(attempt, [
      [FIRST, ok],
      [SECOND, ok],
    ]);
    expect(attempt.memberSubmitted(1_100, TRUSTED, ok, 1_000, 0)).toBe(download);
    expect(attempt.session?.transcoder).toBe(11);
    expect(stream.trusted[0]?.segsInFlight).toBe(1);
    expect(handles(attempt.tornDown)).toEqual([12]);
  });

  it("of a removal without payment sender end the segment (M-24)", () => {
    const attempt = begin(makeStream({ ...base, removalWithoutSender: "crash" }));
    const effects = answer(attempt, [
      [FIRST, OUTCOME.statusError],
      [SECOND, ok],
      [TRUSTED, ok],
    ]);
    expect(effects.at(-1)).toBe(done);
    expect(attempt.result).toBe(RESULT.processDied);

    const other = begin(makeStream({ ...base, removalWithoutSender: "fail" }));
    answer(other, all(ok));
    other.compared(1_100, MATCH.different);
    expect(other.compared(1_200, MATCH.equal)).toBe(done);
    expect(other.result).toBe(RESULT.requestFailed);
  });
});

describe("a verified session that stays good (T-44)", () => {
  it("keeps being used, those given back being first among the known (L-2)", () => {
    const stream = makeStream({ ...base, draws: [0, 1] });
    const attempt = begin(stream);
    answer(attempt, all(ok));
    attempt.compared(1_100, MATCH.equal);
    attempt.downloaded(1_200);
    expect(attempt.start(2_000, stream.manager, 2_000)).toBe(prepare);
    expect(attempt.session?.transcoder).toBe(11);
    expect(handles(attempt.tornDown)).toEqual([1, 12]);
  });
});
