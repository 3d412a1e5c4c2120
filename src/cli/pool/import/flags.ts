/** What `poolsim pool import` is told, as the command line is read; sources have settings besides. */
import type { BooksFlags } from "../shared/flags.js";
import type { SchemeFlags } from "../shared/settings-options.js";

export interface ImportFlags extends BooksFlags, SchemeFlags {
  readonly source?: string;
  readonly nodeType?: string;
  readonly region?: string;
  readonly opening?: string;
  /** Files of code that bring sources. */
  readonly extension: readonly string[];
  readonly sources?: string;
  readonly follow: boolean;
  /** Ms. */
  readonly every?: number;
  /** Events. */
  readonly batch?: number;
  readonly replay: boolean;
  /** Ms since 1970. */
  readonly since?: number;
  /** Ms since 1970. */
  readonly openingAt?: number;
  readonly withHistory?: boolean;
  readonly distinct?: boolean;
}
