/** What the page is told by whoever serves it, besides the books. */
import type { PoolStore } from "../../books/store/store.js";
import type { PoolFigures } from "./figures.js";

/** What the page reads. A connection of its own, if the books are a file, never waits for writers. */
export type PageBooks = Pick<
  PoolStore,
  | "acts"
  | "cursor"
  | "decisions"
  | "ledger"
  | "names"
  | "payouts"
  | "quarantine"
  | "reports"
  | "rounds"
  | "runs"
  | "setting"
  | "tickets"
  | "events"
  | "workers"
>;

/** What the process that keeps a pool does by itself. */
export interface PoolOperation {
  /** Its jobs, what each does, and when it begins next (ms since 1970; null: when it is asked for). */
  readonly jobs: readonly {
    readonly name: string;
    readonly does: string;
    readonly nextAtMs: number | null;
  }[];
  /** Names of the sources that it imports. */
  readonly sources: readonly string[];
  /** How it pays, and from what sum on, as its file says; null: it does not. */
  readonly payouts: { readonly threshold: string | null } | null;
}

/** The last advice on the pool's workers. */
export interface PageAdvice {
  /** When it was given, ms since 1970. */
  readonly atMs: number;
  /** What to do, in a sentence. */
  readonly headline: string;
  /** By the names that the scenario has for workers: addresses, or the operator's names. */
  readonly workers: readonly {
    readonly name: string;
    readonly advice: string;
    readonly why: string;
  }[];
  /** The whole report, one HTML document that asks for nothing. */
  readonly html: () => string;
}

/** A rule that workers are admitted by. */
export interface PageRule {
  /** In words. */
  readonly text: string;
  /** What the 99th percentile of round trips must be within, ms; null: it has no such limit. */
  readonly limitMs: number | null;
}

/** A file of the page. */
export interface PageFile {
  /** Media type, as in `Content-Type`. */
  readonly type: string;
  /** Its contents. */
  readonly bytes: Uint8Array;
}

/** What makes the page. */
export interface PageOptions {
  /** What the page shows; it only reads. */
  readonly books: PageBooks;
  /** Kept up to date by whoever serves. */
  readonly figures: PoolFigures;
  /** The built page, by name: `index.html`, `page.js`, `page.css`. */
  readonly files: ReadonlyMap<string, PageFile>;
  /** What the process does besides serving; asked for at each answer. @default nothing */
  readonly operation?: (() => PoolOperation | null) | undefined;
  /** The admission rule in force. @default everyone is admitted */
  readonly rule?: PageRule | null | undefined;
  /** The last advice; asked for at each answer. @default none */
  readonly advice?: (() => PageAdvice | null) | undefined;
}
