/** The page's figures: the same as those of whoever looks at all jobs again. */
import { describe, expect, it } from "vitest";
import { Rational } from "../../../../src/core/rational.js";
import { PoolFigures } from "../../../../src/pool/api/page/figures.js";
import { Histogram } from "../../../../src/pool/api/page/histogram.js";
import { DAY_MS, HOUR_MS } from "../../../../src/pool/api/page/track.js";
import { closeRound } from "../../../../src/pool/books/close-round.js";
import { voidJob } from "../../../../src/pool/books/decide.js";
import { readSettings } from "../../../../src/pool/books/settings.js";
import type { JobRow } from "../../../../src/pool/books/store/store.js";
import { textOf } from "../../../../src/sim/record/forms.js";
import { type Books, enter, NOW_MS, openBooks } from "../../../support/books/books.js";
import {
  ALICE,
  aiJob,
  BOB,
  list,
  received,
  redeemed,
  transcode,
} from "../../../support/books/events.js";
import { FEW_DAYS, filesIn, recorded, START_MS } from "../../../support/books/recorded-month.js";

const AT_MS = Date.UTC(2026, 1, 1, 10, 30);
const alice = ALICE.toLowerCase();
const bob = BOB.toLowerCase();

function figuresOf({ store }: Books): PoolFigures {
  return new PoolFigures(store, () => readSettings(store).renditions);
}

/** Counts all there is, a few events at a time. */
function whole(figures: PoolFigures, nowMs: number, limit = 7): PoolFigures {
  while (figures.advance(nowMs, limit));
  return figures;
}

