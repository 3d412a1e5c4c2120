/** Events whose times cannot be right: it is said, as of tables and benches. */
import { expect, it } from "vitest";
import { fitLive } from "../../../src/sim/calibrate/fits/live-fit.js";
import { pastOfJobs } from "../../support/sim/past-of-jobs.js";

function fitOf(responseMs: (index: number) => number) {
  const past = pastOfJobs(200, responseMs);
  const [worker] = past.workers;
  return worker === undefined ? null : fitLive(worker, past);
}

/** What is odd about 200 segments of such times, of which the 100th takes so many times as long. */
function oddities(responseMs: (index: number) => number, times = 1) {
  const fit = fitOf((index) => responseMs(index) * (index === 99 ? times : 1));
  return fit?.notes.filter((note) => note.startsWith("odd:"));
}

/** About so long, a tenth more and less. */
const about = (ms: number) => (index: number) => Math.round(ms * (0.9 + ((index * 7) % 11) / 50));

it("events are told to be odd where one time is a million times as long as the others", () => {
  expect(oddities(about(350), 1_000_000)).toContainEqual(
    expect.stringMatching(/^odd: some segments take a hundred times as long as others: .*\?$/),
  );
});

it("events are told to be odd where all times are a thousand times too long, or the very same", () => {
  expect(oddities(about(350_000))).toEqual([
    expect.stringMatching(/^odd: a segment takes 3\d\d seconds: are times in another unit\?$/),
  ]);
  expect(oddities(() => 350)).toEqual([expect.stringMatching(/^odd: all times are the same, /)]);
});

it("events are not odd where times are as of workers, also of one that hangs now and then", () => {
  expect(oddities(about(350))).toEqual([]);
  expect(oddities(about(350), 20)).toEqual([]);
});

it("times that are all the same show nothing of how sure they are", () => {
  expect(fitOf(() => 350)).toMatchObject({
    aloneMs: { value: 350, low: 0, high: Number.POSITIVE_INFINITY },
    noiseCv: null,
    sessionCv: null,
  });
});
