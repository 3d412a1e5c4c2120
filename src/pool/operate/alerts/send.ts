/** Posts alerts: one request each, bounded in time and bytes, to no other place than was said. */
import { RemoteError } from "../../../core/errors.js";
import { httpRequest } from "../../../io/http-agent.js";

/** Where a message goes, and for how long. */
export interface PostOptions {
  /** http or https. */
  readonly url: string;
  /** For everything together, ms. @default 10000 */
  readonly timeoutMs?: number | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A receiver that did not take a message. */
export class AlertNotTaken extends RemoteError {
  /** What it asked to wait, ms. */
  readonly afterMs: number | undefined;

  constructor(message: string, afterMs?: number) {
    super(message, { code: "ALERT_NOT_TAKEN" });
    this.afterMs = afterMs;
  }
}

const ANSWER_BYTES_MAX = 65_536;

/**
 * Posts a message.
 *
 * @throws AlertNotTaken (`ALERT_NOT_TAKEN`) where the answer is no success, late, or too long; its message
 *   does not hold the URL, which may be a secret
 */
export async function postAlert(
  message: object,
  { url, timeoutMs = 10_000, signal }: PostOptions,
): Promise<void> {
  const ended = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const { statusCode, headers, body } = await httpRequest(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(message),
      signal: ended,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    // What it says besides is nobody's.
    await body.dump({ limit: ANSWER_BYTES_MAX, signal: ended });
    if (statusCode >= 200 && statusCode < 300) return;
    const seconds = Number(headers["retry-after"]);
    throw new AlertNotTaken(
      `the receiver answers ${statusCode}`,
      Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined,
    );
  } catch (error) {
    if (error instanceof AlertNotTaken) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
    throw new AlertNotTaken(`the receiver can't be reached, or is too slow (${code})`);
  }
}