describe("figures", () => {
  it("of recorded days are those of their jobs, by hour, by worker and together", () => {
    const books = openBooks();
    for (const { events } of filesIn(recorded(FEW_DAYS))) {
      enter(books, textOf("poolsim", events), { source: "files" });
    }
    const nowMs = START_MS + 2 * DAY_MS;
    const figures = whole(figuresOf(books), nowMs, 500);
    const jobs = books.store.jobs.list({ limit: 10_000 });
    expect(jobs.length).toBeGreaterThan(200);
    const sum = (rows: readonly JobRow[]) => rows.reduce((all, { feesWei }) => all + feesWei, 0n);
    const pool = figures.pool;
    if (pool === null) throw new Error("nothing was counted");
    for (const { atMs, sums } of pool.hours(nowMs)) {
      const own = jobs.filter((job) => Math.floor(job.atMs / HOUR_MS) === atMs / HOUR_MS);
      expect([sums?.jobs ?? 0, sums?.feesWei ?? 0n]).toEqual([own.length, sum(own)]);
    }
    expect(pool.lastDays(nowMs).feesWei).toBe(sum(jobs));
    for (const address of new Set(jobs.flatMap((job) => job.address ?? []))) {
      const own = jobs.filter((job) => job.address === address);
      const days = figures.worker(address)?.lastDays(nowMs);
      expect([days?.jobs, days?.feesWei]).toEqual([own.length, sum(own)]);
      const times = own
        .filter(({ job, responseTimeNs }) => job === "transcode" && responseTimeNs > 0n)
        .map(({ responseTimeNs }) => Number(responseTimeNs) / 1e6)
        .sort((a, b) => a - b);
      for (const q of times.length === 0 ? [] : [0.5, 0.99]) {
        const exact = times[Math.ceil(q * times.length) - 1] ?? 0;
        const ratio = (days?.transcoding.quantile(q) ?? 0) / exact;
        expect(Math.abs(Math.log(ratio))).toBeLessThan(0.011);
      }
    }
    expect(figures.sources(nowMs).get("files")?.lastMs).toBe(books.store.events.lastMs());
  });

  it("follow what is new, and forget what is older than thirty days", () => {
    const books = openBooks();
    const figures = figuresOf(books);
    expect(figures.untilMs).toBe(0);
    expect(figures.advance(AT_MS, 100)).toBe(false);
    expect(figures.untilMs).toBeNull();
    enter(books, list(transcode(ALICE, 8n), transcode(BOB, 5n)));
    expect(figures.advance(AT_MS, 1)).toBe(true);
    expect(figures.untilMs).toBe(Date.UTC(2026, 1, 1, 10));
    whole(figures, AT_MS);
    expect(figures.pool?.lastDay(AT_MS).jobs).toBe(2);
    enter(books, list(transcode(ALICE, 9n, { DT: "2026-02-01T10:20:00Z" })));
    whole(figures, AT_MS);
    expect(figures.pool?.lastDay(AT_MS).feesWei).toBe(22n);
    whole(figures, AT_MS + DAY_MS);
    expect(figures.pool?.lastDay(AT_MS + DAY_MS).jobs).toBe(0);
    expect(figures.worker(alice)?.lastDays(AT_MS + DAY_MS).jobs).toBe(2);
    whole(figures, AT_MS + 31 * DAY_MS);
    expect(figures.pool?.lastDays(AT_MS + 31 * DAY_MS).jobs).toBe(0);
  });

  it("count an AI job as whose it turns out to be, and no void one", () => {
    const books = openBooks();
    const figures = figuresOf(books);
    const jobsOf = (address: string) => figures.worker(address)?.lastDay(AT_MS).jobs ?? 0;
    enter(books, list(aiJob("r", 40)));
    whole(figures, AT_MS);
    expect([figures.pool?.lastDay(AT_MS).jobs, jobsOf(alice)]).toEqual([1, 0]);
    enter(books, list(received("r", ALICE)));
    whole(figures, AT_MS);
    expect([figures.pool?.lastDay(AT_MS).jobs, jobsOf(alice), jobsOf(bob)]).toEqual([1, 1, 0]);
    enter(books, list(transcode(BOB, 8n)));
    whole(figures, AT_MS);
    expect([jobsOf(alice), jobsOf(bob)]).toEqual([1, 1]);
    const [job] = books.store.jobs.list({ address: BOB });
    voidJob(books.store, { event: job?.sequence ?? -1, reason: "no", nowMs: NOW_MS });
    whole(figures, AT_MS);
    expect([figures.pool?.lastDay(AT_MS).jobs, jobsOf(alice), jobsOf(bob)]).toEqual([1, 1, 0]);
  });

  it("know the weights that rounds were split by, within the last wei", () => {
    const books = openBooks({ scheme: "by-weights" });
    const figures = figuresOf(books);
    const settings = readSettings(books.store);
    const close = (round: number) => closeRound(books.store, { round, nowMs: AT_MS + round });
    enter(books, list(transcode(ALICE, 1_000_000n), transcode(BOB, 3_000_000n)));
    whole(figures, AT_MS);
    // Nothing came in: the work waits for the next round.
    close(1);
    enter(books, list(transcode(ALICE, 7_000_000n)));
    enter(books, `[${redeemed("1000000000000000000")}]`);
    const second = close(2);
    enter(books, list(transcode(BOB, 2_000_000n)));
    whole(figures, AT_MS);
    expect(figures.work(1, alice, settings)?.own.jobs ?? 0).toBe(0);
    for (const [address, jobs] of [
      [alice, 2],
      [bob, 1],
    ] as const) {
      const work = figures.work(2, address, settings);
      expect(work?.own.jobs).toBe(jobs);
      const got = books.store.ledger.balance(`pending:${address}:transcode:eu`);
      const due = work?.weight.div(work.total).mul(Rational.of(second.sharedWei)).floor() ?? 0n;
      expect(Number(got - due)).toBeGreaterThanOrEqual(0);
      expect(Number(got - due)).toBeLessThanOrEqual(1);
    }
    expect(figures.work(null, bob, settings)?.own).toMatchObject({ jobs: 1, pixels: 2_000_000n });
    // There was no such round.
    expect(figures.work(9, bob, settings)).toBeNull();
  });
});

describe("a histogram", () => {
  it("has nothing, one, and what was taken away again", () => {
    const some = new Histogram();
    expect(some.quantile(0.5)).toBeNull();
    some.add(0.001);
    some.add(1e12);
    expect(some.quantile(0)).toBeCloseTo(1.01, 2);
    expect(some.quantile(1)).toBeGreaterThan(9e8);
    some.add(1e12, -1);
    expect([some.total, some.quantile(1)]).toEqual([1, some.quantile(0)]);
  });
});
