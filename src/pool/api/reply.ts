/** How answers are sent, and what is answered to what went wrong. */
import type { Context } from "hono";
import type { ApiEnv } from "./api-options.js";
import type { Sent } from "./page/sent.js";
import { type Problem, problemOf } from "./problem.js";

/** An answer, before it is sent. */
export interface Reply {
  readonly status: 200 | 201 | 202 | Problem["status"];
  readonly body: string;
}

/** The answer to an error; what it does not tell is kept with the call, for the log. */
export function replyTo(error: unknown, call: Context<ApiEnv>): Reply {
  const problem = problemOf(error);
  if (problem !== error) call.set("error", error instanceof Error ? error.message : `${error}`);
  call.set("code", problem.code);
  const { status, retryAfterS } = problem;
  if (retryAfterS !== null) call.header("Retry-After", String(retryAfterS));
  return { status, body: problem.toJson() };
}

/** Sends an answer that its reader may have already. */
export function send(call: Context<ApiEnv>, sent: Sent): Response {
  if (sent.status === 304) return call.body(null, sent.status, sent.headers);
  return call.body(sent.body, sent.status, sent.headers);
}
