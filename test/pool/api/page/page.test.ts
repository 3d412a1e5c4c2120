/** Who may read the page and what it reads, and what it tells to whom. */
import { gunzipSync } from "node:zlib";
import { request } from "undici";
import { describe, expect, it } from "vitest";
import { PoolFigures } from "../../../../src/pool/api/page/figures.js";
import type { PageOptions } from "../../../../src/pool/api/page/options.js";
import { PAGE_READS } from "../../../../src/pool/api/page/routes.js";
import { adjust } from "../../../../src/pool/books/adjust.js";
import { holdAddress } from "../../../../src/pool/books/holds.js";
import { enter, openBooks } from "../../../support/books/books.js";
import { ALICE, list, transcode } from "../../../support/books/events.js";
import {
  codeOf,
  field,
  get,
  NOW_MS,
  type RunningApi,
  runApi,
} from "../../../support/servers/running-api.js";

const READER = "reader-0123456789";
const OPERATOR = "operator-0123456789";
const alice = ALICE.toLowerCase();
const SECRET = "the wallet's node is https://rpc.example/key-123";

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

function page(): PageOptions {
  const books = openBooks();
  enter(books, list(transcode(ALICE, 1_000n)));
  enter(books, '[{"type": "nothing"}]');
  const payee = { address: alice, nodeType: "transcode", region: "eu" };
  adjust(books.store, { ...payee, wei: 5n, reason: SECRET, id: "private", nowMs: NOW_MS });
  const authored = { reason: SECRET, author: "me", nowMs: NOW_MS };
  holdAddress(books.store, { address: alice, ...authored });
  const id = books.store.runs.begin({
    job: "import",
    trigger: "schedule",
    dueMs: NOW_MS,
    attempt: 1,
    startedMs: NOW_MS,
  });
  const end = { endedMs: NOW_MS, outcome: "failed", counts: {} } as const;
  books.store.runs.end(id, { ...end, error: SECRET, log: SECRET });
  const figures = new PoolFigures(books.store, () => 1n);
  figures.advance(NOW_MS, 1_000);
  const file = (type: string, text: string) => ({ type, bytes: Buffer.from(text) });
  return {
    books: books.store,
    figures,
    files: new Map([
      ["index.html", file("text/html", "<!doctype html>".padEnd(5_000))],
      ["page.js", file("text/javascript", "1")],
    ]),
    advice: () => ({
      atMs: NOW_MS,
      headline: "Keep all.",
      workers: [],
      html: () =>
        `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;">`,
    }),
  };
}

