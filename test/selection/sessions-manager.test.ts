import { describe, expect, it } from "vitest";
import { Suspender } from "../../src/discovery/suspension.js";
import { MinLSSelector } from "../../src/selection/selectors/min-ls.js";
import type { Session } from "../../src/selection/session.js";
import { REMOVAL, SessionPool } from "../../src/selection/session-pool.js";
import {
  poolNumOrchs,
  SessionsManager,
  type VerificationChoice,
} from "../../src/selection/sessions-manager.js";
import { makeSession, makeStream, mapped, penaltyOf, refresh } from "../support/sim/stream.js";

function choose(manager: SessionsManager): VerificationChoice {
  const choice: VerificationChoice = { sessions: [], tornDown: [] };
  manager.selectForVerification(0, choice);
  return choice;
}

const handles = (sessions: readonly Session[]) => sessions.map((session) => session.transcoder);

describe("pool sizes (M-2)", () => {
  it.each([
    [0, 0, 0, 0],
    [3, 0, 3, 0],
    [8, 100, 8, 100],
    [20, 7, 8, 7],
  ])("%i trusted and %i untrusted", (trustedSize, untrustedSize, trusted, untrusted) => {
    expect(poolNumOrchs(trustedSize, untrustedSize)).toEqual({ trusted, untrusted });
  });
});

describe("creation (M-3)", () => {
  it("refreshes the trusted pool first", () => {
    const { manager } = makeStream({ trusted: [1], untrusted: [2] });
    expect(manager.creationOrder).toEqual([manager.trusted, manager.untrusted]);
  });
});

describe("choosing without verification (M-27)", () => {
  it("takes an untrusted session, a trusted one only if there is none", () => {
    const { manager, untrusted } = makeStream({ trusted: [1], untrusted: [2, 3] });
    expect(manager.selectOne(0)?.transcoder).toBe(2);
    for (const session of untrusted) manager.suspendAndRemove(session);
    expect(manager.selectOne(0)?.transcoder).toBe(1);
  });

  it("finds nobody in empty pools", () => {
    expect(makeStream().manager.selectOne(0)).toBeNull();
  });

  it("begins each refresh that the choice asked for, once (M-11)", () => {
    const { manager, untrusted } = makeStream({ trusted: [1], untrusted: [2, 3] });
    for (const session of untrusted) manager.remove(session);
    manager.selectOne(0);
    // The untrusted pool is used up; one trusted session is what its threshold asks for.
    expect(manager.beginWantedRefresh()).toBe(manager.untrusted);
    expect(manager.beginWantedRefresh()).toBeNull();
    manager.untrusted.endRefresh([]);
    expect(manager.beginWantedRefresh()).toBeNull();
    manager.selectOne(0);
    expect(manager.beginWantedRefresh()).toBe(manager.untrusted);
    expect(manager.beginWantedRefresh()).toBe(manager.trusted);
    manager.selectOne(0);
    // Both are under way.
    expect(manager.beginWantedRefresh()).toBeNull();
    manager.untrusted.endRefresh([makeSession(4, 0), makeSession(5, 0)]);
    manager.trusted.endRefresh(null);
    expect(manager.selectOne(0)?.transcoder).toBe(4);
    expect(manager.beginWantedRefresh()).toBeNull();
  });
});

describe("a refresh that nobody asked for in time (M-11)", () => {
  it("is no longer wanted when the next choice does not touch that pool", () => {
    const { manager, untrusted } = makeStream({ trusted: [1], untrusted: [3, 4] });
    for (const session of untrusted) manager.remove(session);
    manager.selectOne(0);
    manager.selectOne(0);
    expect(manager.trusted.refreshWanted).toBe(true);
    refresh(manager.untrusted, [5, 6, 7], 0);
    manager.selectOne(0);
    expect(manager.beginWantedRefresh()).toBeNull();
  });
});

