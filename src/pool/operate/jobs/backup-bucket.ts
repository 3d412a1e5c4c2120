/**
 * Backups in a bucket: `s3://<bucket>/<prefix>`. An object is there whole or not at all, and the server
 * compares it with the hash that its request is signed for.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { InputError } from "../../../core/errors.js";
import { httpRequest } from "../../../io/http-agent.js";
import {
  type BucketAccess,
  getObject,
  listObjects,
  objectUrl,
  reached,
  refusal,
} from "../../books/sources/bucket.js";
import { credentialsFrom } from "../../books/sources/bucket-source.js";
import type { Environment } from "../../books/sources/entry.js";
import { signedHeaders } from "../../books/sources/s3.js";

/** A bucket, and what the names in it begin with. */
export type BackupBucket = Pick<BucketAccess, "endpoint" | "bucket" | "credentials"> & {
  /** The beginning of names, or a whole name. */
  readonly prefix: string;
};

/** More is not taken in one request. */
const BYTES_MAX = 5 * 1024 ** 3;
const SCHEME = "s3://";

/** Is a place for backups a bucket? */
export function isBucketUrl(text: string): boolean {
  return text.startsWith(SCHEME);
}

/**
 * Reads `s3://<bucket>[/<prefix>]`. Server and credentials come from the environment, by the names that
 * AWS's own programs read: `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`, else Amazon's server of
 * `AWS_REGION`; `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
 *
 * @param where what messages begin with
 * @throws InputError (`BUCKET_URL`, `CREDENTIALS`)
 */
export function backupBucket(text: string, env: Environment, where: string): BackupBucket {
  const [, bucket, prefix = ""] = /^s3:\/\/([\w.-]{3,63})(?:\/([^?#]*))?$/.exec(text) ?? [];
  if (bucket === undefined || [...prefix].some((character) => character < " ")) {
    throw new InputError(
      `${where}: found ${JSON.stringify(text)}, expected s3://<bucket>/<prefix>`,
      {
        code: "BUCKET_URL",
      },
    );
  }
  const credentials = credentialsFrom(env, "AWS", where);
  const region = credentials.signingRegion ?? "us-east-1";
  const said = env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"] ?? "";
  const endpoint = said === "" ? `https://s3.${region}.amazonaws.com` : said;
  if (!URL.canParse(endpoint) || !/^https?:\/\//.test(endpoint)) {
    throw new InputError(`${where}: AWS_ENDPOINT_URL: expected http(s)://<server>`, {
      code: "BUCKET_URL",
    });
  }
  return { endpoint, bucket, prefix, credentials };
}

/** The clock and what ends a request. */
export type BucketCall = Pick<BucketAccess, "now" | "signal" | "timeoutMs">;

/**
 * Puts a file into the bucket.
 *
 * @returns its length in bytes
 * @throws InputError (`BACKUP`) for a file that is too long for one request; RemoteError (`BUCKET_…`)
 */
export async function putFile(
  path: string,
  key: string,
  bucket: BackupBucket,
  call: BucketCall,
): Promise<number> {
  const { size } = statSync(path);
  if (size > BYTES_MAX) {
    throw new InputError(`backup: ${size} bytes, a bucket takes 5 GiB at once; expected a folder`, {
      code: "BACKUP",
    });
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  await asked(
    key,
    { ...bucket, ...call },
    {
      method: "PUT",
      bodyHash: hash.digest("hex"),
      headers: { "content-length": String(size) },
      body: () => createReadStream(path),
    },
  );
  return size;
}

/** Names in the bucket, without its prefix; those further down are left out. @throws RemoteError (`BUCKET_…`) */
export async function namesIn(bucket: BackupBucket, call: BucketCall): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { key } of listObjects({ ...bucket, ...call })) {
    const name = key.slice(bucket.prefix.length);
    if (key.startsWith(bucket.prefix) && !name.includes("/")) names.push(name);
  }
  return names;
}

/** Removes an object; one that is not there is removed already. @throws RemoteError (`BUCKET_…`) */
export async function removeObject(
  key: string,
  bucket: BackupBucket,
  call: BucketCall,
): Promise<void> {
  await asked(key, { ...bucket, ...call }, { method: "DELETE" });
}

/**
 * Writes an object to a file that is not there, readable by its owner only.
 *
 * @throws RemoteError (`BUCKET_…`)
 */
export async function getFile(path: string, bucket: BackupBucket, call: BucketCall): Promise<void> {
  const access = { ...bucket, ...call, maxObjectBytes: BYTES_MAX };
  const body = await getObject(bucket.prefix, access);
  const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
  await reached(() => pipeline(body, file), access);
}

async function asked(
  key: string,
  access: BucketAccess,
  {
    method,
    bodyHash,
    headers = {},
    body,
  }: {
    readonly method: "PUT" | "DELETE";
    readonly bodyHash?: string | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: (() => Readable) | undefined;
  },
): Promise<void> {
  const url = objectUrl(key, access);
  const { credentials, now, signal, timeoutMs = 60_000 } = access;
  const what = { method, ...(bodyHash === undefined ? {} : { bodyHash }) };
  const signed = await signedHeaders(url, credentials, now(), what);
  const answer = await reached(
    () =>
      httpRequest(url, {
        method,
        headers: { ...signed, ...headers },
        body: body === undefined ? null : body(),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: signal ?? null,
      }),
    access,
  );
  if (answer.statusCode >= 200 && answer.statusCode < 300) {
    await reached(() => answer.body.dump(), access);
    return;
  }
  throw await refusal(url, answer, access);
}
