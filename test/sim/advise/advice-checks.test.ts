/** The short form of what `npm run test:statistics` checks of advice at 10,000 made-up workers. */
import { describe, expect, it } from "vitest";
import { ADVICE_CHECKS } from "../../../scripts/advice-checks.js";

describe("made-up pools", () => {
  it.each(ADVICE_CHECKS)("$name", async ({ run }) => {
    const { passed, text } = await run(120);
    expect({ passed, text }).toMatchObject({ passed: true });
  });
});
