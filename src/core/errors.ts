/**
 * The errors of poolsim. Each says whose fault it is by its class and what happened by its
 * `code`, so that callers can switch on codes and never on message texts.
 */

/** Options common to all errors. */
export interface PoolsimErrorOptions {
  /** Stable upper-case identifier, e.g. `SCENARIO_INVALID`. */
  readonly code: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

const brand: unique symbol = Symbol.for("poolsim.error") as never;

/** Base of every error that poolsim throws on purpose. Not constructed itself. */
export abstract class PoolsimError extends Error {
  /** Stable upper-case identifier of what went wrong. */
  readonly code: string;
  readonly [brand] = true;

  constructor(message: string, { code, cause }: PoolsimErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.name = new.target.name;
  }
}

/** The caller's input is wrong: the message says where, what was found and what was expected. */
export class InputError extends PoolsimError {}

/** Somebody else (a node, a server, a chain) answered wrongly or not at all. */
export class RemoteError extends PoolsimError {}

/** A bug of poolsim: an invariant does not hold. */
export class InvariantError extends PoolsimError {
  constructor(message: string) {
    super(message, { code: "INVARIANT" });
  }
}

/**
 * True for any error of poolsim, also of another copy of the package.
 *
 * @param error anything that was caught
 */
export function isPoolsimError(error: unknown): error is PoolsimError {
  return typeof error === "object" && error !== null && brand in error;
}

/**
 * States an invariant.
 *
 * @param condition what must hold
 * @param message what it means when it does not
 * @throws InvariantError (`INVARIANT`) when the condition does not hold
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
