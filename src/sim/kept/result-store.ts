/** Results of units, kept in a folder: computed once for all runs that need them. */
import { checkText, checkWhole } from "../../core/checks.js";
import { openKeptFiles } from "../../io/kept/kept-files.js";
import type { ReplicationResult } from "../results.js";
import { ENTRY_BYTES_MAX, entryBytes, entryResult } from "./entry.js";

/** Keeps the results of units, by their keys. */
export interface ResultStore {
  /** The result of a unit; `undefined`: it has to be computed. */
  readonly read: (key: string) => Promise<ReplicationResult | undefined>;
  /** Keeps a result, if it can be kept. */
  readonly write: (key: string, result: ReplicationResult) => Promise<void>;
  /** Ends what is under way, and makes room. May be called again. */
  readonly close: () => Promise<void>;
}

/** How results are kept. */
export interface ResultStoreOptions {
  /** The most bytes of all results; the longest unused make room for new ones. @default 1 GB */
  readonly bytesMax?: number | undefined;
  /** Somebody vouches for what lies in it, whoever may write to it. @default false */
  readonly isNamed?: boolean | undefined;
  /**
   * Told once when results cannot be written, and why: what is computed from then on is not kept.
   */
  readonly onProblem?: ((problem: string) => void) | undefined;
}

/**
 * Opens a folder of kept results; it is made, for this user alone (mode 0700), when the first one is
 * written. What lies in it and is broken, incomplete or another unit's is not taken, but computed
 * again. Any number of processes may use it at the same time.
 *
 * @param folder such as `.poolsim`
 * @throws InputError (`KEPT_FOLDER`) for what is no folder, or one that others may write to: what it
 *   held could not be trusted; (`OPTION_INVALID`)
 */
export function openResultStore(folder: string, options: ResultStoreOptions = {}): ResultStore {
  checkText({ folder });
  checkWhole({ bytesMax: options.bytesMax }, [0, Number.POSITIVE_INFINITY]);
  const files = openKeptFiles(folder, { ...options, entryBytesMax: ENTRY_BYTES_MAX });
  return {
    read: async (key) => {
      const bytes = await files.read(key);
      return bytes === undefined ? undefined : entryResult(key, bytes);
    },
    write: async (key, result) => {
      const bytes = entryBytes(key, result);
      if (bytes !== undefined) await files.write(key, bytes);
    },
    close: () => files.close(),
  };
}
