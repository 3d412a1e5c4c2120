/** A live stream's orchestrators: faults, swaps and payments (A-45 … A-51). */
import {
  AI_REFRESH,
  AISessionSelector,
  inputIsRecent,
  LIVE_FAULT,
  LIVE_START_UNITS,
  LIVE_UNITS_PER_SECOND,
  type LiveFault,
  LivePayments,
  LiveStream,
  Session,
  SwapLimit,
} from "poolsim/selection";
import { describe, expect, it } from "vitest";

const MINUTE_MS = 60_000;

/** A selector of live video with orchestrators 0 and 1, the first the faster. */
function selectorOfTwo(): AISessionSelector {
  const selector = new AISessionSelector({ live: true, poolSize: 2, pick: () => 0 });
  selector.beginRefresh();
  const found = [0, 1].map((transcoder) => ({
    session: new Session({
      id: transcoder,
      transcoder,
      initialLatencyMs: transcoder,
      info: undefined,
    }),
    model: "warm" as const,
  }));
  expect(selector.endRefresh(0, found)).toBe(AI_REFRESH.ok);
  return selector;
}

/** Starts a stream on whoever the selector gives, as a request does: the session goes back at once. */
function start(selector: AISessionSelector, stream: LiveStream): number {
  const selection = selector.select(0);
  if (selection === null) throw new Error("nobody");
  selector.complete(selection);
  expect(stream.started(selection)).toBe("run");
  return selection.session.transcoder;
}

describe("swaps (A-47)", () => {
  it("allows two in quick succession, and ends at the third", () => {
    const limit = new SwapLimit(0);
    expect([1, 2, 3].map((minute) => limit.swap(minute * MINUTE_MS))).toEqual([true, true, false]);
  });

  it("counts the first from the start of the stream, and anew after three minutes", () => {
    const limit = new SwapLimit(0);
    const minutes = [3, 5, 7, 10, 12];
    expect(minutes.map((minute) => limit.swap(minute * MINUTE_MS))).toEqual([
      true,
      true,
      // One of the third minute, one soon after: the next within three minutes is too many.
      false,
      // The refused one was no swap: five minutes since the last.
      true,
      true,
    ]);
  });
});

describe("a stream (A-46 … A-50)", () => {
  it("starts every time on the fastest orchestrator (A-45)", () => {
    const selector = selectorOfTwo();
    const one = new LiveStream(0, () => selector);
    const other = new LiveStream(0, () => selector);
    expect([start(selector, one), start(selector, other)]).toEqual([0, 0]);
  });

  it("leaves an orchestrator in place whose fault does not suspend, and may start on it again (A-50)", () => {
    const selector = selectorOfTwo();
    const stream = new LiveStream(0, () => selector);
    start(selector, stream);
    expect(stream.gaveUp(1, "noEvents")).toBe("start");
    expect(start(selector, stream)).toBe(0);
    expect(selector.suspender.size).toBe(0);
  });

  it("suspends for five refreshes, and passes over the session that stays (A-49, A-8)", () => {
    const selector = selectorOfTwo();
    const stream = new LiveStream(0, () => selector);
    start(selector, stream);
    const countBefore = selector.suspender.count;
    expect(stream.gaveUp(1, "slow")).toBe("start");
    expect(selector.suspender.suspended(0)).toBe(countBefore + 5);
    expect(selector.warm.selector.sessions).toHaveLength(2);
    expect(start(selector, stream)).toBe(1);
    expect(selector.warm.inUse.map(({ transcoder }) => transcoder)).toEqual([0]);
  });

  it("suspends nobody once its input has gone, and ends", () => {
    const selector = selectorOfTwo();
    const stream = new LiveStream(0, () => selector);
    start(selector, stream);
    stream.inputGone();
    expect(stream.gaveUp(1, "slow")).toBe("end");
    expect(stream.end).toBe("inputGone");
    expect(selector.suspender.size).toBe(0);
  });

  it("ends with too many swaps, and when nobody can be started", () => {
    const selector = selectorOfTwo();
    const stream = new LiveStream(0, () => selector);
    const effects = [1, 2, 3].map((second) => {
      start(selector, stream);
      return stream.gaveUp(second * 1_000, "channelGone");
    });
    expect(effects).toEqual(["start", "start", "end"]);
    expect(stream).toMatchObject({ end: "tooManySwaps", swaps: 2 });

    const lonely = new LiveStream(0, () => selector);
    expect(lonely.started(null)).toBe("end");
    expect(lonely.end).toBe("noOrchestrator");
  });

  it("knows three faults that suspend (A-48)", () => {
    const names = Object.keys(LIVE_FAULT) as LiveFault[];
    const suspending = names.filter((name) => LIVE_FAULT[name].suspends);
    expect(suspending).toEqual(["slow", "outputBroken", "noOutput"]);
  });

  it("takes no input for recent with the default time-out of 0 (A-48)", () => {
    expect([0, 100].map((timeoutMs) => inputIsRecent(40, 0, timeoutMs))).toEqual([false, true]);
    expect(inputIsRecent(0, 0, 0)).toBe(false);
  });
});

describe("payments (A-45, A-51)", () => {
  it("pays for a minute at the start", () => {
    expect(LIVE_START_UNITS).toBe(1_658_880_000n);
  });

  it("pays when a segment begins after the interval, and loses nothing by cutting", () => {
    const payments = new LivePayments(0n);
    const segmentNs = 1_999_999_999n;
    let paid = 0n;
    const amounts: bigint[] = [];
    for (let segment = 1n; segment <= 30n; segment++) {
      const units = payments.segmentBegins(segment * segmentNs);
      amounts.push(units);
      paid += units;
    }
    expect(amounts.slice(0, 3).map((units) => units > 0n)).toEqual([false, false, true]);
    const owed = (30n * segmentNs * LIVE_UNITS_PER_SECOND) / 1_000_000_000n;
    expect(owed - paid).toBeLessThanOrEqual(10n);
    expect(owed - paid).toBeGreaterThanOrEqual(-10n);
  });
});
