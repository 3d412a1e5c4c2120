/** The chain recomputed, and compared with the rows that it covers and with a head from outside. */
import type { SqliteDatabase } from "../../../io/sqlite.js";
import { GONE, type Link, linkHash, lotDigest, rowsOf } from "./chain-links.js";
import type { ChainFindings, ChainHead } from "./chain-store.js";
import { text, whole } from "./columns.js";
import { type CoveredTable, LOTS, SINGLE } from "./covered.js";
import type { LotReading } from "./lot-reading.js";

const PAGE = 5_000;
const FINDINGS_MAX = 100;
const namesOf = (tables: readonly CoveredTable[]) => new Set(tables.map(({ name }) => name));
const FIXED = namesOf(SINGLE.filter(({ isFixed }) => isFixed));
const REMOVABLE = namesOf(SINGLE.filter(({ isRemovable }) => isRemovable));

/** What a chain is checked with. */
export interface ChainCheckOptions {
  /** A head that was kept elsewhere. @default none */
  readonly outside?: ChainHead | undefined;
  /** What has read lots already, just now. @default nothing has */
  readonly reading?: LotReading | null | undefined;
}

/** Reads one state of the file, whoever writes meanwhile. */
export function checkChain(
  database: SqliteDatabase,
  { outside, reading = null }: ChainCheckOptions = {},
): ChainFindings {
  database.exec("SAVEPOINT chain_check");
  try {
    return new ChainCheck(database, reading).run(outside);
  } finally {
    database.exec("RELEASE chain_check");
  }
}

class ChainCheck {
  readonly #database: SqliteDatabase;
  #reading: LotReading | null;
  readonly #wrong: string[] = [];
  /** Where the next lot of a table has to begin. */
  readonly #next = new Map(LOTS.map(({ name }) => [name, 0]));
  /** What the last link about a row says, by table and key. */
  readonly #rows = new Map(SINGLE.map(({ name }) => [name, new Map<string, string>()]));

  constructor(database: SqliteDatabase, reading: LotReading | null) {
    this.#database = database;
    this.#reading = reading;
  }

  run(outside?: ChainHead): ChainFindings {
    let [links, hash] = [0, ""];
    for (const { number, ...link } of this.#links()) {
      links++;
      if (number !== links) this.#report(`the chain has link ${number} where ${links} was due`);
      hash = linkHash(hash, link);
      if (hash !== link.hash) {
        this.#report(`link ${number} of the chain has another hash than follows from those before`);
        hash = link.hash;
      }
      if (links === outside?.links && hash !== outside.hash) {
        this.#report(
          `link ${links} of the chain is not that of the head from outside: what it covers, or something before, was made anew`,
        );
      }
      this.#covers(link, number);
    }
    if (outside !== undefined && outside.links > links) {
      this.#report(
        `the chain has ${links} links, and the head from outside is of link ${outside.links}`,
      );
    }
    for (const table of LOTS) this.#compareEnd(table);
    for (const table of SINGLE) this.#compareRows(table);
    return { links, wrong: this.#wrong };
  }

  *#links(): Generator<Link & { readonly number: number; readonly hash: string }> {
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const page = this.#database.all(
        "SELECT link, what, place, digest, hash FROM chain WHERE link > ? ORDER BY link LIMIT ?",
        BigInt(after),
        BigInt(PAGE),
      );
      for (const row of page) {
        after = whole(row, "link");
        const [what, place] = [text(row, "what"), text(row, "place")];
        yield { number: after, what, place, digest: text(row, "digest"), hash: text(row, "hash") };
      }
      if (page.length < PAGE) return;
    }
  }

  #covers({ what, place, digest }: Link, number: number): void {
    const rows = this.#rows.get(what);
    if (rows !== undefined) {
      const isWrong = digest === GONE ? !REMOVABLE.has(what) : rows.has(place) && FIXED.has(what);
      if (isWrong) {
        this.#report(
          `link ${number} of the chain changes ${what} ${place}, which poolsim never does`,
        );
      }
      rows.set(place, digest);
      return;
    }
    const table = LOTS.find(({ name }) => name === what);
    const [, from, to] = /^(\d+)-(\d+)$/.exec(place) ?? [];
    if (table === undefined || from === undefined || to === undefined) {
      this.#report(`the chain covers ${place} of ${what}, which is nothing`);
      return;
    }
    const [first, last] = [Number(from), Number(to)];
    const due = this.#next.get(what) ?? 0;
    if (first !== due) {
      this.#report(`the chain covers ${what} from ${first} on where ${due} was due`);
      this.#reading = null;
    }
    this.#next.set(what, last + 1);
    // Lots that follow each other from the first on are the ones that were hashed when they were read.
    if (this.#reading?.confirms(what, last) === true) return;
    if ((lotDigest(this.#database, table, [first, last]) ?? GONE) !== digest) {
      this.#report(`${what} ${first} … ${last} are not what the chain covers`);
    }
  }

  /** Nothing beyond the last lot, nor before the first. */
  #compareEnd({ name }: CoveredTable): void {
    const row = this.#database.get(
      `SELECT count(*) AS rows, coalesce(max(sequence), -1) AS last FROM ${name}`,
    );
    const [due, rows] = [this.#next.get(name) ?? 0, row === undefined ? 0 : whole(row, "rows")];
    const last = row === undefined ? -1 : whole(row, "last");
    if (last + 1 !== due || rows !== due) {
      this.#report(`there are ${rows} ${name} up to ${last}, the chain covers ${due}`);
    }
  }

  #compareRows(table: CoveredTable): void {
    const covered = this.#rows.get(table.name) ?? new Map<string, string>();
    for (const { place, digest } of rowsOf(this.#database, table)) {
      const due = covered.get(place);
      covered.delete(place);
      if (due === undefined || due === GONE) {
        this.#report(`${table.name} ${place} is there, and the chain does not cover it`);
      } else if (due !== digest) {
        this.#report(`${table.name} ${place} is not what the chain covers`);
      }
    }
    for (const [place, digest] of covered) {
      if (digest !== GONE)
        this.#report(`${table.name} ${place} is missing, and the chain covers it`);
    }
  }

  #report(sentence: string): void {
    if (this.#wrong.length < FINDINGS_MAX) this.#wrong.push(sentence);
  }
}
