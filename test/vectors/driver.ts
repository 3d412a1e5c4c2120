/** What the vector test and the drivers of the families agree on. */

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
 * The family `x.json` is driven by `drivers/x.ts`, which exports `driver`:
 *
 *     export const driver: Driver = (kase: VectorCase<In, Out>) => { … };
 */
// Declared through a method, whose parameters TypeScript compares both ways: each driver may then
// state the shapes of its own family.
export type Driver = { drive(kase: VectorCase): void }["drive"];

/** A crash of the reference process; the driver asserts what poolsim documents to do instead. */
export interface Panic {
  readonly panic: true;
  readonly message?: string;
}

/** Whether the recorded outcome is a crash. */
export function isPanic(out: object): out is Panic {
  return "panic" in out && out.panic === true;
}

/** A recorded float: a number, or the text of one that JSON cannot hold. */
export type RecordedFloat = number | "NaN" | "+Inf" | "-Inf";

/** Reads a recorded float. */
export function float(value: RecordedFloat): number {
  if (typeof value === "number") return value;
  return { NaN: Number.NaN, "+Inf": Number.POSITIVE_INFINITY, "-Inf": Number.NEGATIVE_INFINITY }[
    value
  ];
}

/** For the end of a `switch` over kinds of case: fails, so that an unknown kind is no silent pass. */
export function unknownKind(kind: string): never {
  throw new Error(`the driver does not know the kind of case "${kind}"`);
}
