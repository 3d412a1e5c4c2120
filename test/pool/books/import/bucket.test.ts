/** An S3-compatible bucket, against a server that lists two names a page. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { importBucket } from "../../../../src/pool/books/sources/bucket.js";
import { signedHeaders } from "../../../../src/pool/books/sources/s3.js";
import { NOW_MS, openBooks } from "../../../support/books/books.js";
import { ALICE, list, transcode } from "../../../support/books/events.js";

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

it("Signatures are those of the published example", async () => {
  const url = new URL("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J");
  const headers = await signedHeaders(
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

it("Credentials that were lent for some time carry their token, which is signed too", async () => {
  const lent = { ...credentials, sessionToken: "token", signingRegion: "eu-west-3" };
  const headers = await signedHeaders(new URL(endpoint), lent, 0);
  expect(headers["x-amz-security-token"]).toBe("token");
  expect(headers["authorization"]).toContain(
    "/19700101/eu-west-3/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,",
  );
});

/** A bucket that answers as told, whatever it is asked. */
async function answering(answer: (url: URL, response: ServerResponse) => void): Promise<string> {
  const other = createServer((request, response) => {
    answer(new URL(request.url ?? "", "http://bucket"), response);
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    other.closeAllConnections();
    other.close();
  });
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
}

const listing = (parts: string): string => `<ListBucketResult>${parts}</ListBucketResult>`;
const item = (key: string): string =>
  `<Contents><Key>${key}</Key><ETag>&quot;1&quot;</ETag></Contents>`;

it("A listing that goes round in circles ends with an error", async () => {
  for (const after of [{ A: "A" }, { A: "B", B: "C", C: "A" }] as Record<string, string>[]) {
    let asked = 0;
    const circular = await answering((url, response) => {
      asked++;
      const next = after[url.searchParams.get("continuation-token") ?? ""] ?? "A";
      response.end(listing(`<NextContinuationToken>${next}</NextContinuationToken>`));
    });
    const { store, ingest } = openBooks();
    await expect(
      importBucket(store, ingest, { ...options(), endpoint: circular }),
    ).rejects.toMatchObject({
      code: "BUCKET_LISTING",
      message: expect.stringMatching(/does not end.*same page/),
    });
    expect(asked).toBeLessThan(6);
  }
  let page = 0;
  const growing = await answering((_, response) => {
    response.end(listing(`<NextContinuationToken>${++page}</NextContinuationToken>`));
  });
  const { store, ingest } = openBooks();
  await expect(
    importBucket(store, ingest, { ...options(), endpoint: growing }),
  ).rejects.toMatchObject({ code: "BUCKET_LISTING" });
  expect(page).toBeLessThan(1_100);
});

it.each([
  ["no XML", "<html><body>Sign in"],
  ["another document", "<html><body>Sign in</body></html>"],
  ["nothing", ""],
  ["entities of its own", `<!DOCTYPE x [<!ENTITY a "aa">]>${listing(item("&a;.json"))}`],
  ["more, but not where", listing(`${item("a.json")}<IsTruncated>true</IsTruncated>`)],
  ["an object without a name", listing("<Contents><ETag>1</ETag></Contents>")],
])("A listing that is %s is no empty bucket", async (_, body) => {
  const strange = await answering((__, response) => response.end(body));
  const { store, ingest } = openBooks();
  await expect(
    importBucket(store, ingest, { ...options(), endpoint: strange }),
  ).rejects.toMatchObject({ code: "BUCKET_LISTING" });
});

it("Bodies without end are cut off: listings, errors and objects", async () => {
  const flood = (response: ServerResponse): void => {
    const send = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20))) {}
      if (!response.destroyed) response.once("drain", send);
    };
    send();
  };
  const { store, ingest } = openBooks();
  const read = (endpoint: string) =>
    importBucket(store, ingest, { ...options(), endpoint, maxObjectBytes: 1_000_000 });
  await expect(read(await answering((_, response) => flood(response)))).rejects.toMatchObject({
    code: "BUCKET_TOO_LARGE",
  });
  const failing = await answering((_, response) => {
    response.writeHead(500);
    flood(response);
  });
  await expect(read(failing)).rejects.toMatchObject({ code: "BUCKET_HTTP" });
  const large = await answering((url, response) => {
    if (url.pathname === "/events") response.end(listing(item("a.json")));
    else flood(response);
  });
  await expect(read(large)).rejects.toMatchObject({ code: "BUCKET_TOO_LARGE" });
});

it("Names are texts: numbers, blanks, entities and signs", async () => {
  const names = ["007.json", " a  b .json", "a&b<c>.json", "ü+%2F'(!)*.json", "1e5.json"];
  const escaped = names.map((name) => name.replaceAll("&", "&amp;").replaceAll("<", "&#60;"));
  const asked: string[] = [];
  const strange = await answering((url, response) => {
    if (url.pathname === "/events") {
      response.end(listing(`${escaped.map(item).join("")}<IsTruncated>false</IsTruncated>`));
    } else {
      asked.push(decodeURIComponent(url.pathname).replace("/events/", ""));
      response.end(list(transcode(ALICE, 8n)));
    }
  });
  const { store, ingest } = openBooks();
  const result = await importBucket(store, ingest, { ...options(), endpoint: strange });
  expect(result).toMatchObject({ files: 5, recorded: 5 });
  expect(asked).toEqual(names);
});

it("A name that no address can have is left out and told: . and .. would name another object", async () => {
  const { store, ingest } = openBooks();
  const asked: string[] = [];
  const names = ["eu/../us/a.json", "eu/./a.json", "eu/..", "eu/a..b.json"];
  const endpoint = await answering((url, response) => {
    if (url.pathname !== "/events") {
      asked.push(url.pathname);
      response.end(list(transcode(ALICE, 8n)));
      return;
    }
    const contents = names.map((key) => `<Contents><Key>${key}</Key><ETag>1</ETag></Contents>`);
    response.end(`<ListBucketResult>${contents.join("")}</ListBucketResult>`);
  });
  const result = await importBucket(store, ingest, { ...options(), endpoint });
  expect(asked).toEqual(["/events/eu/a..b.json"]);
  const why = "no address can have its name: . or .. is a part of it; give the object another one";
  expect(result).toMatchObject({
    files: 1,
    skipped: names.slice(0, 2).map((file) => ({ file, why })),
  });
});
