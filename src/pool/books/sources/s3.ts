/** How a bucket is asked, and what its answers say: signatures by aws4fetch, XML by fast-xml-parser. */
import { AwsV4Signer } from "aws4fetch";
import { XMLParser } from "fast-xml-parser";
import { RemoteError } from "../../../core/errors.js";

/** What signs requests to a bucket. */
export interface S3Credentials {
  /** The public half. */
  readonly accessKey: string;
  /** The secret half. */
  readonly secretKey: string;
  /** Of credentials that were lent for some time. @default none */
  readonly sessionToken?: string | undefined;
  /** The region that requests are signed for. @default "us-east-1" */
  readonly signingRegion?: string | undefined;
}

/** SHA-256 of nothing, in hex. */
const EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * Headers of a request (AWS Signature Version 4).
 *
 * @param url as it will be sent
 * @param atMs ms since 1970: servers refuse what is far from their own time
 * @param request its method, and the SHA-256 of its body in hex; a GET without body if not said
 */
export async function signedHeaders(
  url: URL,
  { accessKey, secretKey, sessionToken, signingRegion = "us-east-1" }: S3Credentials,
  atMs: number,
  { method = "GET", bodyHash = EMPTY_HASH }: { method?: string; bodyHash?: string } = {},
): Promise<Record<string, string>> {
  const signer = new AwsV4Signer({
    url: url.href,
    method,
    headers: { "x-amz-content-sha256": bodyHash },
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: "s3",
    region: signingRegion,
    datetime: new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, ""),
  });
  const { headers } = await signer.sign();
  return Object.fromEntries(headers);
}

/** As RFC 3986 has it, which is stricter than `encodeURIComponent`. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** An object of a listing. */
export interface ListedObject {
  readonly key: string;
  readonly etag: string;
}

/** A page of a listing. */
export interface ListingPage {
  readonly objects: readonly ListedObject[];
  /** Where the next page begins; null = this is the last one. */
  readonly next: string | null;
}

// Names are texts, whatever they look like, and blanks at their ends are theirs.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => name === "Contents",
});

/**
 * Reads a page.
 *
 * @throws RemoteError (`BUCKET_LISTING`) for anything else, and for a page that says that there is
 *   more and not where
 */
export function readListing(xml: string): ListingPage {
  const result = child(parsed(xml), "ListBucketResult");
  // A listing without objects and settings is an empty text.
  if (result === undefined) throw unreadable("no listing of a bucket");
  const contents = child(result, "Contents");
  const objects = (Array.isArray(contents) ? contents : []).map((item: unknown) => {
    const key = textOf(child(item, "Key"));
    if (key === null) throw unreadable("an object without a name");
    return { key, etag: textOf(child(item, "ETag")) ?? "" };
  });
  const next = textOf(child(result, "NextContinuationToken"));
  const isTruncated = textOf(child(result, "IsTruncated"))?.trim();
  if (isTruncated === "true" && next === null) {
    throw unreadable("a page that says that there are more, and not where");
  }
  return { objects, next: isTruncated === "false" ? null : next };
}

/** The code of an error's answer; null = it has none. */
export function readErrorCode(xml: string): string | null {
  try {
    return textOf(child(child(parsed(xml), "Error"), "Code"));
  } catch {
    return null;
  }
}

function parsed(xml: string): unknown {
  // No bucket declares entities of its own.
  if (/<!DOCTYPE/i.test(xml)) throw unreadable("a document type");
  try {
    return parser.parse(xml);
  } catch (cause) {
    throw unreadable("no XML", cause);
  }
}

function child(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function unreadable(what: string, cause?: unknown): RemoteError {
  return new RemoteError(`the bucket's listing cannot be read: ${what}`, {
    code: "BUCKET_LISTING",
    cause,
  });
}
