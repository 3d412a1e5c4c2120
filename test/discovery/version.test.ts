import fc from "fast-check";
import { expect, it } from "vitest";
import { versionCompatible } from "../../src/discovery/version.js";

it.each([
  ["", "", true],
  ["", "garbage", true],
  ["0.8.8", "", false],
  ["0.8.8", "undefined", false],
  ["garbage", "undefined", false],
  ["garbage", "also garbage", true],
  ["0.8.8", "garbage", false],
  ["0.8.8", "0.8.8-abc123", true],
  ["0.8.8-abc", "0.8.8", true],
  ["0.8.9", "0.8.10", true],
  ["v0.8", "0.8.0", true],
  ["1.2.3", "V1.2.3", false],
  ["1.2.3", "1.2.3-01", false],
  ["1.2.3", "1.2.3-0a1", true],
  ["1.2.3", "1.2.3+01", true],
  ["0.0.0", "18446744073709551615.0", true],
  ["0.0.0", "18446744073709551616.0", false],
])("K-9: at least %j, reported %j: %s", (minVersion, version, compatible) => {
  expect(versionCompatible(minVersion, version)).toBe(compatible);
});

it("K-9: is the order of the three numbers, whatever the suffixes", () => {
  const part = fc.nat({ max: 3 });
  const version = fc.tuple(part, part, part);
  const suffix = fc.constantFrom("", "-rc.1", "+build.7", "-4f3cc3e6-dirty");
  fc.assert(
    fc.property(version, version, suffix, suffix, (least, actual, first, second) => {
      const value = ([major, minor, patch]: readonly number[]) =>
        100 * (major ?? 0) + 10 * (minor ?? 0) + (patch ?? 0);
      expect(versionCompatible(least.join(".") + first, `v${actual.join(".")}${second}`)).toBe(
        value(actual) >= value(least),
      );
    }),
  );
});
