/**
 * Drivers and cores on inputs that nobody recorded: whatever README.md allows is answered or
 * refused with a code, never crashes; the same input has the same outcome; the driver accepts what
 * the library did, and any outcome of which the record says that go-livepeer crashed there; and a
 * law of each family holds. `POOLSIM_VECTOR_CASES` says how many cases there are of each family
 * (`npm run test:vectors`: 953, which is 20,013 of all twenty-one).
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isPoolsimError } from "poolsim/discovery";
import { describe, expect, it } from "vitest";
import type { Driver, Outcome } from "../driver.js";
import { AI_FAMILIES } from "./ai.js";
import { PLAIN_FAMILIES } from "./families.js";
import { TODAY_FAMILIES } from "./today.js";
import { TRACE_FAMILIES } from "./traces.js";

const numRuns = Number(process.env["POOLSIM_VECTOR_CASES"] ?? 40);
const seed = Number(process.env["POOLSIM_VECTOR_SEED"] ?? 20_261_128);
const FAMILIES = { ...PLAIN_FAMILIES, ...TRACE_FAMILIES, ...AI_FAMILIES, ...TODAY_FAMILIES };

interface Driven {
  readonly driver: Driver;
  readonly outcome: Outcome;
}

it("every family has its grammar", () => {
  const drivers = readdirSync(join(import.meta.dirname, "../drivers"));
  expect(Object.keys(FAMILIES).sort()).toEqual(drivers.map((file) => file.slice(0, -3)).sort());
});

describe.each(Object.entries(FAMILIES))("%s", (family, { inputs, law, holds }) => {
  it(`${numRuns} generated cases: ${law}`, async () => {
    const { driver, outcome }: Driven = await import(`../drivers/${family}.ts`);
    fc.assert(
      fc.property(inputs, fc.nat(30), (given, crashAt) => {
        const out = answered(() => outcome(given));
        const crash = { panic: true, message: "generated" };
        driver({ in: given, out: crash });
        if (out === undefined) {
          driver({ in: given, out: { error: "refused" } });
          return;
        }
        driver({ in: given, out: recorded(given, out) });
        driver({ in: given, out: crashing(out, crash, crashAt) });
        holds.call(undefined, given as never, out as never);
      }),
      { numRuns, seed },
    );
  });
});

it("a score that is no number leaves the order of the others open, also when it is gone", async () => {
  const { driver, outcome }: Driven = await import("../drivers/selectors.js");
  const given = {
    fn: "trace",
    group: "tiesOver12ImplementationSpecific",
    selector: "latencyScore",
    sessions: [1, "NaN", 0].map((latencyScore, at) => ({ id: `s${at}`, latencyScore })),
    ops: [
      { op: "add", ids: ["s1", "s0", "s2"] },
      { op: "select" },
      { op: "complete", id: "s1", latencyScore: "NaN" },
      { op: "add", ids: ["s0", "s2"] },
      { op: "remove", id: "s1" },
      { op: "select" },
    ],
  };
  driver({ in: given, out: outcome(given) });
});

/** The outcome, undefined for a refusal with a code. */
function answered(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    expect(isPoolsimError(error) && error.code !== "INVARIANT", String(error)).toBe(true);
    return undefined;
  }
}

/** The outcome in the form of a record. */
function recorded(given: unknown, out: unknown): unknown {
  const { fn } = given as { readonly fn?: string };
  // go-livepeer crashes on candidates without a price that it does not filter out (L-16).
  const { eligible, filtered } = out as { eligible?: unknown[]; filtered?: unknown[] };
  if (eligible !== undefined && eligible.length !== filtered?.length) {
    return { ...(out as object), panic: true };
  }
  if (fn === "parseURI") return { url: out, error: null };
  return fn === "deserializeWebhookJSON" ? { infos: out, error: null } : out;
}

/** The same, but that a step of its trace is a crash, with which it ends. */
function crashing(out: unknown, crash: object, crashAt: number): unknown {
  for (const trace of ["steps", "pops"]) {
    const steps = (out as Readonly<Record<string, unknown>>)[trace];
    if (!Array.isArray(steps) || steps.length === 0) continue;
    const at = steps.length - 1 - (crashAt % steps.length);
    const place = trace === "pops" ? steps.indexOf(null) : at;
    if (place < 0) continue;
    return { ...(out as object), [trace]: [...steps.slice(0, place), crash] };
  }
  return crash;
}