describe("completion and removal (M-25, M-28)", () => {
  it("go by score: exactly 0 is untrusted, anything else trusted", () => {
    const { manager } = makeStream({ trusted: [1], untrusted: [2] });
    expect(manager.poolOf(makeSession(9, 0))).toBe(manager.untrusted);
    for (const score of [1, 0.5, 2, -1]) {
      expect(manager.poolOf(makeSession(9, score))).toBe(manager.trusted);
    }
  });

  it("complete a session above score 1 in the trusted pool, where go-livepeer panics (M-28)", () => {
    const trusted = new SessionPool({
      poolSize: 1,
      numOrchs: 1,
      selector: new MinLSSelector(),
      suspender: new Suspender(),
    });
    const untrusted = new SessionPool({
      poolSize: 0,
      numOrchs: 0,
      selector: new MinLSSelector(),
      suspender: new Suspender(),
    });
    const manager = new SessionsManager({ trusted, untrusted });
    refresh(trusted, [7], 2);
    const session = manager.selectOne(0);
    expect(session?.score).toBe(2);
    if (session !== null) manager.complete(session);
    expect(trusted.selector.size).toBe(1);
  });

  it("suspend with the penalty of the session's own pool (S-5)", () => {
    const trustedHandles = Array.from({ length: 20 }, (_, index) => index);
    const { manager, trusted, untrusted } = makeStream({
      trusted: trustedHandles,
      untrusted: [100, 101],
    });
    for (const session of [trusted[0], untrusted[0]]) {
      if (session !== undefined) expect(manager.suspendAndRemove(session)).toBe(REMOVAL.removed);
    }
    expect(penaltyOf(manager.trusted, 0)).toBe(3);
    expect(penaltyOf(manager.untrusted, 100)).toBe(1);
    expect(penaltyOf(manager.untrusted, 0)).toBe(0);
    expect(mapped(manager.untrusted)).toEqual([101]);
  });

  it("at stream's end give back every session, used or not (M-26)", () => {
    const { manager } = makeStream({ trusted: [1], untrusted: [2, 3] });
    manager.selectOne(0);
    expect(handles(manager.cleanup())).toEqual([1, 2, 3]);
    expect(manager.selectOne(0)).toBeNull();
    expect(manager.trusted.beginRefresh()).toBe(false);
  });
});

describe("choosing with fast verification (M-29)", () => {
  const all = { trusted: [1, 2], untrusted: [11, 12, 13], verificationFreq: 3 };

  it("takes one trusted and two untrusted sessions", () => {
    expect(handles(choose(makeStream(all).manager).sessions)).toEqual([1, 11, 12]);
  });

  it("takes what there is", () => {
    expect(handles(choose(makeStream({ ...all, trusted: [] }).manager).sessions)).toEqual([11, 12]);
    expect(handles(choose(makeStream({ ...all, untrusted: [11] }).manager).sessions)).toEqual([
      1, 11,
    ]);
    expect(choose(makeStream({ verificationFreq: 1 }).manager).sessions).toEqual([]);
  });

  it.each([
    [3, true],
    [4, false],
    [5, false],
    [6, true],
  ])("a draw of %i with frequency 3: are all used? %s", (draw, allUsed) => {
    const { manager, untrusted } = makeStream({ ...all, draws: [draw] });
    manager.verifiedSession = untrusted[1] ?? null;
    const { sessions, tornDown } = choose(manager);
    expect(handles(sessions)).toEqual(allUsed ? [1, 11, 12] : [12]);
    expect(handles(tornDown)).toEqual(allUsed ? [] : [1, 11]);
    // Those torn down are in circulation again, never measured and thus first among the known.
    expect(manager.untrusted.selector.size).toBe(allUsed ? 1 : 2);
  });

  it("checks with frequency 1 every time", () => {
    const { manager, untrusted } = makeStream({ ...all, verificationFreq: 1, draws: [12345] });
    manager.verifiedSession = untrusted[0] ?? null;
    expect(choose(manager).sessions).toHaveLength(3);
  });

  it("forgets a verified session that is not among those chosen", () => {
    const { manager, untrusted } = makeStream({ ...all, draws: [1] });
    const verified = untrusted[0];
    if (verified === undefined) throw new Error("there is one");
    manager.verifiedSession = verified;
    manager.suspendAndRemove(verified);
    expect(handles(choose(manager).sessions)).toEqual([1, 12, 13]);
    expect(manager.verifiedSession).toBeNull();
  });

  it("needs a source of draws", () => {
    const { manager } = makeStream(all);
    const { trusted, untrusted } = manager;
    const without = new SessionsManager({ trusted, untrusted, verificationFreq: 2 });
    expect(() => without.drawBelow(2)).toThrow("source of draws");
    expect(() => new SessionsManager({ trusted, untrusted, verificationFreq: -1 })).toThrow();
  });
});
