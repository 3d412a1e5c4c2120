/** `--trace`: every decision of one stream, each with the rule that it follows. */
import { describe, expect, test } from "vitest";
import { FEATURES } from "../../support/sim/check-scenarios.js";
import { merged, POOL, run, type Settings, scenario } from "../../support/sim/runs.js";

const LINE = /^\s*(\d+\.\d{3}) s {2}([A-Z]-\d+(?: \([a-z]\))?|S-12 rows? .+?)\s+\S/;

function trace(settings: Settings, stream = 0): readonly string[] {
  const lines: string[] = [];
  run(scenario(settings), { trace: { stream, write: (line) => lines.push(line) } });
  return lines;
}

function rulesOf(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.map((line) => LINE.exec(line)?.[2] ?? `no rule: ${line}`));
}

const SMALL = merged(POOL, {
  warmup: "0s",
  duration: "20m",
  network: { limit: 20 },
  demand: { concurrentStreams: undefined, arrivals: [{ at: "1m", length: "5m", gateway: "NYC" }] },
});

describe("the trace of a stream", () => {
  const lines = trace(SMALL);

  test("begins with the stream and ends with its end", () => {
    expect(lines[0]).toMatch(/60\.000 s {2}M-1 .*stream 0 begins at NYC, 5\.0 min/);
    expect(lines.at(-1)).toMatch(/360\.000 s {2}M-26 .*stream 0 ends/);
  });

  test("cites a rule in every line, in order of time", () => {
    let before = 0;
    for (const line of lines) {
      expect(line).toMatch(LINE);
      const time = Number(LINE.exec(line)?.[1]);
      expect(time).toBeGreaterThanOrEqual(before);
      before = time;
    }
  });

  test("says who was found, who was chosen among whom, and how each segment went", () => {
    const rules = rulesOf(lines);
    for (const rule of ["D-8", "D-38", "L-6", "L-13", "M-12 (a)", "T-22"]) {
      expect([...rules]).toContain(rule);
    }
    expect(lines.filter((line) => line.includes("latency score")).length).toBeGreaterThan(100);
    expect(lines.find((line) => line.includes("L-13"))).toMatch(/among \d+: .+ \d+\.\d\d %/);
  });

  test("says which worker got each segment, and why (O-16)", () => {
    const own = trace(
      merged(SMALL, {
        gateway: { selectStakeWeight: 1, selectRandFreq: 0 },
        orchestrator: { stakeShare: 0.99 },
      }),
    );
    const chosen = own.filter((line) => line.includes(" O-16 "));
    expect(chosen[0]).toMatch(/to \S+: least loaded that may serve \(\S+ 0\/4, /);
    expect(chosen.slice(1).some((line) => / to \S+: has the session \(/.test(line))).toBe(true);
    // Each segment that the pool answered went to somebody.
    const answered = own.filter((line) => / T-22 +pool took/.test(line));
    expect(answered.length).toBeGreaterThan(10);
    expect(chosen.length).toBeGreaterThanOrEqual(answered.length);
  });

  test("says who was left out of a choice, with the numbers (L-9, L-10)", () => {
    const dear = trace(merged(SMALL, { gateway: { maxPricePerUnit: 200 } }));
    expect(
      dear.some((line) =>
        / L-10 +without \S+: price \d+\.\d\d wei per pixel, above 200\.00/.test(line),
      ),
    ).toBe(true);
    const nobody = trace(merged(SMALL, { gateway: { maxPricePerUnit: "1/1000000" } })).join("\n");
    expect(nobody).toMatch(/ L-11 +nobody can be selected\n.* L-10 /);
    const late = { arrivals: [{ at: "25m", length: "2m", gateway: "NYC" }] };
    const gateway = { minPerfScore: 0.9 };
    const slow = trace(
      merged(SMALL, { gateway, demand: late, tester: { testsPerDay: 500 }, duration: "30m" }),
    );
    expect(
      slow.some((line) => / L-9 +without \S+: performance score 0\.\d{3}, below 0\.9/.test(line)),
    ).toBe(true);
  });

  test("of another stream is empty when there is none", () => {
    expect(trace(SMALL, 1)).toEqual([]);
  });

  test("changes nothing", () => {
    const input = scenario(SMALL);
    expect(run(input, { trace: { stream: 0, write: () => undefined } })).toEqual(run(input));
  });
});

describe("what goes wrong is in it", () => {
  test("who may not be used, and why (K-9)", () => {
    const lines = trace(merged(SMALL, { gateway: { orchMinLivepeerVersion: "99.0.0" } }));
    expect(lines.some((line) => /K-9\s+.* rejected: .*99\.0\.0/.test(line))).toBe(true);
    expect(lines.some((line) => /T-24.*segment 0 is not transcoded/.test(line))).toBe(true);
  });

  test("failures, suspensions and swaps", () => {
    const lines = trace(merged(SMALL, { assumptions: { segmentFailure: 0.1, noiseScale: 4 } }));
    const text = lines.join("\n");
    expect(text).toMatch(/S-12 row 3.*attempt with \S+ failed/);
    expect(text).toMatch(/removed/);
    expect(text).toMatch(/M-17\s+swapped away from/);
  });

  test("a session that is renewed (M-35)", () => {
    const long = { demand: { arrivals: [{ at: "1m", length: "40m", gateway: "NYC" }] } };
    const lines = trace(merged(SMALL, { ...long, duration: "1h" }));
    expect(lines.some((line) => /M-35\s+session with .* refreshed/.test(line))).toBe(true);
  });

  test.each(["verification", "webhook", "brokenBalancer", "hangingWorkers"])("%s", (name) => {
    const lines = trace(FEATURES[name] ?? {}, 30);
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(line).toMatch(LINE);
  });
});
