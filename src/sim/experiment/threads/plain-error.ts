/** Errors that travel between threads: plain data there, the class with its code again here. */
import { InputError, InvariantError, PoolsimError, RemoteError } from "../../../core/errors.js";

/** An error as plain data. */
export interface PlainError {
  readonly type: "InputError" | "RemoteError" | "InvariantError" | "Error";
  readonly name: string;
  readonly message: string;
  /** Of poolsim's errors; empty for others. */
  readonly code: string;
  /** Where it happened, for bug reports. */
  readonly stack: string;
}

/** @param error anything that was caught */
export function toPlainError(error: unknown): PlainError {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof PoolsimError ? error.code : "";
  if (error instanceof InputError) return { type: "InputError", name, message, code, stack };
  if (error instanceof RemoteError) return { type: "RemoteError", name, message, code, stack };
  if (error instanceof InvariantError)
    return { type: "InvariantError", name, message, code, stack };
  return { type: "Error", name, message, code, stack };
}

/** The error that it was: same class, message and code; the stack is the thread's. */
export function fromPlainError({ type, name, message, code, stack }: PlainError): Error {
  const error =
    type === "InputError"
      ? new InputError(message, { code })
      : type === "RemoteError"
        ? new RemoteError(message, { code })
        : type === "InvariantError"
          ? new InvariantError(message)
          : new Error(message);
  error.name = name;
  if (stack !== "") error.stack = stack;
  return error;
}
