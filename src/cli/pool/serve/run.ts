/** `poolsim pool serve`: the pool's API on its books, until it is told to stop. */
import { type Logger, pino } from "pino";
import { InputError } from "../../../core/errors.js";
import { POOLSIM_VERSION } from "../../../core/version.js";
import {
  createPoolApi,
  fingerprintOf,
  KeyRing,
  parseKeys,
  recorderThread,
  type ServerCertificate,
  selfSignedCertificate,
  servePoolApi,
} from "../../../pool/api/index.js";
import { readSettings } from "../../../pool/books/settings.js";
import type { SqlitePoolStore } from "../../../pool/books/store/sqlite-pool-store.js";
import { type AdmissionPolicy, createAdmission } from "../../../pool/index.js";
import { EXIT } from "../../shared/failure.js";
import { assertSecret, readShort } from "../../shared/secret-file.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { checkBooks, named, openBooks } from "../shared/open-books.js";
import { readAdmission } from "./admission-file.js";

export interface ServeFlags {
  readonly db: string;
  readonly keys: string;
  readonly region: string;
  readonly admission?: string;
  readonly host: string;
  readonly port: number;
  readonly dnsName?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly plain: boolean;
  readonly readRate: number;
  readonly writeRate: number;
  readonly logLevel: string;
}

const FILE_BYTES_MAX = 1_000_000;
const BURST_SECONDS = 4;

/**
 * Runs the command.
 *
 * @returns the exit code: 0 when it was told to stop
 * @throws InputError for bad input; RemoteError when the books cannot be opened
 */
export async function poolServe(flags: ServeFlags, terminal: Terminal): Promise<number> {
  const keys = new KeyRing(readKeys(flags.keys));
  const tls = await certificateOf(flags);
  const admission = admissionOf(flags.admission);
  // The thread would make what is not there.
  checkBooks(flags.db, "write");
  const recorder = await recorderThread({ path: flags.db }).catch((error: unknown) => {
    throw named(flags.db, error);
  });
  let store: SqlitePoolStore | undefined;
  try {
    const books = openBooks(flags.db, "read");
    store = books;
    const log = pino(
      { level: flags.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      { write: terminal.stdout.write },
    );
    const { region, readRate, writeRate, host, port } = flags;
    const api = createPoolApi({
      books,
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
    return await stoppable(async (signal) => {
      const server = await servePoolApi({ api, host, port, tls });
      const fingerprint = tls === null ? undefined : fingerprintOf(tls.cert);
      const reread = (): void => rereadKeys(flags.keys, keys, log);
      process.on("SIGHUP", reread);
      try {
        log.info({ url: server.url, fingerprint, admission: admission.policy }, "serving");
        if (!signal.aborted) {
          await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        }
        log.info("stopping");
      } finally {
        process.removeListener("SIGHUP", reread);
        await server.close();
      }
      log.info("stopped");
      return EXIT.ok;
    });
  } finally {
    // Who writes is the last to leave, and takes the -wal file along.
    store?.close();
    await recorder.close();
  }
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

async function certificateOf(flags: ServeFlags): Promise<ServerCertificate | null> {
  const { plain, tlsCert, tlsKey, dnsName, host } = flags;
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

function admissionOf(path: string | undefined): AdmissionPolicy {
  if (path === undefined) return createAdmission({});
  return readAdmission(readFile(path, "--admission"), `--admission ${path}`);
}
