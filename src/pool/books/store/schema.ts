/**
 * The tables of a pool's file, as numbered steps that are never changed once released: a file of
 * any age is brought up to date when it is opened. Wei are decimal text, as they pass 64 bits;
 * times are ms since 1970 UTC. Postings are triples of numbers in one text: from, to (both of
 * flows.id), wei. An entry's cause is an event or, for all else, a text.
 *
 * Books that have a chain of hashes keep theirs: a step after it adds columns to covered tables only
 * with null in all rows that are there, and changes none of those rows.
 */
import { InputError } from "../../../core/errors.js";
import type { SqliteDatabase } from "../../../io/sqlite.js";
import { chainAll } from "./chain-links.js";
import { VIEWS } from "./views.js";

const BOOKS = `
CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY,
  identity TEXT NOT NULL,
  key INTEGER NOT NULL,
  source INTEGER NOT NULL,
  at INTEGER NOT NULL,
  worker INTEGER,
  content TEXT NOT NULL
) STRICT;
CREATE INDEX events_key ON events (key);
CREATE INDEX events_at ON events (at);
CREATE INDEX events_worker ON events (worker) WHERE worker IS NOT NULL;
CREATE TABLE addresses (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE entries (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  event INTEGER,
  cause TEXT,
  postings TEXT NOT NULL
) STRICT;
CREATE INDEX entries_cause ON entries (kind, cause) WHERE cause IS NOT NULL;
CREATE TABLE flows (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL UNIQUE,
  in_wei TEXT NOT NULL,
  out_wei TEXT NOT NULL,
  balance_wei TEXT NOT NULL
) STRICT;
CREATE TABLE received (
  event INTEGER PRIMARY KEY,
  request TEXT NOT NULL,
  at INTEGER NOT NULL,
  address TEXT NOT NULL
) STRICT;
CREATE INDEX received_request ON received (request);
CREATE TABLE processed (
  event INTEGER PRIMARY KEY,
  request TEXT NOT NULL,
  at INTEGER NOT NULL,
  region TEXT NOT NULL,
  fees TEXT NOT NULL,
  address TEXT
) STRICT;
CREATE INDEX processed_request ON processed (request);
CREATE INDEX processed_address ON processed (address) WHERE address IS NOT NULL;
CREATE TABLE workers (
  address TEXT NOT NULL,
  node_type TEXT NOT NULL,
  region TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  jobs INTEGER NOT NULL,
  fees TEXT NOT NULL,
  PRIMARY KEY (address, node_type, region)
) STRICT, WITHOUT ROWID;
CREATE TABLE connections (
  address TEXT NOT NULL,
  node TEXT NOT NULL,
  node_type TEXT NOT NULL,
  region TEXT NOT NULL,
  connection TEXT NOT NULL,
  connected INTEGER,
  disconnected INTEGER,
  PRIMARY KEY (address, node, node_type, region, connection)
) STRICT, WITHOUT ROWID;
CREATE TABLE resets (
  node TEXT NOT NULL,
  node_type TEXT NOT NULL,
  region TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (node, node_type, region)
) STRICT, WITHOUT ROWID;
CREATE TABLE tickets (
  id INTEGER PRIMARY KEY,
  ticket TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  face_value TEXT NOT NULL,
  creation_round TEXT NOT NULL,
  state TEXT NOT NULL,
  won_at INTEGER NOT NULL,
  tx_hash TEXT UNIQUE,
  gas_fees TEXT
) STRICT;
CREATE INDEX tickets_ticket ON tickets (ticket);
CREATE TABLE redemptions (
  ticket TEXT NOT NULL,
  tx_hash TEXT NOT NULL,
  is_told_won INTEGER NOT NULL,
  PRIMARY KEY (ticket, tx_hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE rounds (
  round INTEGER PRIMARY KEY,
  scheme TEXT NOT NULL,
  income TEXT NOT NULL,
  shared TEXT NOT NULL,
  commission TEXT NOT NULL,
  unattributed TEXT NOT NULL,
  closed_at INTEGER NOT NULL,
  entry INTEGER,
  last_event INTEGER NOT NULL
) STRICT;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  origin TEXT NOT NULL,
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  raw BLOB NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  resolved_at INTEGER
) STRICT;
CREATE TABLE cursors (source TEXT PRIMARY KEY, cursor TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE payouts (
  id INTEGER PRIMARY KEY,
  address TEXT NOT NULL,
  amount TEXT NOT NULL,
  chain_id TEXT NOT NULL,
  from_address TEXT NOT NULL,
  nonce INTEGER NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  sources TEXT NOT NULL,
  tx_hash TEXT,
  block_number INTEGER,
  block_hash TEXT,
  gas_fees TEXT,
  reason TEXT
) STRICT;
CREATE INDEX payouts_state ON payouts (state);
CREATE INDEX payouts_address ON payouts (address);
CREATE TABLE payout_attempts (
  sequence INTEGER PRIMARY KEY,
  payout INTEGER NOT NULL REFERENCES payouts (id),
  tx_hash TEXT NOT NULL UNIQUE,
  signed_tx TEXT NOT NULL,
  nonce INTEGER NOT NULL,
  max_fee TEXT NOT NULL,
  max_priority_fee TEXT NOT NULL,
  signed_at INTEGER NOT NULL,
  sent_at INTEGER
) STRICT;
CREATE INDEX payout_attempts_payout ON payout_attempts (payout);
CREATE TABLE logs (
  "createdAt" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "value" TEXT NOT NULL
) STRICT;
`;

/**
 * What operators decided about events, each as of how many events and closed rounds; what a source
 * brought by the API on a day. AI jobs that are there already keep to the claims that are, whenever
 * and wherever those were made: from the next event on claims are bound (ingest/ai-jobs.ts).
 */
