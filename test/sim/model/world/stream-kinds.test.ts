import { describe, expect, test } from "vitest";
import { streamKinds } from "../../../../src/sim/model/world/stream-kinds.js";
import {
  IDEAL,
  merged,
  metric,
  run,
  type Settings,
  scenario,
  simulation,
} from "../../../support/sim/runs.js";

const BASE = merged(IDEAL, {
  warmup: "10m",
  duration: "2h",
  stream: { segmentMs: 2000, segmentCv: 0, length: { distribution: "exponential", mean: "10m" } },
  orchestrators: [
    { name: "o", region: "FRA", stakeLpt: 1, backend: { type: "measured", roundTripMs: 100 } },
  ],
});

function gateways(streams: Settings): Settings {
  return {
    gateways: [
      { region: "FRA", weight: 1 },
      { region: "NYC", weight: 3, streams },
    ],
  };
}

describe("a gateway may say its own", () => {
  test("length of streams: a weight is a share of those per day, or of those at a time", () => {
    const own = gateways({ length: { distribution: "constant", mean: "40m" } });
    const at = (demand: Settings) =>
      streamKinds(scenario(BASE, { demand }, own).scenario).map(({ atATime }) => atATime);
    expect(at({ concurrentStreams: 8 })).toEqual([2, 6]);
    // 144 a day: 36 of 10 min, 108 of 40 min.
    expect(at({ streamsPerDay: 144 })).toEqual([0.25, 3].map((each) => expect.closeTo(each, 9)));
  });

  test("duration of segments", () => {
    const own = gateways({ segmentMs: 10_000 });
    const watched = simulation(scenario(BASE, { demand: { concurrentStreams: 24 } }, own));
    const segments = new Map<string, number>();
    const durations = new Set<string>();
    const started = watched.metrics.started.bind(watched.metrics);
    watched.metrics.started = (stream, segment) => {
      const name = watched.world.sites[stream.site]?.name ?? "";
      segments.set(name, (segments.get(name) ?? 0) + segment.durationMs);
      started(stream, segment);
      durations.add(`${name} ${segment.durationMs}`);
    };
    watched.run();
    expect([...durations].sort()).toEqual(["FRA 2000", "NYC 10000"]);
    // Three quarters of all stream time, whatever it is cut into.
    const [fra = 0, nyc = 0] = ["FRA", "NYC"].map((name) => segments.get(name));
    expect(Math.abs(nyc / (nyc + fra) - 0.75)).toBeLessThan(0.15);
  });

  test("renditions: pixels follow", () => {
    const small = { profiles: [{ width: 160, height: 90, fps: 10, bitrateMbps: 0.1 }] };
    const pixels = (streams: Settings) =>
      metric(
        run(scenario(BASE, { demand: { concurrentStreams: 8 } }, gateways(streams))),
        "orchestrator.o.pixels",
      );
    expect(pixels(small)).toBeLessThan(0.5 * pixels({}));
  });

  test("hours: nobody comes at night", () => {
    const night = new Array<number>(24).fill(0);
    const watched = (streams: Settings) =>
      metric(
        run(scenario(BASE, { demand: { concurrentStreams: 8 } }, gateways(streams))),
        "network.streams",
      );
    expect(watched({ hourly: night })).toBeLessThan(0.5 * watched({}));
  });
});
