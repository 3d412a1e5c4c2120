/** Which events are in which files, and what may happen to files on their way. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { disturbed } from "../../../src/sim/record/disturb.js";
import { type EventFile, filesOf, pathsOf } from "../../../src/sim/record/files.js";
import { FORMS } from "../../../src/sim/record/form-names.js";
import { numbered } from "../../../src/sim/record/forms.js";
import { FEW_DAYS, recorded } from "../../support/books/recorded-month.js";

const record = recorded(FEW_DAYS, { aiPerDay: 100, restarts: 1 });
const events = numbered(record.events);
const HOUR_MS = 3_600_000;
const files = filesOf(events, { flushMs: HOUR_MS });

function eventsIn(of: readonly EventFile[]) {
  return of.flatMap((file) => file.events);
}

describe("Files", () => {
  it("have each event once, those of one node and one hour together", () => {
    expect(new Set(eventsIn(files))).toEqual(new Set(events));
    expect(eventsIn(files)).toHaveLength(events.length);
    for (const { source, events: inFile } of files) {
      expect(new Set(inFile.map((one) => one.source))).toEqual(new Set([source]));
      expect(new Set(inFile.map(({ event }) => Math.floor(event.atMs / HOUR_MS))).size).toBe(1);
    }
  });

  it("begin anew when a node does", () => {
    for (const { events: inFile } of files) {
      expect(inFile.slice(1).some(({ event }) => event.type === "reset")).toBe(false);
    }
  });

  it("are named by their first and last second (E-6), none like another", () => {
    for (const form of FORMS) {
      const paths = pathsOf(form, [...files, ...files]);
      expect(new Set(paths).size).toBe(paths.length);
    }
    expect(pathsOf("bucket", files)[0]).toMatch(
      /^FRA\/transcode\/FRA-transcode-20260201T000000Z_20260201T00\d{4}Z\.json$/,
    );
  });
});

describe("Files on their way", () => {
  it("lose no event, and make none up", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const arrived = disturbed(files, seed);
        expect(new Set(eventsIn(arrived))).toEqual(new Set(events));
        expect(arrived).toEqual(disturbed(files, seed));
      }),
      { numRuns: 20 },
    );
  });

  it("are disturbed as much as is asked for", () => {
    const no = {
      partedJobs: 0,
      lateFiles: 0,
      repeatedFiles: 0,
      repeatedEvents: 0,
      shuffledFiles: 0,
    };
    expect(disturbed(files, 1, no)).toEqual(files);
    expect(disturbed(files, 1, { ...no, repeatedFiles: 1 })).toHaveLength(2 * files.length);
    const told = eventsIn(disturbed(files, 1, { ...no, repeatedEvents: 1 }));
    expect(told).toHaveLength(2 * events.length);
    const shuffled = disturbed(files, 1, { ...no, shuffledFiles: 1 });
    expect(shuffled).not.toEqual(files);
    expect(shuffled.map((file) => new Set(file.events))).toEqual(
      files.map((file) => new Set(file.events)),
    );
  });

  it("that are late have earlier events than one that came before them", () => {
    const arrived = disturbed(files, 3, { lateFiles: 1 / 2, repeatedFiles: 0 });
    const firstMs = ({ events: [one] }: EventFile) => one?.event.atMs ?? 0;
    const late = arrived.filter(({ isLate }) => isLate);
    const overtaken = late.filter((file) =>
      arrived.slice(0, arrived.indexOf(file)).some((before) => firstMs(before) > firstMs(file)),
    );
    expect(overtaken.length).toBeGreaterThan(late.length / 2);
    expect(late.length).toBeGreaterThan(files.length / 10);
  });

  it("have the halves of AI jobs apart", () => {
    const halves = (of: readonly EventFile[], type: string) =>
      new Map(
        of.flatMap((file, index) =>
          file.events.flatMap(({ event }) =>
            event.type === type && "requestId" in event ? [[event.requestId, index]] : [],
          ),
        ),
      );
    const apart = (of: readonly EventFile[]) => {
      const processed = halves(of, "job-processed");
      return [...halves(of, "job-received")].filter(
        ([id, index]) => processed.has(id) && processed.get(id) !== index,
      ).length;
    };
    const parted = disturbed(files, 1, {
      partedJobs: 1,
      lateFiles: 0,
      repeatedFiles: 0,
      repeatedEvents: 0,
    });
    expect(apart(files)).toBeLessThan(5);
    expect(apart(parted)).toBeGreaterThan(100);
  });
});
