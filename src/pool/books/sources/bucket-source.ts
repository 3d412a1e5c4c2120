/** The kind of source that a bucket is: how people write where it is, and who may read it. */
import { InputError } from "../../../core/errors.js";
import type { BucketOptions } from "./bucket.js";
import { checkedText, type Environment, eventSourceEntry } from "./entry.js";
import type { S3Credentials } from "./s3.js";
import { type EventReader, type EventSource, eventSource, type SourceLabels } from "./source.js";

/** Where a bucket is, and who may read it. */
export type BucketPlace = Pick<BucketOptions, "endpoint" | "bucket" | "prefix" | "credentials">;

/** What asks a bucket is loaded when one is asked: its HTTP client and XML take a tenth of a second. */
function bucketReader(place: BucketPlace): EventReader {
  return {
    defaultName: place.bucket,
    poll: async (store, ingest, options) => {
      const { importBucket } = await import("./bucket.js");
      return importBucket(store, ingest, { ...options, ...place });
    },
    probe: async (options) => {
      const { probeBucket } = await import("./bucket.js");
      return probeBucket({ ...options, ...place });
    },
  };
}

/** Which bucket is a source. */
export interface BucketSourceOptions extends SourceLabels, BucketPlace {}

/** An S3-compatible bucket as a source of events. */
export function bucketSource({
  endpoint,
  bucket,
  prefix,
  credentials,
  ...labels
}: BucketSourceOptions): EventSource {
  const place = { endpoint, bucket, prefix, credentials };
  return eventSource(bucketEntry.name, labels, bucketReader(place));
}

/** Empty if its percent signs are not followed by what they announce. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}

/** `https://s3.example.com/bucket/prefix/` in its parts. @throws InputError (`BUCKET_URL`) */
function bucketPlace(text: string): Omit<BucketPlace, "credentials"> {
  const url = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : null;
  const path = decoded(url?.pathname ?? "");
  const [, bucket, prefix = ""] = /^\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? [];
  if (url === null || bucket === undefined || url.username !== "" || url.search !== "") {
    throw new InputError("no address of a bucket", { code: "BUCKET_URL" });
  }
  return { endpoint: url.origin, bucket, prefix };
}

/**
 * Credentials from the environment: `<prefix>_ACCESS_KEY_ID`, `<prefix>_SECRET_ACCESS_KEY`,
 * `<prefix>_SESSION_TOKEN`, `<prefix>_REGION`. They are never settings: command lines are seen by
 * other users and kept by shells.
 *
 * @throws InputError (`CREDENTIALS`)
 */
export function credentialsFrom(env: Environment, prefix: string, where: string): S3Credentials {
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
  const [sessionToken, signingRegion] = [value("SESSION_TOKEN"), value("REGION")];
  return { accessKey, secretKey, sessionToken, signingRegion };
}

export const bucketEntry = eventSourceEntry({
  name: "bucket",
  description:
    "An S3-compatible bucket, whose credentials come from the environment; all names are listed each time, so that a late file with an earlier name is read.",
  settings: ({ z, text }) =>
    z.strictObject({
      bucket: checkedText(
        "An S3-compatible bucket: https://<server>/<bucket>[/<prefix>].",
        "url",
        bucketPlace,
        "expected https://<server>/<bucket>[/<prefix>] without credentials",
      ),
      credentials: text(
        "Which of the environment's credentials: EU means EU_ACCESS_KEY_ID and so on.",
        "prefix",
      ).default("AWS"),
      signingRegion: text("The region that requests are signed for.", "name").optional(),
    }),
  create: ({ bucket: place, credentials: prefix, signingRegion }, { env, where }) => {
    const own = credentialsFrom(env, prefix, where);
    const credentials = { ...own, signingRegion: signingRegion ?? own.signingRegion };
    return bucketReader({ ...place, credentials });
  },
});
