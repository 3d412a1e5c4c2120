import { expect, it } from "vitest";
import { recipientAddress } from "../../src/discovery/address.js";

it("L-6: a recipient is the last 20 bytes of what was sent, zeros in front of fewer", () => {
  expect(recipientAddress("0x")).toBe(`0x${"0".repeat(40)}`);
  expect(recipientAddress("0xab")).toBe(`0x${"0".repeat(38)}ab`);
  expect(recipientAddress(`0xffff${"12".repeat(20)}`)).toBe(`0x${"12".repeat(20)}`);
});
