/** A pool's API on its books, for the commands that serve it. */
import { type Logger, pino } from "pino";
import { InputError } from "../../../core/errors.js";
import { POOLSIM_VERSION } from "../../../core/version.js";
import { assertSecret, readShort } from "../../../io/secret-file.js";
import {
  createPoolApi,
  fingerprintOf,
  KeyRing,
  type PageOptions,
  parseKeys,
  recorderThread,
  type ServerCertificate,
  selfSignedCertificate,
  servePoolApi,
} from "../../../pool/api/index.js";
import { readSettings } from "../../../pool/books/settings.js";
import type { SqlitePoolStore } from "../../../pool/books/store/sqlite-pool-store.js";
import type { TextStream } from "../../shared/terminal.js";
import { type AdmissionRules, noRules, readAdmission } from "./admission-file.js";
import { checkBooks, named, openBooks } from "./open-books.js";
import { keepCounting, pageOf, Tokens } from "./page-serving.js";

/** How the API is served. */
export interface ServingOptions {
  /** The books. */
  readonly db: string;
  /** File of the keys that sign writes; without one nobody may write. */
  readonly keys?: string | undefined;
  readonly region: string;
  readonly host: string;
  readonly port: number;
  readonly dnsName?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly plain: boolean;
  /** Whether the page and its endpoints are served. */
  readonly page: "on" | "off";
  /** File of a token that reading needs. */
  readonly readerToken?: string | undefined;
  /** File of a token that shows what is the operator's. */
  readonly operatorToken?: string | undefined;
  readonly readRate: number;
  readonly writeRate: number;
}

/** How it is served besides. */
export interface ServingMeans {
  /** What decides about workers that send their benchmark. */
  readonly rules: () => AdmissionRules;
  readonly log: Logger;
  /** What the page tells of the process that serves it. @default nothing */
  readonly shown?: Pick<PageOptions, "operation" | "advice">;
}

const FILE_BYTES_MAX = 1_000_000;
const BURST_SECONDS = 4;

/** Lines of JSON on a stream. */
export function jsonLog(stream: TextStream, level: string): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, { write: stream.write });
}

/** What serves, while it does. */
export interface Serving {
  /** Where it listens, for the log; its `url` has no slash at the end. */
  readonly about: Readonly<Record<"url" | "fingerprint" | "admission", string | undefined>>;
  /** Reads the keys again; what cannot be read leaves them as they are. */
  readonly rereadKeys: () => void;
}

/**
 * Serves the API for the time of some work.
 *
 * @throws InputError for bad input; RemoteError when the books cannot be opened
 */
export async function whileServing<T>(
  options: ServingOptions,
  { rules, log, shown = {} }: ServingMeans,
  work: (serving: Serving) => Promise<T>,
): Promise<T> {
  const { db, keys: keysFile, region, readRate, writeRate, host, port } = options;
  const keys = new KeyRing(keysFile === undefined ? [] : readKeys(keysFile));
  const tokens = new Tokens(options);
  const tls = await certificateOf(options);
  const { policy: admission, rule } = rules();
  // The thread would make what is not there.
  checkBooks(db, "write");
  const recorder = await recorderThread({ path: db }).catch((error: unknown) => {
    throw named(db, error);
  });
  let store: SqlitePoolStore | undefined;
  const counting = new AbortController();
  try {
    const books = openBooks(db, "read");
    store = books;
    const page = options.page === "off" ? undefined : pageOf(books, { ...shown, rule });
    const api = createPoolApi({
      books,
      page,
      tokens: () => tokens.now,
      recorder,
      settings: () => readSettings(books),
      keys,
      admission,
      version: POOLSIM_VERSION,
      region,
      readLimit: { perSecond: readRate, burst: BURST_SECONDS * readRate },
      writeLimit: { perSecond: writeRate, burst: BURST_SECONDS * writeRate },
      booksTrouble: () => troubleOf(() => books.assertInPlace()),
      log: ({ level, ...entry }) => log[level](entry, "request"),
    });
    const server = await servePoolApi({ api, host, port, tls });
    const counted = page && keepCounting(page.figures, { log, signal: counting.signal });
    const fingerprint = tls === null ? undefined : fingerprintOf(tls.cert);
    try {
      return await work({
        about: { url: server.url, fingerprint, admission: admission.policy },
        rereadKeys: () => {
          if (keysFile !== undefined) rereadKeys(keysFile, keys, log);
          tokens.reread(log);
        },
      });
    } finally {
      counting.abort();
      await server.close();
      await counted;
    }
  } finally {
    // Who writes is the last to leave, and takes the -wal file along.
    store?.close();
    await recorder.close();
  }
}

/** Admission rules of a file; without one everybody is admitted. */
export function admissionOf(path: string | undefined): AdmissionRules {
  if (path === undefined) return noRules();
  return readAdmission(readFile(path, "--admission"), `--admission ${path}`);
}

/** Why the books are not what was opened; null: they are. */
function troubleOf(look: () => void): string | null {
  try {
    look();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readFile(path: string, flag: string): Buffer {
  return readShort(path, { flag, bytesMax: FILE_BYTES_MAX, code: "FILE" });
}

function readKeys(path: string): ReturnType<typeof parseKeys> {
  const text = readFile(path, "--keys");
  assertSecret(path, "--keys", "API_KEYS");
  return parseKeys(text.toString("utf8"), `--keys ${path}`);
}

/** What cannot be read leaves the keys as they are. */
function rereadKeys(path: string, keys: KeyRing, log: Logger): void {
  try {
    const fresh = readKeys(path);
    keys.replace(fresh);
    log.info({ keys: fresh.map(({ id }) => id) }, "keys read again");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.error({ error: why }, "the old keys stay");
  }
}

async function certificateOf(options: ServingOptions): Promise<ServerCertificate | null> {
  const { plain, tlsCert, tlsKey, dnsName, host } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new InputError("expected --tlsCert and --tlsKey together", { code: "USAGE" });
  }
  if (plain && (tlsCert !== undefined || dnsName !== undefined)) {
    throw new InputError("--plain: expected no certificate beside it", { code: "USAGE" });
  }
  if (plain) return null;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    const cert = readFile(tlsCert, "--tlsCert").toString("utf8");
    const key = readFile(tlsKey, "--tlsKey").toString("utf8");
    assertSecret(tlsKey, "--tlsKey", "FILE");
    return { cert, key };
  }
  if (dnsName === undefined && (host === "0.0.0.0" || host === "::")) {
    throw new InputError(`--host ${host}: expected --dnsName too`, { code: "USAGE" });
  }
  return await selfSignedCertificate(dnsName ?? host);
}
