/** Words that an operator may take for something else are explained on the screen that uses them. */
import { describe, expect, it } from "vitest";
import { renderAdvice } from "../../../src/sim/report/advice.js";
import { meaningsIn } from "../../../src/sim/report/content/meanings.js";
import { renderMarkdown } from "../../../src/sim/report/forms.js";
import { adviceOf } from "../../support/sim/advice-fixture.js";

describe("the words of a first screen", () => {
  it("are explained where they are used, and only there", () => {
    expect(meaningsIn(["you keep per day, mETH", "sessions kept to the end, %"])).toBe(
      "Here “you” is the pool's operator; 1 mETH is 0.001 ETH; a session is one stream at one worker, until it ends or moves on.",
    );
    expect(meaningsIn(["your fees per day, gwei"])).toBe(
      "Here “you” is the pool's operator; 1 gwei is 0.000000001 ETH.",
    );
    expect(meaningsIn(["minutes of video per day", "youth, obsession"])).toBe("");
  });

  it("stand on the screen of advice and in its Markdown", async () => {
    const advice = await adviceOf();
    const meaning = "Here “you” is the pool's operator; ";
    expect(renderAdvice(advice, { width: 80 })).toContain(`\n${meaning}`);
    expect(renderMarkdown(advice)).toContain(`\n${meaning}`);
  });
});
