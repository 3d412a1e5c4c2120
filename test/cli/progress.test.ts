import { describe, expect, it } from "vitest";
import { progressLine } from "../../src/cli/progress.js";
import type { TextStream } from "../../src/cli/terminal.js";

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

  it("says nothing to pipes, and nothing when asked to be quiet", () => {
    for (const [isTTY, isShown] of [
      [false, true],
      [true, false],
    ] as const) {
      const terminal = stream(isTTY);
      const line = progressLine(terminal, { isShown, prefix: "" });
      line.update({ done: 1, total: 2, label: "x" });
      line.clear();
      expect(terminal.written).toEqual([]);
    }
  });
});