async function statuses(api: RunningApi, headers = {}): Promise<Record<string, number>> {
  const paths = [...Object.keys(PAGE_READS), "/workers", "/getRewards", "/metrics"];
  const query = (path: string) => (path === "/pool/worker" ? `?address=${ALICE}` : "");
  const all = paths.map(async (path) => {
    const { status } = await get(api, `${path}${query(path)}`, headers);
    return [path, status] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

describe("the page's endpoints", () => {
  it("are open to all but for what is the operator's", async () => {
    await using api = await runApi({ page: page() });
    const found = await statuses(api);
    expect(found["/pool/quarantine"]).toBe(401);
    expect(new Set(Object.values({ ...found, "/pool/quarantine": 200 }))).toEqual(new Set([200]));
    for (const path of ["/", `/worker/${ALICE}`, "/page/page.js", "/advice"]) {
      expect((await get(api, path)).status).toBe(200);
    }
    for (const path of ["/page/other.js", "/page/index.html/..", "/worker/a/b", "/pool/other"]) {
      expect((await get(api, path)).status).toBe(404);
    }
    expect((await get(api, "/pool", {}, "PUT")).status).toBe(405);
  });

  it("need the token where there is one, whichever it is that is shown more", async () => {
    const tokens = { reader: READER, operator: OPERATOR };
    await using api = await runApi({ page: page(), tokens: () => tokens });
    expect(new Set(Object.values(await statuses(api)))).toEqual(new Set([401]));
    const wrong = await statuses(api, bearer(`${READER}x`));
    expect(new Set(Object.values(wrong))).toEqual(new Set([401]));
    const read = await statuses(api, bearer(READER));
    expect(read).toMatchObject({ "/pool": 200, "/workers": 200, "/pool/quarantine": 401 });
    const all = await statuses(api, bearer(OPERATOR));
    expect(new Set(Object.values(all))).toEqual(new Set([200]));
    expect(codeOf(await get(api, "/pool"))).toBe("TOKEN");
    // The page itself tells nothing; the report does, and is opened by the page.
    expect((await get(api, "/")).status).toBe(200);
    expect((await get(api, "/advice")).status).toBe(401);
    const report = field((await get(api, "/pool/advice", bearer(READER))).json, "report");
    expect(report).toMatch(/^\/advice\?key=[\w-]{43}$/);
    expect((await get(api, String(report))).status).toBe(200);
    expect((await get(api, `/advice?key=${"a".repeat(43)}`)).status).toBe(401);
  });

  it("tell nobody else the operator's reasons, errors and logs", async () => {
    const tokens = { reader: null, operator: OPERATOR };
    await using api = await runApi({ page: page(), tokens: () => tokens, cacheMs: 60_000 });
    const paths = Object.keys(PAGE_READS).map((path) =>
      path === "/pool/worker" ? `${path}?address=${ALICE}` : path,
    );
    const said = async (headers = {}) =>
      (await Promise.all(paths.map(async (path) => (await get(api, path, headers)).text))).join();
    // Whichever was asked for first is remembered: for whoever may have it.
    expect((await said(bearer(OPERATOR))).split(SECRET).length).toBe(5);
    const open = await said();
    expect(open).not.toContain("rpc.example");
    expect(open).not.toContain("private");
    expect(open).toContain('"held":{"until":null}');
  });

  it("cost as many reads as they have rows by the hundred, said or not", async () => {
    const readLimit = { perSecond: 0.001, burst: 60 };
    await using api = await runApi({ page: page(), readLimit, cacheMs: 60_000 });
    const status = async (path: string) => (await get(api, path)).status;
    expect(await status("/pool/workers")).toBe(200);
    // It is remembered, and costs one.
    expect(await status("/pool/workers")).toBe(200);
    expect(await status("/pool/workers?offset=1")).toBe(200);
    expect(await status("/pool/workers?offset=2")).toBe(429);
  });

  it("are not there without the page", async () => {
    await using api = await runApi();
    for (const path of ["/", "/pool", "/pool/workers", "/page/page.js", "/advice"]) {
      expect((await get(api, path)).status).toBe(404);
    }
  });
});

describe("the page's files", () => {
  it("come with a policy that lets nothing in but the page's own, and once", async () => {
    await using api = await runApi({ page: page() });
    const { headers } = await get(api, "/");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'sha256-/);
    expect(policy).not.toContain("unsafe");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", vary: "Accept-Encoding" });
    const again = await get(api, "/", { "if-none-match": String(headers["etag"]) });
    expect([again.status, again.text]).toEqual([304, ""]);
    const report = (await get(api, "/advice")).headers["content-security-policy"];
    expect(report).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  it("are packed for who can unpack them, as answers are", async () => {
    await using api = await runApi({ page: page() });
    for (const path of ["/", "/pool/hours"]) {
      const plain = await get(api, path);
      const packed = await request(`${api.server.url}${path}`, {
        headers: { "accept-encoding": "gzip, br" },
      });
      expect(packed.headers["content-encoding"]).toBe("gzip");
      const bytes = Buffer.from(await packed.body.arrayBuffer());
      expect(gunzipSync(bytes).toString()).toBe(plain.text);
      expect(bytes.length).toBeLessThan(plain.text.length / 2);
    }
  });
});
