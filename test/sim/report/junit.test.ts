/** JUnit reports against the schema of their format: what CI servers refuse to read is found here. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { renderJunit } from "../../../src/sim/report/junit.js";
import type { ScenarioResult } from "../../../src/sim/results.js";
import { adviceOf } from "../../support/sim/advice-fixture.js";
import { result } from "../../support/sim/report-fixture.js";

const SCHEMA = readFileSync(new URL("junit.xsd", import.meta.url), "utf8");

/** What is wrong with a document. */
async function faults(text: string): Promise<readonly string[]> {
  const { valid, errors } = await validateXML({
    xml: [{ fileName: "report.xml", contents: text }],
    schema: [SCHEMA],
  });
  return valid ? [] : errors.map(({ message }) => message);
}

const EVIL = `=a|b<img>"&'\u0001 \ud800 ]]>`;

describe("JUnit's schema holds", () => {
  it("for runs: what holds, what does not, what was stopped, and what is judged elsewhere", async () => {
    const evil: ScenarioResult = {
      ...result,
      partial: true,
      scenario: { ...result.scenario, name: EVIL, file: EVIL },
      conservation: { [EVIL]: false },
      expectations: [{ text: EVIL, passed: false, actual: `${EVIL}\n::error::x` }],
      notJudged: [{ text: EVIL, by: "advise" }],
    };
    const none = { ...result, expectations: [], verdict: null };
    expect(await faults(renderJunit([result, evil, none]))).toEqual([]);
  });

  it("for advice", async () => {
    const advice = await adviceOf(`expect:
  - worker.slow.advice == exclude
  - worker.a-1.advice == exclude
  - base.pool.segments > 1`);
    const text = renderJunit([advice]);
    expect(await faults(text)).toEqual([]);
    expect(text).toContain('tests="14" failures="1" errors="0" skipped="1"');
    expect(text).toContain('<skipped message="poolsim run judges it"/>');
    expect(text).toMatch(/<failure message="is keep: nothing that was tried on it gains more/);
  });

  it("and is not empty words: other documents are refused", async () => {
    const good = renderJunit([result]);
    expect(await faults(good.replace(' classname="admit-worker.yaml"', ""))).not.toEqual([]);
    expect(await faults(good.replace('failures="1"', 'failures="one"'))).not.toEqual([]);
    expect(await faults(good.replace(' type="expectation"', ""))).not.toEqual([]);
    expect(await faults(good.replaceAll("testcase", "case"))).not.toEqual([]);
  });
});
