/** The API on books in a file, put together as `pool serve` does it. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { type PoolApiOptions, recorderThread } from "../../../src/pool/api/index.js";
import { addRates, readSettings } from "../../../src/pool/books/settings.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { temporaryFolder } from "../cli/discover-command.js";
import { type RunningApi, runApi } from "../servers/running-api.js";

/** Threads run what is built. */
export const ENTRY = new URL("../../../dist/pool/api/recording-thread.js", import.meta.url);

/** In a folder that ends with the test; nothing is there yet. */
export function newFile(): string {
  return join(temporaryFolder(), "pool.db");
}

/** Books paid by job, a quarter for the operator. */
export function makeBooks(): string {
  const path = newFile();
  const store = new SqlitePoolStore({ path });
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null }]);
  store.close();
  return path;
}

/** Until the test is over. */
export async function serve(
  path: string,
  options: Partial<PoolApiOptions> = {},
): Promise<RunningApi> {
  const store = new SqlitePoolStore({ path, readOnly: true });
  const recorder = await recorderThread({ path, entry: ENTRY });
  const settings = () => readSettings(store);
  const api = await runApi({ books: store, recorder, settings, ...options });
  onTestFinished(async () => {
    await api.server.close();
    store.close();
    await recorder.close();
  });
  return api;
}
