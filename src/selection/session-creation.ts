/** From what discovery found to sessions of a pool (M-30 … M-34), and a session's renewal (M-35). */
import { Session, type SessionOptions } from "./session.js";

/** One usable answer of a discovery. Handles are whole numbers ≥ 0, interned by the caller. */
export interface SessionAnswer<Info = undefined>
  extends Omit<SessionOptions<Info>, "id" | "authTokenExpiresAtMs"> {
  /** When the auth token expires, ms; null = the answer has none. */
  readonly authTokenExpiresAtMs: number | null;
}

/** What {@link createSessions} needs to know of the gateway. */
export interface SessionCreation {
  /** Whether a payment sender exists, i.e. the gateway is on-chain. */
  readonly hasSender: boolean;
  /** A new id for a session, told apart in traces. */
  readonly nextId: () => number;
}

/**
 * Makes a session of one answer. It starts at latency score 0 with the price and latency of the
 * answer (M-34).
 *
 * @param answer nothing refers to it afterwards: it may be written anew for the next session
 * @param creation the gateway
 * @returns null for an answer without auth token, or without ticket parameters if there is a payment
 *   sender (M-32)
 */
export function createSession<Info>(
  answer: SessionAnswer<Info>,
  { hasSender, nextId }: SessionCreation,
): Session<Info> | null {
  if (answer.authTokenExpiresAtMs === null) return null;
  if (hasSender && (answer.recipient ?? -1) < 0) return null;
  return new Session(answer, nextId());
}

/**
 * Makes sessions of what discovery found, in its order. See {@link createSession} for those
 * that are skipped.
 *
 * @param answers in order of discovery; null = discovery failed
 * @param creation the gateway
 * @returns what `SessionPool.endRefresh` takes; null = "no orchestrators" (M-31)
 */
export function createSessions<Info>(
  answers: readonly SessionAnswer<Info>[] | null,
  creation: SessionCreation,
): Session<Info>[] | null {
  if (answers === null || answers.length === 0) return null;
  const sessions: Session<Info>[] = [];
  for (const answer of answers) {
    const session = createSession(answer, creation);
    if (session !== null) sessions.push(session);
  }
  return sessions;
}

/**
 * Renews a session before use: the new answer replaces its info, and with the auth session also
 * its credit account (M-35). Score, latency, latency score and initial price stay.
 *
 * @param session the session that `shouldRefresh` wants renewed
 * @param answer the new answer
 * @returns false if the answer has no auth token: `OUTCOME.authTokenMissing`
 */
export function renewSession<Info>(session: Session<Info>, answer: SessionAnswer<Info>): boolean {
  if (answer.authTokenExpiresAtMs === null) return false;
  session.authTokenExpiresAtMs = answer.authTokenExpiresAtMs;
  session.ticketParamsExpireAtMs = answer.ticketParamsExpireAtMs ?? Number.POSITIVE_INFINITY;
  session.price = answer.price ?? null;
  session.recipient = answer.recipient ?? -1;
  session.sessionKey = answer.sessionKey ?? -1;
  session.info = answer.info;
  return true;
}
