/** `alerts` of a pool's file: whom to tell of what. */
import { resolve } from "node:path";
import { InputError } from "../../../core/errors.js";
import { assertSecret, readShort } from "../../../io/secret-file.js";
import type { AlertPlan } from "../../../pool/operate/jobs/alerts-job.js";
import type { PoolFileValues } from "./pool-file-schema.js";

const URL_BYTES_MAX = 10_000;

/**
 * Reads the receivers' URLs.
 *
 * @throws InputError (`POOL_FILE`) for one that is none, a file that others may read, and a name twice
 */
export function alertPlan(
  {
    to,
    offline,
    behind,
    stuck,
    backupAge,
    diskFree,
    perHour,
    off,
  }: NonNullable<PoolFileValues["alerts"]>,
  { at, pool }: { readonly at: (path: string) => string; readonly pool: string },
): AlertPlan {
  const receivers = to.map(({ name, url, urlFile, shape }, index) => {
    const place = url ?? urlIn(at(urlFile ?? ""));
    const label = name ?? `receiver ${index + 1}`;
    if (!URL.canParse(place) || !/^https?:\/\//.test(place)) {
      throw wrong(`to: ${label}: expected a URL, http or https`);
    }
    return { name: label, url: place, shape };
  });
  if (new Set(receivers.map(({ name }) => name)).size < receivers.length) {
    throw wrong("to: two receivers have the same name");
  }
  const limits = {
    offlineMs: offline,
    behindMs: behind,
    stuckMs: stuck,
    backupAgeMs: backupAge,
    diskFree,
  };
  return { receivers, limits, off, perHour, pool };
}

function urlIn(path: string): string {
  const code = "POOL_FILE";
  assertSecret(path, "urlFile", code);
  const options = { flag: "urlFile", bytesMax: URL_BYTES_MAX, code };
  return readShort(resolve(path), options).toString("utf8").trim();
}

function wrong(why: string): InputError {
  return new InputError(why, { code: "POOL_FILE" });
}
