/** Messages that are small and would make objects without end: they are refused before they make any. */
import { toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { assertFewFields } from "../../../src/discovery/rpc/field-count.js";
import { OrchestratorInfoSchema } from "../../../src/discovery/rpc/generated/lp_rpc_pb.js";
import { goodInfo } from "../../support/servers/orchestrator-server.js";

const count = (bytes: readonly number[], maxEntries = 1_024) =>
  assertFewFields(Uint8Array.from(bytes), OrchestratorInfoSchema, maxEntries);

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** A field of bytes, a text or a message. */
function field(number: number, content: readonly number[] = []): number[] {
  return [...varint(8 * number + 2), ...varint(content.length), ...content];
}

const times = (length: number, part: readonly number[]) =>
  Array.from({ length }, () => part).flat();

/** What is no message any more: whoever reads on fails here. */
const BROKEN = [0x22, 100, 1];

describe("a message is refused", () => {
  it.each([
    ["hardware", times(1_025, field(7))],
    ["storage", times(1_025, field(32))],
    ["capabilities_prices", times(1_025, field(33))],
    ["gpu_info", field(7, times(1_025, field(3)))],
    ["capacities", field(5, times(1_025, field(3)))],
    ["PerCapability", field(5, field(5, times(1_025, field(2))))],
    ["models", field(5, field(5, field(2, [8, 1, ...field(2, times(1_025, field(1)))])))],
    ["bitstring", field(5, field(1, times(10_241, [1])))],
  ])("for more entries of %s than a list may have", (name, bytes) => {
    expect(() => count([...bytes, ...BROKEN])).toThrow(
      expect.objectContaining({
        code: "ANSWER_TOO_LARGE",
        message: `the answer has more than 1024 entries of ${name}`,
      }),
    );
  });

  it.each([
    ["a text that is told again and again", times(66_561, field(1))],
    ["parts that are merged", times(9_509, field(5, times(6, field(3))))],
    ["values within values", times(1_000, field(7, times(33, field(3, [10, 0, 18, 0]))))],
    ["what nobody knows", times(66_561, [0x98, 0x06, 0])],
  ])("for more fields than any has: %s", (_, bytes) => {
    expect(() => count([...bytes, ...BROKEN])).toThrow("the answer has too many fields");
  });
});

describe("a message is left to whoever reads it", () => {
  it.each([
    ["an ordinary one", [...toBinary(OrchestratorInfoSchema, goodInfo("https://a:1"))]],
    ["lists as long as they may be", [...times(1_024, field(7)), ...times(1_024, field(33))]],
    ["any number of advertised nodes, which are cut (D-16)", times(70_000, field(34))],
    ["one that ends too early", BROKEN],
    ["no tag at all", [0, 0, 0]],
    ["groups within groups", [...times(20_000, [0x9b, 0x06]), ...times(20_000, [0x9c, 0x06])]],
    ["nothing", []],
  ])("%s", (_, bytes) => {
    expect(() => count(bytes)).not.toThrow();
  });

  it("with any number of entries, if they are not limited", () => {
    expect(() => count(times(70_000, field(7)), Number.POSITIVE_INFINITY)).not.toThrow();
  });
});
