/** Why an orchestrator is not used: a value with a rule's number, not a log line. */

/** What was wrong. */
export type RejectionReason =
  | "not-listed"
  | "score"
  | "rpc-error"
  | "late"
  | "suspended"
  | "not-needed"
  | "blacklisted"
  | "address-missing"
  | "ticket-params"
  | "price-missing"
  | "price-invalid"
  | "price-negative"
  | "price-above-max"
  | "capabilities-missing"
  | "version"
  | "mandatories"
  | "constraints"
  | "capabilities"
  | "constraints-missing"
  | "model-missing"
  | "runner-missing"
  | "not-working";

/** One rejection. */
export interface Rejection {
  /** The rule that it follows, e.g. `D-21`. */
  readonly rule: string;
  /** Which check it failed. */
  readonly reason: RejectionReason;
  /** For a reader: what was found and what was wanted. */
  readonly detail: string;
}
