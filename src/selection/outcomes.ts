/**
 * What can happen to a segment and what follows from it: the table S-12 as data. Outcomes are
 * small whole numbers, so that they can index counters and the table itself.
 */
import { PAYMENT_OUTCOME, type PaymentOutcome } from "./payment.js";

/** How a step of an attempt ended. */
export const OUTCOME = {
  /** As hoped. */
  ok: 0,
  /** Prepare: the source could not be uploaded to the orchestrator's storage (S-12 row 1). */
  sourceUploadFailed: 1,
  /** Prepare: the session needed a refresh and that failed (S-12 row 2, M-35). */
  sessionRefreshFailed: 2,
  /** Prepare: the refreshed session has no auth token (S-12 row 2). */
  authTokenMissing: 3,
  /** Prepare: ticket parameters invalid, other than expired (S-12 row 2, P-6). */
  ticketParamsInvalid: 4,
  /** Submit: no segment credentials (S-12 row 3, T-13). */
  credentialsFailed: 5,
  /** Submit: the price cannot be read (S-12 row 3, R-1). */
  priceInvalid: 6,
  /** Submit: the fee cannot be estimated (S-12 row 3, P-19). */
  feeEstimateFailed: 7,
  /** Submit: the EV of the ticket parameters cannot be had (S-12 row 3, M-36). */
  ticketEvFailed: 8,
  /** Submit: tickets cannot be made (S-12 row 3, P-6). */
  paymentFailed: 9,
  /** Submit: the price is above twice the one at creation (S-12 row 3, R-10). */
  priceTooHigh: 10,
  /** Prepare or submit: the sender's deposit, reserve or unlock (P-8, S-14): stops the stream (T-31). */
  senderInvalid: 11,
  /** Submit: no response headers within the upload timeout, or transport failure (T-18). */
  headerTimeout: 12,
  /** Submit: refused for lack of capacity, HTTP 403 (S-13, O-6). */
  orchestratorCapped: 13,
  /** Submit: auth token invalid or expired, HTTP 403 (S-13). */
  authTokenRejected: 14,
  /** Submit: the orchestrator received other bytes, HTTP 403 (S-13). */
  hashMismatch: 15,
  /** Submit: HTTP 400 `Insufficient balance` (S-13, P-31). */
  insufficientBalance: 16,
  /** Submit: any other status than 200 (T-18). */
  statusError: 17,
  /** Submit: the body did not arrive within the whole-call timeout (T-18). */
  bodyTimeout: 18,
  /** Submit: the body is not the message it should be (T-18). */
  badProtobuf: 19,
  /** Submit: the session's queue is full: an error result (S-13, O-9). */
  orchestratorBusy: 20,
  /** Submit: any other error result, e.g. of the transcoder (S-13, T-18). */
  errorResult: 21,
  /** Submit: neither data nor error in the result (T-18). */
  unsetResult: 22,
  /** Submit: neither an error nor a result (S-12 row 4). */
  emptyResponse: 23,
  /** Submit: an error with one of the texts of T-28 (S-12 row 6); see {@link isNonRetryable}. */
  nonRetryable: 24,
  /** Download: a rendition could not be had (S-12 row 5, T-34). */
  renditionDownloadFailed: 25,
  /** Local verification: pixels differ or tampering (S-12 row 7, T-36). */
  verificationFailed: 26,
  /** Local verification: bad signature (S-12 row 8, T-36). */
  signatureInvalid: 27,
  /** Fast verification: differs from the trusted result (S-12 row 9, T-42). */
  resultsDiffer: 28,
  /** No renditions, though a perceptual hash was asked for (S-12 row 12). */
  perceptualHashMissing: 29,
  /** Fast verification: a download or the comparison failed (S-12 row 12, T-43). */
  comparisonFailed: 30,
} as const;

/** One of {@link OUTCOME}. */
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/** What an outcome does to its session and to the attempt. */
export interface OutcomeRule {
  /** As in {@link OUTCOME}. */
  readonly name: string;
  /** Where it is written, e.g. `S-12 row 3`. */
  readonly rule: string;
  /** The orchestrator is suspended (and its session removed). */
  readonly suspends: boolean;
  /** The session is removed from its pool. */
  readonly removes: boolean;
  /** The session is completed as if nothing had happened. */
  readonly completes: boolean;
  /** Another attempt may follow (T-24). */
  readonly retries: boolean;
  /** What becomes of the credit staged for the call (P-22, P-23). */
  readonly payment: PaymentOutcome;
}

/** What follows from an outcome, besides its rule and the credit; what is left out does not. */
type Effects = Partial<Pick<OutcomeRule, "suspends" | "removes" | "completes" | "retries">>;
type Spec = readonly [rule: string, effects: Effects, payment: PaymentOutcome];
const { notSent, lost, received } = PAYMENT_OUTCOME;

/** The usual failure: the orchestrator is suspended, its session removed, and another one tried. */
const FAILS: Effects = { suspends: true, removes: true, retries: true };

