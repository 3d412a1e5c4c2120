/** What options and files of sources have in common: names, addresses, buckets, credentials. */
import { statSync } from "node:fs";
import { InputError } from "../../../core/errors.js";
import { nameAt } from "../../../pool/books/events/fields.js";
import type { S3Credentials } from "../../../pool/books/sources/s3.js";
import type { BucketSource, EventSource } from "../../../pool/books/sources/source.js";

/** What the environment is asked for; see {@link credentialsFrom}. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ChosenSources {
  readonly sources: readonly EventSource[];
  /** Time between polls that the file asks for, ms. */
  readonly everyMs: number | undefined;
}

/** @throws InputError (`FILE_MISSING`, `FILE_UNREADABLE`) */
export function assertThere(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new InputError(`${path}: it cannot be read (${code})`, {
      code: "FILE_UNREADABLE",
      cause,
    });
  }
  throw new InputError(`${path}: there is no such file or directory`, { code: "FILE_MISSING" });
}

/** @throws InputError (`USAGE`) for a name that cursors or accounts could not hold */
export function nameOf(text: string, where: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw new InputError(`${where}: expected 1 to 64 of A-Z a-z 0-9 _ . -, found "${text}"`, {
    code: "USAGE",
  });
}

/**
 * What events are told to have as node type or region.
 *
 * @throws InputError (`USAGE`) for what would put each of them into quarantine
 */
export function labelOf(text: string, where: string): string {
  try {
    return nameAt({ [where]: text }, where);
  } catch (error) {
    throw error instanceof InputError ? new InputError(error.message, { code: "USAGE" }) : error;
  }
}

/** @throws InputError (`USAGE`) */
export function assertHttp(url: string, where: string): void {
  if (URL.canParse(url) && /^https?:\/\/[^@]*$/.test(url)) return;
  throw new InputError(
    `${where}: expected an address such as http://127.0.0.1:7935, without a password`,
    { code: "USAGE" },
  );
}

/**
 * `https://s3.example.com/bucket/prefix/` in its parts.
 *
 * @throws InputError (`BUCKET_URL`)
 */
export function bucketPlace(
  text: string,
  where: string,
): Pick<BucketSource, "endpoint" | "bucket" | "prefix"> {
  const url = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : null;
  const path = decoded(url?.pathname ?? "");
  const [, bucket, prefix = ""] = /^\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? [];
  if (url === null || bucket === undefined || url.username !== "" || url.search !== "") {
    throw new InputError(
      `${where}: expected https://<server>/<bucket>[/<prefix>] without credentials`,
      { code: "BUCKET_URL" },
    );
  }
  return { endpoint: url.origin, bucket, prefix };
}

/** Empty if its percent signs are not followed by what they announce. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}

/**
 * Credentials from the environment: `<prefix>_ACCESS_KEY_ID`, `<prefix>_SECRET_ACCESS_KEY`,
 * `<prefix>_SESSION_TOKEN`, `<prefix>_REGION`. There is no option for them: command lines are seen
 * by other users and kept by shells.
 *
 * @throws InputError (`CREDENTIALS`)
 */
export function credentialsFrom(
  env: Environment,
  prefix: string,
  { signingRegion, where }: { readonly signingRegion?: string | undefined; readonly where: string },
): S3Credentials {
  const value = (name: string) => {
    const found = env[`${prefix}_${name}`];
    return found === "" ? undefined : found;
  };
  const accessKey = value("ACCESS_KEY_ID");
  const secretKey = value("SECRET_ACCESS_KEY");
  if (accessKey === undefined || secretKey === undefined) {
    throw new InputError(
      `${where}: expected ${prefix}_ACCESS_KEY_ID and ${prefix}_SECRET_ACCESS_KEY in the environment`,
      { code: "CREDENTIALS" },
    );
  }
  return {
    accessKey,
    secretKey,
    sessionToken: value("SESSION_TOKEN"),
    signingRegion: signingRegion ?? value("REGION"),
  };
}
