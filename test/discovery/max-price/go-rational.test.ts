/** Numbers as Go reads rationals: at the bounds of their exponents, where the cases have none. */
import { parseGoRational, Rational } from "poolsim/discovery";
import { expect, it } from "vitest";

it.each([
  ["1.5e2", "150"],
  ["0x1.8p1", "3"],
  ["0b1.1p-1", "3/4"],
  ["0o0.4e1", "5"],
  ["1.5p3", "12"],
  ["-4/6", "-2/3"],
  ["1e1_0", "10000000000"],
  ["0x_1e_5", "485"],
  ["0_1.2_5", "1.25"],
  ["0e1000001", "0"],
  ["0.00e-99999999999", "0"],
])("%s is %s", (text, value) => {
  expect(String(parseGoRational(text))).toBe(String(Rational.parse(value)));
});

it.each(["0e9223372036854775808", "1e1000001", "0.1e-1000000", "1p10000001", "0x0.1p-9999997", ""])(
  "%j is none",
  (text) => {
    expect(parseGoRational(text)).toBeNull();
  },
);

it.each(["1e_5", "1_e5", "1e5_", "1e-_5", "1_.5", "1._5", "0b1_e5", "0x_.8", "0x1_p3", "0x1.8_"])(
  "%s has an underscore that groups no digits",
  (text) => {
    expect(parseGoRational(text)).toBeNull();
  },
);

it("counts the digits behind the point with the exponent", () => {
  expect(parseGoRational("0.1e1000001")?.den).toBe(1n);
  expect(parseGoRational("0x0.1p-9999996")?.num).toBe(1n);
  expect(parseGoRational("0.1e1000002")).toBeNull();
});
