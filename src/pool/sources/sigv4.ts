/** AWS Signature Version 4 for reading objects: two dozen lines where an SDK is 20 MB. */
import { createHash, createHmac } from "node:crypto";

export interface S3Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of credentials that were lent for some time. @default none */
  readonly sessionToken?: string | undefined;
  /** @default "us-east-1" */
  readonly signingRegion?: string | undefined;
}

const EMPTY_HASH = createHash("sha256").digest("hex");

/**
 * Headers of a GET without body.
 *
 * @param url as it will be sent: its path and query are signed as they stand, keys sorted
 * @param atMs ms since 1970: servers refuse what is far from their own time
 */
export function signedHeaders(
  url: URL,
  { accessKey, secretKey, sessionToken, signingRegion = "us-east-1" }: S3Credentials,
  atMs: number,
): Record<string, string> {
  const time = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${signingRegion}/s3/aws4_request`;
  const query = [...url.searchParams]
    .map(([key, value]) => `${encoded(key)}=${encoded(value)}`)
    .sort()
    .join("&");
  const headers = {
    host: url.host,
    "x-amz-content-sha256": EMPTY_HASH,
    "x-amz-date": time,
    ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
  };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ["GET", url.pathname, query, lines.join(""), names, EMPTY_HASH].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  let key: Buffer | string = `AWS4${secretKey}`;
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key)
    .update(["AWS4-HMAC-SHA256", time, scope, digest].join("\n"))
    .digest("hex");
  const credential = `Credential=${accessKey}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential},SignedHeaders=${names},Signature=${signature}`,
  };
}

/** As RFC 3986 has it, which is stricter than `encodeURIComponent`. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
