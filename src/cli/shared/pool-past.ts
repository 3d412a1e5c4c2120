/** A pool's past, from its books or from files of events, read once and never written. */
import { InputError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { readBeginning } from "../../io/lock-safe-read.js";
import { decodeStoredEvent } from "../../pool/books/events/stored.js";
import {
  changeSettings,
  EventIngest,
  importFiles,
  type PoolEvent,
  SqlitePoolStore,
} from "../../pool/books/index.js";
import { type PoolPast, poolPast } from "../../sim/calibrate/readers/pool-events.js";

const PAGE = 5_000;
const SQLITE_HEADER = "SQLite format 3\0";

/** A past, and what its workers earned: wei, by `<address> <region>`. */
export interface EarnedPast {
  readonly past: PoolPast;
  readonly earnings: ReadonlyMap<string, bigint>;
}

/** A past, and what could not be read of it. */
export interface ReadPast {
  readonly past: PoolPast;
  readonly unread: number;
  readonly repeated: number;
}

function* eventsOf(store: SqlitePoolStore): Generator<PoolEvent> {
  for (let from = 0; ; from += PAGE) {
    const rows = store.events.list(from, PAGE);
    for (const row of rows) yield decodeStoredEvent(row);
    if (rows.length < PAGE) return;
  }
}

function assertBooks(db: string): void {
  let header: string;
  try {
    header = readBeginning(db, SQLITE_HEADER.length).toString("latin1");
  } catch (cause) {
    throw new InputError(`--from ${db}: it cannot be read, expected a pool's books`, {
      code: "DATABASE_MISSING",
      cause,
    });
  }
  if (header === SQLITE_HEADER) return;
  throw new InputError(`--from ${db}: it is no SQLite file, expected a pool's books`, {
    code: "DATABASE",
  });
}

/**
 * Reads books, as they are at one instant.
 *
 * @throws InputError (`DATABASE_MISSING`, `DATABASE`, `STORE_VERSION`); RemoteError (`SQLITE_…`)
 */
export function pastOfBooks(db: string): ReadPast {
  assertBooks(db);
  const store = new SqlitePoolStore({ path: db, readOnly: true });
  try {
    const past = store.reports.snapshot(() => poolPast(eventsOf(store)));
    return { past, unread: 0, repeated: 0 };
  } finally {
    store.close();
  }
}

/**
 * Reads books, as they are at one instant, with what each worker earned by transcoding.
 *
 * @throws InputError (`DATABASE_MISSING`, `DATABASE`, `STORE_VERSION`); RemoteError (`SQLITE_…`)
 */
export function earnedPastOfBooks(db: string): EarnedPast {
  assertBooks(db);
  const store = new SqlitePoolStore({ path: db, readOnly: true });
  const earnings = new Map<string, bigint>();
  const counted = function* (events: Iterable<PoolEvent>): Generator<PoolEvent> {
    for (const event of events) {
      if (event.type === "job-processed" && event.job === "transcode" && event.address !== null) {
        const key = `${event.address} ${event.region}`;
        earnings.set(key, (earnings.get(key) ?? 0n) + event.feesWei);
      }
      yield event;
    }
  };
  try {
    const past = store.reports.snapshot(() => poolPast(counted(eventsOf(store))));
    return { past, earnings };
  } finally {
    store.close();
  }
}

/**
 * Reads files of events of any form, and folders of them: each event counts once, wherever it stands.
 *
 * @throws InputError (`FILE_MISSING`, `FILE_UNREADABLE`)
 */
export async function pastOfFiles(paths: readonly string[]): Promise<ReadPast> {
  const store = new SqlitePoolStore({ path: ":memory:" });
  try {
    // What the operator keeps is no matter here, but books have it.
    changeSettings(store, {
      commission: [{ nodeType: null, region: null, rate: Rational.ZERO, fromMs: 0 }],
    });
    const found = await importFiles(paths, store, new EventIngest(store), {
      source: "files",
      now: () => Date.now(),
      // A node's own events say neither; what workers do does not depend on it.
      nodeType: "transcode",
      region: "default",
    });
    const past = poolPast(eventsOf(store));
    return { past, unread: found.quarantined, repeated: found.repeated };
  } finally {
    store.close();
  }
}
