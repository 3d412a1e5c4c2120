/** How an operator's decision about an event is entered: its entry, its row and its line in the log. */
import { checkInstant } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import { recordAct, UNNAMED } from "./acts.js";
import type { Posting } from "./ledger.js";
import type { DecisionRow, EventRow, PoolStore } from "./store/store.js";

/** Why and when an operator decided. */
export interface DecideOptions {
  /** Sequence of the event. */
  readonly event: number;
  /** Why, in the operator's words; kept with the decision, and not empty. */
  readonly reason: string;
  /** When it is decided, ms since 1970. */
  readonly nowMs: number;
  /** Who decides; kept with the decision. @default "unnamed" */
  readonly author?: string | undefined;
}

/** @throws InputError (`DECISION`) without a reason; (`OPTION_INVALID`) */
export function enterDecision(
  store: PoolStore,
  { sequence: event, identity: id }: EventRow,
  decision: Pick<DecisionRow, "kind" | "address" | "reason"> &
    Pick<DecideOptions, "nowMs" | "author">,
  postings: () => readonly Posting[],
): void {
  const { kind, address, reason, nowMs, author = UNNAMED } = decision;
  if (reason.trim() === "") throw refused("a decision needs a reason");
  checkInstant({ nowMs });
  const moved = postings();
  const atMs = Math.trunc(nowMs);
  if (moved.length > 0) store.ledger.post({ cause: { kind, id, event }, atMs, postings: moved });
  const lastEvent = store.events.count() - 1;
  const roundsBefore = store.rounds.list().length;
  store.decisions.add({ kind, event, address, reason, atMs, lastEvent, roundsBefore });
  const detail = address === null ? {} : { address };
  recordAct(store, kind, id, { reason, author, nowMs }, detail);
  store.log({
    atMs,
    key: `${kind} ${id}`,
    value: address === null ? reason : `${address}: ${reason}`,
  });
}

/** A decision that can't be. */
export function refused(why: string): InputError {
  return new InputError(why, { code: "DECISION" });
}
