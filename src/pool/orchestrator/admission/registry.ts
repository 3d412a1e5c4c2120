/**
 * The admission policies: a new one is a file beside this and a line here. Their order is that of
 * composition: each is asked with the sessions that those before it left.
 */
import { Registry } from "../../../config/registry.js";
import { benchmark } from "./benchmark.js";
import type { AdmissionEntry } from "./entry.js";
import { perRegion } from "./per-region.js";
import { probation } from "./probation.js";
import { reconnectPenalty } from "./reconnect-penalty.js";
import { rolling } from "./rolling.js";
import { sessionCap } from "./session-cap.js";
import { tier } from "./tier.js";

const OWN = [sessionCap, benchmark, perRegion, probation, rolling, tier, reconnectPenalty] as const;

/** One of poolsim's own. */
export type OwnAdmissionEntry = (typeof OWN)[number];

/** All policies but `list`, whose settings `exclude` and `include` stand beside their names. */
export const ADMISSION_POLICIES = new Registry<AdmissionEntry, OwnAdmissionEntry>(
  "admission policy",
  OWN,
  ["list", "none", "exclude", "include"],
);
