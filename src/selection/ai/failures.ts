/** What kinds of failures a request knows: by the text of the error alone. */
import { lowerCase, trimGoSpace } from "../../core/go-text.js";

/** Why a submit failed. */
export interface AIFailure {
  /** The error's text: of an answer other than 200 its body without the final newline. */
  readonly text: string;
  /**
   * Errors of the gateway's own that are the client's fault: the length of the audio cannot
   * be told, or the request was refused before it was sent. @default none
   */
  readonly kind?: "audioDuration" | "badRequest" | undefined;
}

/**
 * What follows from a failure: tickets that have expired are tried again, a wrong nonce or a
 * lack of capacity is waited out elsewhere, anything else suspends. `renewal` is a session that
 * could not be renewed (row 0b).
 */
export type AIFailureClass = "renewal" | "retryable" | "nonce" | "noCapacity" | "other";

const TEXTS: readonly (readonly [string, AIFailureClass])[] = [
  ["ticketparams expired", "retryable"],
  ["invalid ticket sendernonce", "nonce"],
  ["insufficient capacity", "noCapacity"],
];
const RETURNED_400 = "returned 400";

/** The row of A-40 for a failed submit. An orchestrator's text can pretend to be any of them. */
export function classifyAIFailure({ text }: AIFailure): AIFailureClass {
  const lower = lowerCase(text);
  return TEXTS.find(([part]) => lower.includes(part))?.[1] ?? "other";
}

/**
 * What the client is told if a failure of the class `other` is its own fault. The
 * orchestrator has been suspended for it all the same.
 *
 * @returns null if it is not
 */
export function badRequestText({ text, kind }: AIFailure): string | null {
  if (kind !== undefined) return text;
  const at = text.indexOf(RETURNED_400);
  if (at < 0) return null;
  const rest = trimGoSpace(text.slice(at + RETURNED_400.length));
  return rest === "" ? "bad request" : rest;
}

/**
 * The text of the error that an llm request makes of an answer other than 200.
 *
 * @param status HTTP status
 * @param body as received
 */
export function llmFailureText(status: number, body: string): string {
  return `unexpected status code: ${status}, body: ${body}`;
}
