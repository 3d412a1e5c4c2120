/** What the vector tests and the drivers of the families agree on. */

import { isPoolsimError } from "poolsim/discovery";
import { expect } from "vitest";

/** One recorded case. `In` and `Out` are the shapes that the family's section of README.md describes. */
export interface VectorCase<In = unknown, Out = unknown> {
  readonly in: In;
  readonly out: Out;
}

/**
 * Translates one case into calls of the library and asserts that the outcome is the recorded one.
 * It holds no rule of its own, and all operations of a trace go to one object. It throws
 * (`expect` or `node:assert`) on a mismatch and on an input that it does not know: a case that
 * checks nothing would be a case skipped.
 *
 * The family `x.json` is driven by `drivers/x.ts`, which exports `driver`, and `outcome`, which
 * tells what the library makes of an input, in the recorded form:
 *
 *     export const outcome: Outcome = (given: In) => { … };
 *     export const driver: Driver = (kase: VectorCase<In, Out>) => { … };
 *
 * Inputs may be whatever README.md allows: absent, empty, repeated, huge, negative, of any length.
 */
// Declared through a method, whose parameters TypeScript compares both ways: each driver may then
// state the shapes of its own family.
export type Driver = { drive(kase: VectorCase): void }["drive"];

/** What the library makes of an input. */
export type Outcome = { of(given: unknown): unknown }["of"];

/** A crash of the reference process. A trace ends with it; poolsim need not crash. */
export interface Panic {
  readonly panic: true;
  readonly message?: string;
}

/** Whether the recorded outcome, or step, is a crash. */
export function isPanic(out: unknown): out is Panic {
  return typeof out === "object" && out !== null && "panic" in out && out.panic === true;
}

/**
 * Where the reference crashed, any answer will do that is no crash: a value, or a refusal.
 *
 * @returns the value, undefined for a refusal
 */
export function survive<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    expect(isPoolsimError(error) && error.code !== "INVARIANT", String(error)).toBe(true);
    return undefined;
  }
}

/**
 * Runs a trace against its recorded steps. It ends at a step that is a crash, or where the recorded
 * steps end because the whole outcome is one.
 *
 * @param out may be a crash without steps
 * @param run does an operation and tells its step
 * @param check compares a step with the recorded one
 */
export function compareTrace<Op, Step>(
  ops: readonly Op[],
  out: { readonly steps?: readonly (Step | Panic)[] | null | undefined } | Panic,
  run: (op: Op) => unknown,
  check: (actual: unknown, recorded: Step, index: number) => void,
): void {
  const steps = ("steps" in out ? out.steps : null) ?? [];
  for (const [index, op] of ops.entries()) {
    const step = steps[index];
    if (step === undefined || isPanic(step)) {
      expect(step !== undefined || isPanic(out) || endedBy(steps[index - 1])).toBe(true);
      survive(() => run(op));
      return;
    }
    check(run(op), step, index);
  }
  expect(steps).toHaveLength(ops.length);
}

/** Whether the trace ended within the step. */
function endedBy(step: unknown): boolean {
  if (isPanic(step)) return true;
  return typeof step === "object" && step !== null && Object.values(step).flat().some(isPanic);
}

/** A recorded float: a number, or the text of one that JSON cannot hold. */
export type RecordedFloat = number | "NaN" | "+Inf" | "-Inf";

/** Reads a recorded float; none = 0. */
export function float(value: RecordedFloat | null | undefined): number {
  if (typeof value === "number") return value;
  if (value === null || value === undefined) return 0;
  return { NaN: Number.NaN, "+Inf": Number.POSITIVE_INFINITY, "-Inf": Number.NEGATIVE_INFINITY }[
    value
  ];
}

/** For the end of a `switch` over kinds of case: fails, so that an unknown kind is no silent pass. */
export function unknownKind(kind: string): never {
  throw new Error(`the driver does not know the kind of case "${kind}"`);
}
