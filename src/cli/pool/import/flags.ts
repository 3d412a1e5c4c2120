/** What `poolsim pool import` is told, as the command line is read. */
import type { BooksFlags } from "../shared/flags.js";
import type { SchemeFlags } from "../shared/settings-options.js";

export interface ImportFlags extends BooksFlags, SchemeFlags {
  readonly source?: string;
  readonly nodeType?: string;
  readonly region?: string;
  readonly opening?: string;
  readonly orchestrator?: string;
  readonly bucket?: string;
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
