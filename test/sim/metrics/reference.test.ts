import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { metricsReference } from "../../../src/sim/metrics/reference.js";

test("docs/metrics.md is what the catalogue says: npm run docs:metrics", () => {
  expect(readFileSync(new URL("../../../docs/metrics.md", import.meta.url), "utf8")).toBe(
    metricsReference(),
  );
});
