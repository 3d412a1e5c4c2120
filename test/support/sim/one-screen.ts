/** What every report's first screen promises: 40 lines of 80 columns, the answer within six. */
import { expect } from "vitest";
import type { AnyResult } from "../../../src/sim/report/any-result.js";
import { contentOf, renderText } from "../../../src/sim/report/forms.js";

/**
 * @param file the scenario as the command line had it
 */
export function expectOneScreen(result: AnyResult, file: string): void {
  const lines = renderText(result, { width: 80, file }).trimEnd().split("\n");
  expect(lines.length, lines.join("\n")).toBeLessThanOrEqual(40);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  const first = lines.slice(0, 6).join(" ").replaceAll(/\s+/g, " ");
  const { headline, sentences } = contentOf(result, file).answer;
  expect(headline).not.toBe("");
  expect(first).toContain(headline);
  expect(first).toContain(sentences[0]?.slice(0, 60));
}
