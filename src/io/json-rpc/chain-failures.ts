/** Failures of a node that are told apart because something can be done about them, or nothing. */
import { RemoteError } from "../../core/errors.js";

/** A rate limit, with the node's own idea of when to come back. */
export class RateLimited extends RemoteError {
  /** Ms; null = it does not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfterMs: number | null) {
    super(message, { code: "CHAIN_RATE_LIMITED" });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The node, or the gateway before it, finds a request too large, too long or too slow. */
export class TooMuch extends RemoteError {
  constructor(message: string) {
    super(message, { code: "CHAIN_TOO_MUCH" });
  }
}

/** Whether asking for less may help: a limit, or a node in trouble, but one that is there. */
export function mayBeTooMuch(error: unknown): boolean {
  if (error instanceof Unchangeable || !(error instanceof RemoteError)) return false;
  return error instanceof TooMuch || error.code === "CHAIN_UNAVAILABLE";
}

/** What no other question changes: there is no such server, or it does not let us in. */
export class Unchangeable extends RemoteError {}

/** A node's own error that is no limit, kept with its number. */
export class NodeError extends RemoteError {
  readonly nodeCode: number;

  constructor(message: string, nodeCode: number) {
    super(`the node's error ${nodeCode}: ${message}`, { code: "CHAIN_RPC" });
    this.nodeCode = nodeCode;
  }
}

/** A method that the node does not have, it has for no range. */
const UNKNOWN_METHOD = -32601;

/** Whether a failure of a ranged question cannot depend on its range. */
export function isForAnyRange(error: unknown): boolean {
  if (error instanceof NodeError) return error.nodeCode === UNKNOWN_METHOD;
  return !(error instanceof RemoteError) || error instanceof Unchangeable;
}
