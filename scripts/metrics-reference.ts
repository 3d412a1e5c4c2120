/** Writes docs/metrics.md from the catalogue that computes the metrics. A test compares the two. */
import { writeFileSync } from "node:fs";
import { metricsReference } from "../src/sim/metrics/reference.js";

writeFileSync(new URL("../docs/metrics.md", import.meta.url), metricsReference());