const SPECS: Record<keyof typeof OUTCOME, Spec> = {
  ok: ["T-35", { completes: true }, received],
  sourceUploadFailed: ["S-12 row 1", FAILS, notSent],
  sessionRefreshFailed: ["S-12 row 2", FAILS, notSent],
  authTokenMissing: ["S-12 row 2", FAILS, notSent],
  ticketParamsInvalid: ["S-12 row 2", FAILS, notSent],
  credentialsFailed: ["S-12 row 3", FAILS, notSent],
  priceInvalid: ["S-12 row 3", FAILS, notSent],
  feeEstimateFailed: ["S-12 row 3", FAILS, notSent],
  ticketEvFailed: ["S-12 row 3", FAILS, notSent],
  paymentFailed: ["S-12 row 3", FAILS, notSent],
  priceTooHigh: ["S-12 row 3, R-10", FAILS, notSent],
  senderInvalid: ["S-12 row 3, S-14, T-31", { suspends: true, removes: true }, notSent],
  headerTimeout: ["S-12 row 3, T-18", FAILS, notSent],
  orchestratorCapped: ["S-12 row 3, S-13", FAILS, lost],
  authTokenRejected: ["S-12 row 3, S-13", FAILS, lost],
  hashMismatch: ["S-12 row 3, S-13", FAILS, lost],
  insufficientBalance: ["S-12 row 3, S-13", FAILS, lost],
  statusError: ["S-12 row 3, T-18", FAILS, lost],
  bodyTimeout: ["S-12 row 3, T-18", FAILS, lost],
  badProtobuf: ["S-12 row 3, T-18", FAILS, lost],
  orchestratorBusy: ["S-12 row 3, S-13", FAILS, lost],
  errorResult: ["S-12 row 3, S-13", FAILS, lost],
  unsetResult: ["S-12 row 3, T-18", FAILS, lost],
  emptyResponse: ["S-12 row 4", FAILS, lost],
  nonRetryable: ["S-12 row 6, T-28", { completes: true }, lost],
  renditionDownloadFailed: ["S-12 row 5, T-34", FAILS, received],
  verificationFailed: ["S-12 row 7, T-36", { removes: true, retries: true }, received],
  signatureInvalid: ["S-12 row 8, T-36", { retries: true }, received],
  resultsDiffer: ["S-12 row 9, T-42", { suspends: true, removes: true }, received],
  perceptualHashMissing: ["S-12 row 12", { retries: true }, received],
  comparisonFailed: ["S-12 row 12, T-43", { retries: true }, received],
};

/** The table S-12: what follows from each outcome, in order of their numbers. */
export const OUTCOME_RULES: readonly OutcomeRule[] = Object.entries(SPECS).map(
  ([name, [rule, effects, payment]]) => ({
    name,
    rule,
    suspends: effects.suspends === true,
    removes: effects.removes === true,
    completes: effects.completes === true,
    retries: effects.retries === true,
    payment,
  }),
);

const NO_RULE: OutcomeRule = {
  name: "unknown",
  rule: "S-12 row 3",
  suspends: true,
  removes: true,
  completes: false,
  retries: true,
  payment: lost,
};

/** The row of S-12 for an outcome. */
export function ruleOf(outcome: Outcome): OutcomeRule {
  return OUTCOME_RULES[outcome] ?? NO_RULE;
}

/** How a segment ended. */
export const RESULT = {
  /** Not yet. */
  pending: 0,
  /** Transcoded; with no renditions at all it still counts as this (T-32). */
  success: 1,
  /** Nobody to send it to, on whatever attempt: hides earlier errors (T-25). */
  noSession: 2,
  /** The last allowed attempt failed (T-26). */
  attemptsExhausted: 3,
  /** An error with one of the texts of T-28. */
  nonRetryable: 4,
  /** The sender cannot pay: the stream stops (T-31). */
  senderInvalid: 5,
  /** The caller gave up between two attempts (T-24). */
  cancelled: 6,
  /** M-24: go-livepeer panics in this request, the connection drops. */
  requestFailed: 7,
  /** M-24: go-livepeer's process dies. */
  processDied: 8,
} as const;

/** One of {@link RESULT}. */
export type Result = (typeof RESULT)[keyof typeof RESULT];

/**
 * HTTP status that a push request is answered with (T-25, T-27).
 *
 * @param result how the segment ended
 * @param renditions how many renditions there are
 * @param profiles how many were asked for
 * @returns `null` where there is no answer: the segment is pending or the connection drops (M-24)
 */
export function httpStatus(result: Result, renditions: number, profiles: number): number | null {
  switch (result) {
    case RESULT.success:
      return renditions === 0 && profiles > 0 ? 503 : 200;
    case RESULT.noSession:
      return profiles > 0 ? 503 : 200;
    case RESULT.nonRetryable:
    case RESULT.attemptsExhausted: // the wrapper itself counts as non-retryable (T-27)
      return 422;
    case RESULT.senderInvalid:
    case RESULT.cancelled:
      return 500;
    default:
      return null;
  }
}

const NON_RETRYABLE_TEXTS: ReadonlySet<string> = new Set([
  "Unsupported input pixel format",
  "Error initializing filtergraph",
  "Too many outputs",
  "Unsupported input codec",
  "No keyframes in input",
  "Unrecoverable state, restart process",
  "Encoded frames runaway",
  "Decoder not found",
  "Demuxer not found",
  "Encoder not found",
  "Muxer not found",
  "Option not found",
  "Invalid argument",
  "TranscoderInvalidResolution",
  "TranscoderInvalidVideo",
  "TranscoderUnrecognizedFormat",
  "TranscoderUnrecognizedProfile",
  "TranscoderInvalidGOP",
  "TranscoderIncompatibleDevices",
]);

/** How many causes of an error are looked at: a chain that loops ends here. */
const MAX_CAUSES = 32;

/**
 * Whether an error is one of those that no other orchestrator would avoid (T-28). Goes by exact
 * text, also of the error's causes, so an orchestrator can name such a text itself (T-29).
 *
 * @param error its text, or the error
 */
export function isNonRetryable(error: unknown): boolean {
  let level = error;
  for (let depth = 0; depth < MAX_CAUSES; depth++) {
    if (typeof level === "string") return NON_RETRYABLE_TEXTS.has(level);
    if (!(level instanceof Error)) return false;
    if (NON_RETRYABLE_TEXTS.has(level.message)) return true;
    level = level.cause;
  }
  return false;
}
