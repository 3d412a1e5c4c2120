import { describe, expect, it, onTestFinished, vi } from "vitest";
import { progressLine } from "../../src/cli/shared/progress.js";
import type { TextStream } from "../../src/cli/shared/terminal.js";

function stream(isTTY: boolean): TextStream & { readonly written: string[] } {
  const written: string[] = [];
  return { written, isTTY, width: 40, hasColour: false, write: (text) => written.push(text) };
}

describe("progress", () => {
  it("is one line that rewrites itself and goes away", () => {
    const terminal = stream(true);
    const line = progressLine(terminal, { isShown: true, prefix: "" });
    line.update({ done: 0, total: 20, label: "replications" });
    line.update({ done: 20, total: 20, label: "replications" });
    line.clear();
    expect(terminal.written).toEqual([
      "\r\u001b[Kreplications 0/20 (0 %)",
      "\r\u001b[Kreplications 20/20 (100 %)",
      "\r\u001b[K",
    ]);
  });

  it("is shown ten times a second at most", () => {
    const terminal = stream(true);
    const line = progressLine(terminal, { isShown: true, prefix: "" });
    for (let done = 0; done < 1000; done += 1) line.update({ done, total: 100_000, label: "x" });
    expect(terminal.written.length).toBeLessThan(50);
  });

  it("keeps within the line", () => {
    const terminal = stream(true);
    progressLine(terminal, { isShown: true, prefix: "scenario.yaml: " }).update({
      done: 1,
      total: 2,
      label: "sensitivity: everything twice as long as it was",
    });
    expect(terminal.written.join("").length).toBeLessThan(40 + "\r\u001b[K".length);
  });

  it("says who else computes, also while nothing is finished, and then how fast", () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const terminal = { ...stream(true), width: 200 };
    let workers = "no worker is there yet";
    const about = () => workers;
    const line = progressLine(terminal, { isShown: true, prefix: "", about });
    vi.advanceTimersByTime(1000);
    expect(terminal.written.at(-1)).toBe(
      "\r\u001b[Knothing is finished yet, no worker is there yet",
    );
    workers = "2 workers, 8 threads";
    line.update({ done: 1, total: 10, label: "x" });
    vi.advanceTimersByTime(2000);
    line.update({ done: 5, total: 10, label: "x" });
    expect(terminal.written.at(-1)).toBe(
      "\r\u001b[Kx 5/10 (50 %), 2 workers, 8 threads, 2.0/s, 3 s left",
    );
    line.clear();
    const { length } = terminal.written;
    vi.advanceTimersByTime(5000);
    expect(terminal.written).toHaveLength(length);
  });

  it("says a line a minute to pipes, and nothing when asked to be quiet", () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const quiet = stream(false);
    progressLine(quiet, { isShown: false, prefix: "" });
    const silent = stream(true);
    const hidden = progressLine(silent, { isShown: false, prefix: "" });
    hidden.update({ done: 1, total: 2, label: "x" });
    hidden.clear();
    const pipe = stream(false);
    const line = progressLine(pipe, { isShown: true, prefix: "a.yaml: " });
    vi.advanceTimersByTime(59_999);
    expect(pipe.written).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(pipe.written).toEqual(["poolsim: a.yaml: working for 1 min: nothing is finished yet\n"]);
    for (let done = 1; done <= 30; done += 1) {
      line.update({ done, total: 40, label: "replications" });
      vi.advanceTimersByTime(4000);
    }
    expect(pipe.written.slice(1)).toEqual([
      "poolsim: a.yaml: working for 2 min: replications 15/40 (37 %), 114 s left\n",
      "poolsim: a.yaml: working for 3 min: replications 30/40 (75 %), 46 s left\n",
    ]);
    line.clear();
    vi.advanceTimersByTime(600_000);
    expect(pipe.written).toHaveLength(3);
    expect([quiet.written, silent.written]).toEqual([[], []]);
  });
});
