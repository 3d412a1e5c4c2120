/** What the comparison says is what books kept by each scheme would hold. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { SCHEME_NAMES, type SchemeName } from "../../../src/pool/books/attribution/registry.js";
import { closeRound } from "../../../src/pool/books/close-round.js";
import { compareSchemes } from "../../../src/pool/books/compare-schemes.js";
import { EventIngest } from "../../../src/pool/books/ingest/ingest.js";
import { changeSettings } from "../../../src/pool/books/settings.js";
import { type Books, balances, enter, openBooks, wrongIn } from "../../support/books/books.js";
import { ALICE, BOB, list, redeemed, transcode } from "../../support/books/events.js";
import { timeText, workerAddress } from "../../support/books/recorded.js";

const ROUND_MS = 3_600_000;
const START_MS = Date.UTC(2026, 1, 1);
const WINDOW = 3;
const RATE_MS = START_MS + 2 * ROUND_MS;

interface Happening {
  /** Seconds since the start, within nine rounds. */
  readonly second: number;
  /** null: a ticket was won. */
  readonly worker: number | null;
  readonly amount: number;
  readonly region: string;
}

const happenings = fc.array(
  fc.record<Happening>({
    second: fc.integer({ min: 0, max: 9 * 3600 - 1 }),
    worker: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 3 }),
    amount: fc.integer({ min: 1, max: 9_000_000 }),
    region: fc.constantFrom("eu", "us"),
  }),
  { minLength: 1, maxLength: 30 },
);

/** A quarter, from the third round on a third. */
function books(scheme: SchemeName): Books {
  const { store } = openBooks({ scheme });
  const place = { nodeType: null, region: null };
  const commission = [{ rate: Rational.of(1n, 3n), fromMs: RATE_MS, ...place }];
  changeSettings(store, { commission, windowRounds: WINDOW, renditions: 4n });
  return { store, ingest: new EventIngest(store) };
}

const eventOf = ({ second, worker, amount, region: Region }: Happening, index: number) => {
  const DT = timeText(START_MS + second * 1000);
  if (worker !== null) return transcode(workerAddress(worker), BigInt(amount), { DT, Region });
  return redeemed(String(amount), `0x${String(index + 1).padStart(64, "0")}`, { DT });
};

/** Pending of each worker, by address. */
function pendingOf(kept: Books): Record<string, bigint> {
  const rows = Object.entries(balances(kept)).filter(([name]) => name.startsWith("pending:"));
  const sums: Record<string, bigint> = {};
  for (const [name, wei] of rows) {
    const [, address = ""] = name.split(":");
    sums[address] = (sums[address] ?? 0n) + wei;
  }
  return sums;
}

/** Books that are kept round by round, each closed at its end. */
function keptByRounds(all: readonly Happening[], scheme: SchemeName): Books {
  const kept = books(scheme);
  for (let round = 0; round < 9; round++) {
    const events = all.flatMap((happening, index) =>
      Math.floor(happening.second / 3600) === round ? [eventOf(happening, index)] : [],
    );
    enter(kept, list(...events));
    closeRound(kept.store, { round, nowMs: START_MS + (round + 1) * ROUND_MS });
  }
  return kept;
}

describe("The comparison", () => {
  it("is to the wei what books of each scheme owe, in whatever order the events came", () => {
    fc.assert(
      fc.property(happenings, (all) => {
        const arrived = books("per-job");
        enter(arrived, list(...all.map(eventOf).reverse()));
        const comparison = compareSchemes(arrived.store, { roundMs: ROUND_MS });
        for (const scheme of SCHEME_NAMES) {
          const owed = scheme === "per-job" ? arrived : keptByRounds(all, scheme);
          const said = comparison.workers
            .filter(({ wei }) => wei[scheme] > 0n)
            .map(({ address, wei }) => [address, wei[scheme]]);
          expect(Object.fromEntries(said)).toEqual(pendingOf(owed));
          expect(comparison.commissionWei[scheme]).toBe(owed.store.ledger.balance("commission"));
          expect(wrongIn(owed)).toEqual([]);
          if (owed !== arrived) owed.store.close();
        }
        arrived.store.close();
      }),
      { numRuns: 15 },
    );
  });

  it("splits by place, as books do: what is left goes to the largest fractions of those", () => {
    const kept = openBooks({ scheme: "by-weights" });
    const jobs = [transcode(ALICE, 8n), transcode(ALICE, 8n, { Region: "us" }), transcode(BOB, 8n)];
    enter(kept, list(...jobs, redeemed("6")));
    closeRound(kept.store, { round: 1, nowMs: START_MS });
    const owed = { [ALICE.toLowerCase()]: 4n, [BOB.toLowerCase()]: 1n };
    expect(pendingOf(kept)).toEqual(owed);
    const said = compareSchemes(kept.store).workers;
    expect(
      Object.fromEntries(said.map(({ address, wei }) => [address, wei["by-weights"]])),
    ).toEqual(owed);
  });

  it("reads jobs a page at a time: as many as there are", () => {
    const kept = openBooks();
    const jobs = Array.from({ length: 5_003 }, () => transcode(ALICE, 4n));
    enter(kept, list(...jobs, transcode(BOB, 4n)));
    expect(compareSchemes(kept.store)).toMatchObject({
      jobs: 5_004,
      jobsWithoutRenditions: 5_004,
      feesWei: 20_016n,
      workers: [{ wei: { "per-job": 15_009n } }, { wei: { "per-job": 3n } }],
    });
  });

  it("may ask for another commission, other weights, another constant", () => {
    const kept = openBooks();
    enter(kept, list(transcode(ALICE, 3_000_000n), transcode(BOB, 1_000_000n), redeemed("800")));
    const weights = { duration: Rational.ZERO };
    const options = { commission: Rational.ZERO, weights, renditions: 0n, windowRounds: 1 };
    expect(compareSchemes(kept.store, options)).toMatchObject({
      renditions: 0n,
      windowRounds: 1,
      workers: [{ wei: { "by-weights": 600n } }, { wei: { "by-weights": 200n } }],
    });
  });

  it("needs a rate for everything as soon as there are tickets to split, and only then", () => {
    const kept = openBooks();
    kept.store.setSetting("commission", '[["1/4",0,"transcode",null]]');
    const own = { store: kept.store, ingest: new EventIngest(kept.store) };
    enter(own, list(transcode(ALICE, 8n)));
    expect(compareSchemes(kept.store).workers).toMatchObject([{ wei: { "per-job": 6n } }]);
    enter(own, list(redeemed("800")));
    expect(() => compareSchemes(kept.store)).toThrow(
      /no commission for everything is set at 2026-/,
    );
    expect(compareSchemes(kept.store, { commission: Rational.ONE }).commissionWei).toMatchObject({
      "by-weights": 800n,
    });
  });

  it("leaves what was won when nobody had worked with nobody", () => {
    const kept = openBooks();
    enter(kept, list(redeemed("800")));
    expect(compareSchemes(kept.store)).toMatchObject({
      workers: [],
      unattributedWei: { "per-job": 0n, "by-weights": 800n, "sliding-window": 800n },
    });
  });
});
