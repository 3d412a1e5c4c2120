/**
 * The bucket source against a real S3 server. Signatures themselves it takes as they come: those
 * are held against the published example in bucket.test.ts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importBucket } from "../../../../src/pool/books/sources/bucket.js";
import { bucketSource } from "../../../../src/pool/books/sources/bucket-source.js";
import { encoded } from "../../../../src/pool/books/sources/s3.js";
import { eventSourceLaws } from "../../../../src/testing/index.js";
import { openBooks } from "../../../support/books/books.js";
import { ALICE, BOB, list, transcode } from "../../../support/books/events.js";

/** As far as it is used: the package has no types. */
interface S3Server {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}
type S3ServerClass = new (options: {
  readonly address: string;
  readonly port: number;
  readonly silent: boolean;
  readonly directory: string;
  readonly configureBuckets: readonly { readonly name: string; readonly configs: readonly [] }[];
}) => S3Server;

const KEY = "S3RVER";
const directory = mkdtempSync(join(tmpdir(), "poolsim-s3-"));
let server: S3Server;
let endpoint: string;

beforeAll(async () => {
  const Server: S3ServerClass = createRequire(import.meta.url)("s3rver");
  server = new Server({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: "events", configs: [] }],
  });
  endpoint = `http://127.0.0.1:${(await server.run()).port}`;
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

async function put(key: string, body: string): Promise<void> {
  const client = new AwsClient({ accessKeyId: KEY, secretAccessKey: KEY, service: "s3" });
  const url = `${endpoint}/events/${key.split("/").map(encoded).join("/")}`;
  const answer = await client.fetch(url, { method: "PUT", body });
  expect(answer.status).toBe(200);
}

const options = () => ({
  endpoint,
  bucket: "events",
  credentials: { accessKey: KEY, secretKey: KEY },
  source: "b",
  // The server compares times with its own.
  now: Date.now,
});

it("lists, reads and reads again what was overwritten", async () => {
  const { store, ingest } = openBooks();
  const names = ["eu/007.json", "eu/a b&c.json", "eu/ü+'(!).json", "us/x.json", "eu/note.txt"];
  for (const name of names) await put(name, list(transcode(ALICE, 8n)));
  const read = (prefix?: string) => importBucket(store, ingest, { ...options(), prefix });
  expect(await read("eu/")).toMatchObject({ files: 3, unchanged: 0, recorded: 3 });
  expect(await read()).toMatchObject({ files: 1, unchanged: 3, recorded: 1 });
  await put("eu/007.json", list(transcode(ALICE, 8n), transcode(ALICE, 9n)));
  expect(await read()).toMatchObject({ files: 1, unchanged: 3 });
});

it("says in the server's words that a key or a bucket is wrong", async () => {
  const { store, ingest } = openBooks();
  const wrong = { ...options(), credentials: { accessKey: "OTHER", secretKey: KEY } };
  await expect(importBucket(store, ingest, wrong)).rejects.toMatchObject({
    code: "BUCKET_HTTP",
    message: expect.stringMatching(/answers 403 \(InvalidAccessKeyId\)/),
  });
  await expect(importBucket(store, ingest, { ...options(), bucket: "none" })).rejects.toMatchObject(
    { message: expect.stringMatching(/answers 404 \(NoSuchBucket\)/) },
  );
});

it("obeys the laws of event sources", async () => {
  await put("laws/1.json", list(transcode(ALICE, 8n), transcode(BOB, 8n)));
  await put("laws/2.json", list(transcode(ALICE, 9n)));
  const { endpoint: server, bucket, credentials } = options();
  const open = (name: string) =>
    bucketSource({ name, endpoint: server, bucket, prefix: "laws/", credentials });
  const laws = eventSourceLaws(open, { events: 3, nowMs: Date.now() });
  for (const { run } of laws) await run();
});
