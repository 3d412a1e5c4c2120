/** An S3-compatible bucket, against a server that lists two names a page. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { importBucket } from "../../../src/pool/sources/bucket.js";
import { signedHeaders } from "../../../src/pool/sources/sigv4.js";
import { NOW_MS, openBooks } from "../support/books.js";
import { ALICE, list, transcode } from "../support/events.js";

const credentials = { accessKey: "key", secretKey: "secret" };
let server: Server;
let objects: Map<string, string>;
let endpoint: string;

beforeEach(async () => {
  objects = new Map();
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://bucket");
    if (!request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=key/")) {
      response.writeHead(403).end();
      return;
    }
    const name = decodeURIComponent(url.pathname).replace("/events/", "");
    if (url.pathname !== "/events") {
      const body = objects.get(name);
      response.writeHead(body === undefined ? 404 : 200).end(body);
      return;
    }
    const names = [...objects.keys()].sort();
    const from = Number(url.searchParams.get("continuation-token") ?? 0);
    const contents = names
      .slice(from, from + 2)
      .map(
        (key) =>
          `<Contents><Key>${key}</Key><ETag>&quot;${objects.get(key)?.length}&quot;</ETag></Contents>`,
      );
    const next =
      from + 2 < names.length ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : "";
    response.end(`<ListBucketResult>${contents.join("")}${next}</ListBucketResult>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const options = () => ({ endpoint, bucket: "events", credentials, source: "b", now: () => NOW_MS });

it("ED-D7: all pages are read, then only what is new, whatever its name sorts like", async () => {
  const { store, ingest } = openBooks();
  for (const name of ["eu/b.json", "eu/c d.json", "eu/e.json"]) {
    objects.set(name, list(transcode(ALICE, 8n)));
  }
  objects.set("eu/readme.txt", "no events");
  expect(await importBucket(store, ingest, options())).toMatchObject({ files: 3, recorded: 3 });
  objects.set("eu/a.json", list(transcode(ALICE, 8n)));
  expect(await importBucket(store, ingest, options())).toMatchObject({
    files: 1,
    unchanged: 3,
    recorded: 1,
  });
});

it("A server that refuses is told apart from one that is not there", async () => {
  const { store, ingest } = openBooks();
  const stranger = { ...options(), credentials: { accessKey: "other", secretKey: "x" } };
  await expect(importBucket(store, ingest, stranger)).rejects.toMatchObject({
    code: "BUCKET_HTTP",
  });
  const nowhere = { ...options(), endpoint: "http://127.0.0.1:1" };
  await expect(importBucket(store, ingest, nowhere)).rejects.toMatchObject({
    code: "BUCKET_UNREACHABLE",
  });
  await expect(importBucket(store, ingest, { ...options(), endpoint: "x" })).rejects.toMatchObject({
    code: "BUCKET_URL",
  });
});

it("Signatures are those of the published example", () => {
  const url = new URL("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J");
  const headers = signedHeaders(
    url,
    {
      accessKey: "AKIAIOSFODNN7EXAMPLE",
      secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    },
    Date.UTC(2013, 4, 24),
  );
  expect(headers["authorization"]).toMatch(
    /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
  );
});

it("Credentials that were lent for some time carry their token, which is signed too", () => {
  const lent = { ...credentials, sessionToken: "token", signingRegion: "eu-west-3" };
  const headers = signedHeaders(new URL(endpoint), lent, 0);
  expect(headers["x-amz-security-token"]).toBe("token");
  expect(headers["authorization"]).toContain(
    "/19700101/eu-west-3/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,",
  );
});
