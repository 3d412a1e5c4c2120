/** What operators do by hand: each with its reason and who did it, kept for ever. */
import { checkInstant } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import type { ActRow, PoolStore } from "./store/store.js";

/** Why, by whom and when something is done by hand. */
export interface Authored {
  /** Why, in the operator's words; kept with it, and not empty. */
  readonly reason: string;
  /** Who does it; kept with it, and not empty. */
  readonly author: string;
  /** When it is done, ms since 1970. */
  readonly nowMs: number;
}

/** By which books say that they are a copy: whoever has the others may have paid since. */
export const COPY_KINDS = ["restore", "copy"] as const;

/** Who did what a program did not name anybody for. */
export const UNNAMED = "unnamed";

/**
 * Keeps that something was done by hand. To be called in the transaction that does it.
 *
 * @param kind what was done, such as `hold`
 * @param subject what it is about, such as an address
 * @returns the act's id
 * @throws InputError (`ACT`) without a reason or an author; (`OPTION_INVALID`)
 */
export function recordAct(
  store: Pick<PoolStore, "acts">,
  kind: string,
  subject: string,
  { reason, author, nowMs }: Authored,
  detail: ActRow["detail"] = {},
): number {
  if (reason.trim() === "") throw refusedAct(`${kind} ${subject}: it needs a reason`);
  if (author.trim() === "") throw refusedAct(`${kind} ${subject}: it needs an author`);
  checkInstant({ nowMs });
  const atMs = Math.trunc(nowMs);
  return store.acts.add({ kind, subject, detail, reason, author, atMs });
}

/** Something that can't be done. */
export function refusedAct(why: string): InputError {
  return new InputError(why, { code: "ACT" });
}
