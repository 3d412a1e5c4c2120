/**
 * Every case that go-livepeer's own code computed, driven through what package.json exports.
 * `POOLSIM_VECTORS` names another directory of cases of the same shape (README.md).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Driver, VectorCase } from "./driver.js";

/** Families that nothing drives yet, each with what it waits for. */
const pending = new Map<string, string>([]);

interface VectorFile {
  readonly cases: readonly VectorCase<{ readonly fn?: string; readonly group?: string }>[];
}

const directory = resolve(process.env["POOLSIM_VECTORS"] ?? import.meta.dirname);
const families = readdirSync(directory)
  .filter((file) => file.endsWith(".json"))
  .map((file) => basename(file, ".json"));
const hasDriver = (family: string) =>
  existsSync(join(import.meta.dirname, "drivers", `${family}.ts`));

it(`${directory} holds families of cases`, () => {
  expect(families).not.toEqual([]);
});

it("no family is both driven and pending", () => {
  expect([...pending.keys()].filter(hasDriver)).toEqual([]);
});

for (const family of families.filter((name) => !pending.has(name))) {
  const { cases }: VectorFile = JSON.parse(readFileSync(join(directory, `${family}.json`), "utf8"));
  describe(family, async () => {
    it("has cases and a driver", () => {
      expect(cases.length, `cases in ${family}.json`).toBeGreaterThan(0);
      expect(hasDriver(family), `test/vectors/drivers/${family}.ts exists`).toBe(true);
    });
    if (!hasDriver(family)) return;
    // A driver that does not load fails its own family only.
    let driver: Driver;
    try {
      ({ driver } = await import(`./drivers/${family}.ts`));
    } catch (error) {
      it("has a driver that loads", () => {
        throw error;
      });
      return;
    }
    for (const [index, kase] of cases.entries()) {
      const kind = [kase.in.fn, kase.in.group].filter(Boolean).join(" ");
      it(`${family}.json case ${index} ${kind}`, () => {
        driver(kase);
      });
    }
  });
}
