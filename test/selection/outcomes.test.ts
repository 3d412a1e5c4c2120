import { describe, expect, it } from "vitest";
import {
  httpStatus,
  isNonRetryable,
  OUTCOME,
  OUTCOME_RULES,
  RESULT,
  ruleOf,
} from "../../src/selection/outcomes.js";
import { PAYMENT_OUTCOME } from "../../src/selection/payment.js";

describe("the table of outcomes", () => {
  it("has a row for each, at its number", () => {
    expect(OUTCOME_RULES.map((rule) => rule.name)).toEqual(Object.keys(OUTCOME));
    expect(Object.values(OUTCOME)).toEqual(OUTCOME_RULES.map((_, index) => index));
    for (const [name, outcome] of Object.entries(OUTCOME)) expect(ruleOf(outcome).name).toBe(name);
  });

  it("removes whoever it suspends (S-12), and completes nobody that it removes", () => {
    for (const rule of OUTCOME_RULES) {
      if (rule.suspends) expect(rule).toMatchObject({ removes: true });
      if (rule.removes) expect(rule).toMatchObject({ completes: false });
    }
  });

  it("restores credit as long as no headers came, and burns it with any refusal (P-22, P-23)", () => {
    const { notSent, lost, received } = PAYMENT_OUTCOME;
    expect(ruleOf(OUTCOME.headerTimeout).payment).toBe(notSent);
    expect(ruleOf(OUTCOME.paymentFailed).payment).toBe(notSent);
    expect(ruleOf(OUTCOME.orchestratorCapped).payment).toBe(lost);
    expect(ruleOf(OUTCOME.insufficientBalance).payment).toBe(lost);
    expect(ruleOf(OUTCOME.bodyTimeout).payment).toBe(lost);
    expect(ruleOf(OUTCOME.nonRetryable).payment).toBe(lost);
    expect(ruleOf(OUTCOME.ok).payment).toBe(received);
    expect(ruleOf(OUTCOME.renditionDownloadFailed).payment).toBe(received);
  });
});

describe("non-retryable errors (T-28, T-29)", () => {
  it.each([
    ["Unsupported input pixel format", true],
    ["TranscoderIncompatibleDevices", true],
    ["Unrecoverable state, restart process", true],
    ["unsupported input pixel format", false],
    ["Error: Invalid argument", false],
    ["Invalid argument", true],
    ["OrchestratorBusy", false],
    ["", false],
  ])("text %j: %s", (text, expected) => {
    expect(isNonRetryable(text)).toBe(expected);
  });

  it("looks at every cause", () => {
    const inner = new Error("No keyframes in input");
    expect(
      isNonRetryable(new Error("attempt 2", { cause: new Error("x", { cause: inner }) })),
    ).toBe(true);
    expect(isNonRetryable(new Error("attempt 2", { cause: "Too many outputs" }))).toBe(true);
    expect(isNonRetryable(new Error("Too many outputs: 3"))).toBe(false);
    expect(isNonRetryable(undefined)).toBe(false);
  });

  it("comes to an end with causes that go in a circle", () => {
    const loop = new Error("a");
    loop.cause = loop;
    expect(isNonRetryable(loop)).toBe(false);
  });
});

describe("answers to HTTP push (T-25, T-27)", () => {
  it.each([
    ["renditions", RESULT.success, 2, 2, 200],
    ["nothing asked for, nothing there", RESULT.success, 0, 0, 200],
    ["success with nothing", RESULT.success, 0, 2, 503],
    ["no session", RESULT.noSession, 0, 2, 503],
    ["no session, but nothing was asked for", RESULT.noSession, 0, 0, 200],
    ["non-retryable", RESULT.nonRetryable, 0, 2, 422],
    ["[Q] attempts exhausted on whatever error", RESULT.attemptsExhausted, 0, 2, 422],
    ["sender", RESULT.senderInvalid, 0, 2, 500],
    ["caller gone", RESULT.cancelled, 0, 2, 500],
    ["connection dropped (M-24)", RESULT.requestFailed, 0, 2, null],
    ["process dead (M-24)", RESULT.processDied, 0, 2, null],
    ["pending", RESULT.pending, 0, 2, null],
  ])("%s", (_, result, renditions, profiles, status) => {
    expect(httpStatus(result, renditions, profiles)).toBe(status);
  });
});
