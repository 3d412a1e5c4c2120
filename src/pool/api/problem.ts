/** What the API answers when it does not do what was asked. */
import { InputError, isPoolsimError, RemoteError } from "../../core/errors.js";

/** HTTP statuses of refusals. */
export type ProblemStatus = 400 | 401 | 404 | 405 | 409 | 411 | 413 | 415 | 429 | 500 | 503;

/** Stable names of what was wrong. */
export type ProblemCode =
  | "BAD_REQUEST"
  | "UNSIGNED"
  | "TOKEN"
  | "UNKNOWN_KEY"
  | "STALE"
  | "BAD_SIGNATURE"
  | "REPLAYED"
  | "NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "LENGTH_REQUIRED"
  | "CONFLICT"
  | "TOO_LARGE"
  | "NOT_JSON"
  | "ENCODED"
  | "TOO_MANY_REQUESTS"
  | "INTERNAL"
  | "UNAVAILABLE";

/** A refusal: answered as `{"error": {"code", "message", "path"?}}`. */
export class Problem extends Error {
  readonly status: ProblemStatus;
  readonly code: ProblemCode;
  /** Where in the request, e.g. `jobDetails.pixels`. */
  readonly path: string | null;
  /** Seconds after which another try makes sense. */
  readonly retryAfterS: number | null;

  constructor(
    status: ProblemStatus,
    code: ProblemCode,
    message: string,
    { path = null, retryAfterS = null }: { path?: string | null; retryAfterS?: number | null } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.path = path;
    this.retryAfterS = retryAfterS;
  }

  /** The answer's body. */
  toJson(): string {
    const { code, message, path } = this;
    return JSON.stringify({ error: { code, message, ...(path === null ? {} : { path }) } });
  }
}

/** The writer's own fault, as the books see it. */
const REFUSED = new Set(["COMMISSION_NONE"]);

/** Another file is in the place of the books, or a later poolsim has brought them up to date: a new start helps. */
const GONE = new Set(["DATABASE_REPLACED", "STORE_VERSION"]);

/** What passes by itself. */
const BUSY = /^(SQLITE_BUSY|SQLITE_LOCKED|RECORDER_LOST)/;

/** A write that waits for too long: it may be made later all the same. */
export function busy(): Problem {
  const message = "the books are busy; try again with the same id";
  return new Problem(503, "UNAVAILABLE", message, { retryAfterS: 1 });
}

/** What work comes to, or {@link busy} when it takes longer; the work goes on. */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return await new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(busy()), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}

/** What the books cannot take is the writer's mistake; everything else is nobody's business. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isPoolsimError(error) && GONE.has(error.code)) {
    return new Problem(503, "UNAVAILABLE", `the books: ${error.message}`);
  }
  if (error instanceof InputError && REFUSED.has(error.code)) {
    return new Problem(400, "BAD_REQUEST", error.message.slice(0, 200));
  }
  if (error instanceof RemoteError && BUSY.test(error.code)) return busy();
  return new Problem(500, "INTERNAL", "the pool's server failed");
}
