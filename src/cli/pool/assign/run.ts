/** `poolsim pool assign`: AI jobs that nobody claimed, and whose they are. */
import { formatDuration } from "../../../config/duration.js";
import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import { counted } from "../../../core/wording.js";
import { assignJob, releaseJob } from "../../../pool/books/decide.js";
import { addressAt } from "../../../pool/books/events/fields.js";
import type { PoolStore, UnclaimedRow } from "../../../pool/books/store/store.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { assertText } from "../shared/assert-text.js";
import { type AuthorFlags, authorOf } from "../shared/author.js";
import { eventOf } from "../shared/event-of.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, columnsOf, eth, print, titled } from "../shared/output.js";

export interface AssignFlags extends BooksFlags, AuthorFlags {
  readonly address?: string;
  readonly reason?: string;
  /** Ms. */
  readonly release?: number;
}

const SHOWN = 100;
const PAGE = 1_000;

/** @throws InputError (`DECISION`, `USAGE`, `ADDRESS`) */
export function poolAssign(
  text: string | undefined,
  flags: AssignFlags,
  terminal: Terminal,
): number {
  const { address, reason, release } = flags;
  if (text === undefined && release === undefined) return listed(flags, terminal);
  if (reason === undefined) throw usage("--reason: expected why; it is kept");
  assertText("--reason", reason, 1_000);
  const author = authorOf(flags);
  if (text !== undefined && release !== undefined) throw usage("expected an event or --release");
  return withBooks(flags.db, "write", (store) => {
    const nowMs = Date.now();
    if (text === undefined) {
      const released = releaseAll(store, {
        beforeMs: nowMs - (release ?? 0),
        reason,
        author,
        nowMs,
      });
      print(terminal, flags, released, () => [
        `${counted(released.jobs, "job")} released: ${bothText(released.feesWei)} is the operator's.`,
      ]);
      return EXIT.ok;
    }
    if (address === undefined) throw usage("--address: expected the worker");
    const worker = addressAt({ "--address": address }, "--address");
    if (store.workers.list(worker).length === 0) {
      throw new InputError(`--address ${worker}: it is not in these books`, { code: "DECISION" });
    }
    const event = eventOf(store, text);
    const isNew = assignJob(store, { event, address: worker, reason, author, nowMs });
    print(terminal, flags, { event, isNew, address: worker }, () => [
      isNew
        ? `Event ${event} is ${worker}'s.`
        : `Event ${event} was given to ${worker} before: nothing changed.`,
    ]);
    return EXIT.ok;
  });
}

function releaseAll(
  store: PoolStore,
  { beforeMs, ...why }: { beforeMs: number; reason: string; author: string; nowMs: number },
): { jobs: number; feesWei: bigint } {
  return store.transaction(() => {
    let [jobs, feesWei] = [0, 0n];
    for (;;) {
      const page = store.jobs.unclaimed({ beforeMs, limit: PAGE });
      if (page.length === 0) return { jobs, feesWei };
      for (const row of page) {
        releaseJob(store, { event: row.event, ...why });
        jobs++;
        feesWei += row.feesWei;
      }
    }
  });
}

function listed(flags: AssignFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", (store) => {
    const limit = flags.json ? 1_000_000 : SHOWN;
    const rows = store.jobs.unclaimed({ beforeMs: Number.MAX_SAFE_INTEGER, limit });
    print(terminal, flags, { unclaimed: rows }, () => [
      rows.length === 0
        ? "Every AI job has its worker."
        : titled("AI jobs that nobody claimed", columns(rows), terminal),
    ]);
    return EXIT.ok;
  });
}

function columns(rows: readonly UnclaimedRow[]) {
  const nowMs = Date.now();
  const age = (atMs: number) =>
    formatDuration(Math.max(0, Math.floor((nowMs - atMs) / 3_600_000)) * 3_600_000);
  return columnsOf(
    rows,
    { head: "event", cell: ({ event }) => String(event) },
    { head: "time", align: "left", cell: ({ atMs }) => utcText(atMs) },
    { head: "age", cell: ({ atMs }) => age(atMs) },
    { head: "region", align: "left", cell: ({ region }) => region },
    { head: "request", align: "left", cell: ({ requestId }) => requestId.slice(0, 40) },
    { head: "fee, ETH", cell: ({ feesWei }) => eth(feesWei) },
  );
}

function usage(message: string): InputError {
  return new InputError(message, { code: "USAGE" });
}