const DECISIONS = `
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  event INTEGER NOT NULL,
  address TEXT,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  last_event INTEGER NOT NULL,
  rounds_before INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_event ON decisions (event);
CREATE TABLE key_days (
  source TEXT NOT NULL,
  day INTEGER NOT NULL,
  wei TEXT NOT NULL,
  PRIMARY KEY (source, day)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO settings
  SELECT 'claimsBoundFrom', CAST(max(sequence) + 1 AS TEXT) FROM events HAVING max(sequence) >= 0;
`;

/** Transactions of a wallet that pay nobody of these books, as its operator said. */
const ACKNOWLEDGED_NONCES = `
CREATE TABLE acknowledged_nonces (
  chain_id TEXT NOT NULL,
  from_address TEXT NOT NULL,
  nonce INTEGER NOT NULL,
  tx_hash TEXT NOT NULL,
  to_address TEXT,
  paid TEXT NOT NULL,
  block_number INTEGER NOT NULL,
  block_hash TEXT NOT NULL,
  block_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (chain_id, from_address, nonce)
) STRICT, WITHOUT ROWID;
`;

/**
 * What events are found by, in two tables instead of an index: keys come in no order, and each of
 * them would touch another page of a large one. They gather in the small table, which stays in the
 * processor's cache, and go to the large one in lots, sorted (store/event-keys.ts).
 */
const EVENT_KEYS = `
CREATE TABLE event_keys (
  key INTEGER NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (key, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE new_event_keys (
  key INTEGER NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (key, event)
) STRICT, WITHOUT ROWID;
INSERT INTO event_keys SELECT key, sequence FROM events ORDER BY key, sequence;
DROP INDEX events_key;
`;

/** Hashes over all that is covered (store/covered.ts); books from before get theirs when it is made. */
const CHAIN = `
CREATE TABLE chain (
  link INTEGER PRIMARY KEY,
  what TEXT NOT NULL,
  place TEXT NOT NULL,
  digest TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
`;

/** What the pool's process did by itself. */
const JOB_RUNS = `
CREATE TABLE job_runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job TEXT NOT NULL,
  "trigger" TEXT NOT NULL,
  due INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER,
  outcome TEXT,
  counts TEXT NOT NULL,
  error TEXT,
  log TEXT NOT NULL
) STRICT;
CREATE INDEX job_runs_job ON job_runs (job);
CREATE TABLE job_requests (job TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What the operator calls workers. */
const NAMES = `
CREATE TABLE names (
  address TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/**
 * What operators did by hand, since when payouts know who is owed something, and two decisions beside
 * what they are about: a piece of input that was dismissed, the batch that a payout was approved in.
 */
const ACTS = `
CREATE TABLE acts (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX acts_subject ON acts (subject);
CREATE TABLE payees (address TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
ALTER TABLE quarantine ADD COLUMN dismissed_at INTEGER;
ALTER TABLE payouts ADD COLUMN batch INTEGER;
`;

/** What the chain says that tickets brought. */
const INCOME = `
CREATE TABLE chain_income (
  chain_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  tx_hash TEXT NOT NULL,
  log_index INTEGER NOT NULL,
  block_number INTEGER NOT NULL,
  block_hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  sender TEXT NOT NULL,
  face_value TEXT NOT NULL,
  win_prob TEXT NOT NULL,
  creation_round TEXT NOT NULL,
  paid TEXT NOT NULL,
  gas TEXT,
  PRIMARY KEY (chain_id, recipient, tx_hash, log_index)
) STRICT, WITHOUT ROWID;
`;

const MIGRATIONS: readonly string[] = [
  BOOKS,
  DECISIONS,
  ACKNOWLEDGED_NONCES,
  EVENT_KEYS,
  CHAIN,
  JOB_RUNS,
  NAMES,
  ACTS,
  INCOME,
];
const VIEW_NAMES = [...VIEWS.matchAll(/CREATE VIEW "?(\w+)/g)].map(([, name]) => name);

/**
 * Is a file as this poolsim has it? It may be older; one that has no books at all is not.
 *
 * @throws InputError (`STORE_VERSION`) for a file of a later poolsim
 */
export function isUpToDate(database: SqliteDatabase): boolean {
  const version = versionOf(database);
  return version === 0 || version === MIGRATIONS.length;
}

/**
 * Checks that a file that is open is still of this poolsim: what a later one has brought up to date meanwhile is not
 * written by this one any more.
 *
 * @throws InputError (`STORE_VERSION`)
 */
export function assertOfThisVersion(database: SqliteDatabase): void {
  versionOf(database);
}

/** The version of a file, 0 for one that has no books: a later one has tables that mean what nobody here knows. */
function versionOf(database: SqliteDatabase): number {
  const version = Number(database.get("PRAGMA user_version")?.["user_version"] ?? 0);
  if (version <= MIGRATIONS.length) return version;
  throw new InputError(`the file has version ${version}, this poolsim knows ${MIGRATIONS.length}`, {
    code: "STORE_VERSION",
  });
}

/**
 * Brings a file up to date, in one transaction.
 *
 * @throws InputError (`STORE_VERSION`) for a file of a later poolsim
 */
export function migrate(database: SqliteDatabase): void {
  database.transaction(() => {
    const version = versionOf(database);
    if (version === MIGRATIONS.length) return;
    // Views hold nothing: they are made anew over the tables as they are now.
    for (const name of VIEW_NAMES) database.exec(`DROP VIEW IF EXISTS "${name}"`);
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.exec(VIEWS);
    if (version < MIGRATIONS.indexOf(CHAIN) + 1) chainAll(database);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}
