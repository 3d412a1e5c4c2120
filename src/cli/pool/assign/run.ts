/** `poolsim pool void` and `assign`: what an operator decides about single jobs. */

import { formatDuration } from "../../../config/duration.js";
import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import { counted } from "../../../core/wording.js";
import { pendingAccount } from "../../../pool/books/accounts.js";
import { assignJob, releaseJob, voidJob } from "../../../pool/books/decide.js";
import { addressAt } from "../../../pool/books/events/fields.js";
import { decodeStoredEvent } from "../../../pool/books/events/stored.js";
import type { PoolStore, UnclaimedRow } from "../../../pool/books/store/store.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { assertText } from "../shared/assert-text.js";
import type { AssignFlags, VoidFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, columnsOf, eth, print, titled } from "../shared/output.js";

const SHOWN = 100;
const PAGE = 1_000;

/** @throws InputError (`DECISION`, `USAGE`) */
export function poolVoid(
  text: string,
  { reason, ...flags }: VoidFlags,
  terminal: Terminal,
): number {
  assertText("--reason", reason, 1_000);
  return withBooks(flags.db, "write", (store) => {
    const event = eventOf(store, text);
    const { isNew, address, feesWei, countedIn } = voidJob(store, {
      event,
      reason,
      nowMs: Date.now(),
    });
    const job = store.event(event);
    const place = job === null ? null : decodeStoredEvent(job);
    const owedWei =
      address === null || place?.type !== "job-processed"
        ? 0n
        : store.balance(pendingAccount({ address, nodeType: place.job, region: place.region }));
    print(terminal, flags, { event, isNew, address, feesWei, countedIn, owedWei }, () => [
      isNew
        ? `Event ${event} is void: ${bothText(feesWei)} less.`
        : `Event ${event} was void before: nothing changed.`,
      address === null ? "" : `${address} is owed ${bothText(owedWei)} there now.`,
      owedWei < 0n
        ? "That is less than 0, as it was paid or is on its way: what the worker earns next makes up for it."
        : "",
      countedIn === null
        ? ""
        : `Its work was counted in round ${countedIn}, whose split stays: poolsim pool adjust corrects it.`,
    ]);
    return EXIT.ok;
  });
}

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
  if (text !== undefined && release !== undefined) throw usage("expected an event or --release");
  return withBooks(flags.db, "write", (store) => {
    const nowMs = Date.now();
    if (text === undefined) {
      const released = releaseAll(store, { beforeMs: nowMs - (release ?? 0), reason, nowMs });
      print(terminal, flags, released, () => [
        `${counted(released.jobs, "job")} released: ${bothText(released.feesWei)} is the operator's.`,
      ]);
      return EXIT.ok;
    }
    if (address === undefined) throw usage("--address: expected the worker");
    const worker = addressAt({ "--address": address }, "--address");
    if (store.workers(worker).length === 0) {
      throw new InputError(`--address ${worker}: it is not in these books`, { code: "DECISION" });
    }
    const event = eventOf(store, text);
    const isNew = assignJob(store, { event, address: worker, reason, nowMs });
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
  { beforeMs, reason, nowMs }: { beforeMs: number; reason: string; nowMs: number },
): { jobs: number; feesWei: bigint } {
  return store.transaction(() => {
    let [jobs, feesWei] = [0, 0n];
    for (;;) {
      const page = store.unclaimed({ beforeMs, limit: PAGE });
      if (page.length === 0) return { jobs, feesWei };
      for (const row of page) {
        releaseJob(store, { event: row.event, reason, nowMs });
        jobs++;
        feesWei += row.feesWei;
      }
    }
  });
}

function listed(flags: AssignFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", (store) => {
    const limit = flags.json ? 1_000_000 : SHOWN;
    const rows = store.unclaimed({ beforeMs: Number.MAX_SAFE_INTEGER, limit });
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

/** An event by its number, its identity in the books, or its UUID. */
function eventOf(store: PoolStore, text: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : null;
  const found =
    number === null
      ? (store.eventByIdentity(text) ?? store.eventByIdentity(`uuid:${text.toLowerCase()}`))
      : store.event(number);
  if (found !== null) return found.sequence;
  throw new InputError(`${text}: there is no such event in these books`, { code: "DECISION" });
}

function usage(message: string): InputError {
  return new InputError(message, { code: "USAGE" });
}
