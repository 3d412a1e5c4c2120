/** Tests that share a process leave nothing in it: what one file registers, the next would see. */
import { afterAll, expect } from "vitest";
import { ORCHESTRATOR_SOURCES } from "../src/discovery/index.js";
import { EVENT_SOURCES } from "../src/pool/books/sources/registry.js";
import { ADMISSION_POLICIES, ATTRIBUTION_SCHEMES } from "../src/pool/index.js";
import { SELECTION_ALGORITHMS } from "../src/selection/index.js";

const REGISTRIES = [
  ORCHESTRATOR_SOURCES,
  EVENT_SOURCES,
  ADMISSION_POLICIES,
  ATTRIBUTION_SCHEMES,
  SELECTION_ALGORITHMS,
];

afterAll(() => {
  for (const { kind, own, all } of REGISTRIES) {
    expect(
      all,
      `${kind}: a test that loads extensions belongs to EXTENDING of vitest.config.ts`,
    ).toEqual(own);
  }
});
