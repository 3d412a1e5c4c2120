import { describe, expect, it } from "vitest";
import { parseCsv } from "../../../src/io/csv-table.js";
import { parseDevices, slowdownFactor } from "../../../src/sim/network/devices.js";
import { dataFile } from "../../support/sim/data-files.js";

const devices = parseDevices(dataFile("devices.csv"));
const HEADER =
  "device,generation,pixelsPerSecond,pixelsPerSecondBasis,pixelsPerSecondSource,warmupMs,warmupBasis,warmupSource,noiseCv,noiseBasis,noiseSource,slowdown,slowdownBasis,slowdownSource,encoderSessions,encoderSessionsBasis,encoderSessionsSource";
const row = (slowdown: string, basis = "guess", encoderSessions = "unlimited") =>
  `${HEADER}\ncard,Pascal,1e8,${basis},none,100,guess,none,0.1,guess,none,${slowdown},guess,none,${encoderSessions},guess,none\n`;
const parse = (text: string) => parseDevices({ name: "devices.csv", text });

describe("the device table", () => {
  it("has the GTX 1060 as its public record shows it", () => {
    const { text, name } = dataFile("raw/livepeer_bench_gtx1060_segments.csv");
    const seconds = parseCsv(text, name).records.map((record) =>
      Number(record.cell("transcode_time_s").text),
    );
    const warm = seconds.slice(2);
    const mean = warm.reduce((sum, value) => sum + value, 0) / warm.length;
    // The record's ladder: 240p, 360p and 720p at 30 fps, 2 s segments.
    const pixels = (426 * 240 + 640 * 360 + 1280 * 720) * 30 * 2;
    const card = devices.get("gtx1060");
    expect(card?.basis.pixelsPerSecond).toBe("measured");
    expect((card?.pixelsPerSecond ?? 0) / (pixels / mean)).toBeCloseTo(1, 2);
    expect((card?.warmupMs ?? 0) / 1000).toBeCloseTo((seconds[0] ?? 0) - mean, 2);
  });

  it("has the K80's measured slow-down", () => {
    const { text, name } = dataFile("raw/gpu_transcode_benchmarks.csv");
    const ratios = parseCsv(text, name)
      .records.filter(
        (record) =>
          record.cell("gpu").text.startsWith("Tesla K80") &&
          record.cell("tool").text === "livepeer_bench live",
      )
      .map((record) => Number(record.cell("realtime_duration_ratio").text));
    expect(ratios).toHaveLength(5);
    const { slowdown = [] } = devices.get("k80") ?? {};
    for (const [at, ratio] of ratios.entries()) {
      expect(slowdownFactor(slowdown, at + 1)).toBeCloseTo(ratio / (ratios[0] ?? 1), 2);
    }
  });

  it("never has a device faster with more to do", () => {
    expect(devices.size).toBeGreaterThanOrEqual(6);
    for (const { slowdown } of devices.values()) {
      for (let segments = 1; segments < 100; segments += 1) {
        const factor = slowdownFactor(slowdown, segments);
        expect(slowdownFactor(slowdown, segments + 1)).toBeGreaterThanOrEqual(factor);
      }
    }
  });

  it("has every NVENC generation by its frames per second, relative to the GTX 1060's", () => {
    const { text, name } = dataFile("raw/nvenc_fps_by_generation.csv");
    const fps = new Map(
      parseCsv(text, name)
        .records.filter((record) =>
          ["H264", "P3", "VBR", "HQ"].every(
            (value, at) =>
              record.cell(["codec", "preset", "rate_control", "tuning"][at] ?? "").text === value,
          ),
        )
        .map((record) => [
          record.cell("gpu_generation").text,
          Number(record.cell("fps_1080p_per_nvenc_engine").text),
        ]),
    );
    const base = devices.get("gtx1060")?.pixelsPerSecond ?? 0;
    const checked = [...devices.values()].filter(({ generation }) => fps.has(generation));
    expect(new Set(checked.map(({ generation }) => generation)).size).toBe(5);
    for (const { generation, pixelsPerSecond, basis } of checked) {
      const ratio = (fps.get(generation) ?? 0) / (fps.get("Pascal") ?? 1);
      expect(pixelsPerSecond / base / ratio).toBeCloseTo(1, 2);
      expect(basis.pixelsPerSecond).not.toBe("guess");
    }
    const card = devices.get("rtx2070");
    expect(card?.basis.pixelsPerSecond).toBe("interpolated");
  });

  it("has consumer cards with the sessions of the support matrix", () => {
    const { text, name } = dataFile("raw/nvenc_session_limits.csv");
    const last = parseCsv(text, name).records.at(-1)?.cell("max_concurrent_sessions").text;
    for (const { name: device, encoderSessions, basis } of devices.values()) {
      const isConsumer = /^(gtx|rtx\d)/.test(device) && device !== "rtx8000";
      expect(encoderSessions).toBe(isConsumer ? Number(last) : null);
      expect(basis.encoderSessions === "measured").toBe(device === "gtx1060");
    }
  });

  it("interpolates between points and goes on in proportion beyond the last", () => {
    const slowdown = parse(row("1:1|3:2|4:5")).get("card")?.slowdown ?? [];
    expect([1, 2, 3, 4, 8].map((segments) => slowdownFactor(slowdown, segments))).toEqual([
      1, 1.5, 2, 5, 10,
    ]);
  });

  it.each([
    [row("1:1", "guess", "0"), '"0", expected a number from 1'],
    [
      row("1:1").replace("Pascal,1e8,guess,none", "Pascal,1e8,guess,me"),
      '"me", expected bench-2021',
    ],
    [row("2:1"), 'devices.csv:2:58: "2:1", expected segments:factor pairs'],
    [row("1:1|2:0.5"), "never falling"],
    [row("1:1|1:2"), "never falling"],
    [row("1:1|x"), "never falling"],
    [row("1:1", "sure"), '"sure", expected measured, derived, interpolated or guess'],
    [row("1:1").replace("1e8", "0"), '"0", expected a number from 1'],
    [row("1:1").replace("card", "my card"), '"my card", expected a name'],
    [`${row("1:1")}${row("1:1").split("\n")[1]}\n`, 'device "card" stands twice'],
  ])("says where it is wrong", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
