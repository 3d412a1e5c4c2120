/** Why an orchestrator is not used: a value with a rule's number, not a log line. */

/** What was wrong. */
export type RejectionReason =
  | "rpc-error"
  | "blacklisted"
  | "address-missing"
  | "ticket-params"
  | "price-missing"
  | "price-invalid"
  | "price-negative"
  | "capabilities-missing"
  | "version"
  | "mandatories"
  | "constraints"
  | "capabilities"
  | "not-working";

/** One rejection. */
export interface Rejection {
  /** The rule that it follows, e.g. `D-21`. */
  readonly rule: string;
  readonly reason: RejectionReason;
  /** For a reader: what was found and what was wanted. */
  readonly detail: string;
}
