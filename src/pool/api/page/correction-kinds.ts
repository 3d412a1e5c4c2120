/** Kinds of corrections as `/pool/corrections` lists them: in one place, so that its document names each. */
import { DECISION_KINDS } from "../../books/store/decision-store.js";

/** Entries of their own. */
export const ENTRY_KINDS = ["opening", "adjust"] as const;

/** What is done by hand besides entries and decisions, which are listed by themselves. */
export const ACT_KINDS = [
  "hold",
  "hold-released",
  "move",
  "merge",
  "merge-ended",
  "dismiss",
  "dismiss-undone",
  "restore",
  "copy",
  "fence",
  "bind",
] as const;

/** All of them. */
export const CORRECTION_KINDS = [...ENTRY_KINDS, ...DECISION_KINDS, ...ACT_KINDS] as const;
