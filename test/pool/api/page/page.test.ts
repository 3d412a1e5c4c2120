/** Who may read the page and what it reads, and what it tells to whom. */
import { gunzipSync } from "node:zlib";
import { request } from "undici";
import { describe, expect, it } from "vitest";
import { PoolFigures } from "../../../../src/pool/api/page/figures.js";
import type { PageOptions } from "../../../../src/pool/api/page/options.js";
import { PAGE_READS } from "../../../../src/pool/api/page/routes.js";
import { adjust } from "../../../../src/pool/books/adjust.js";
import { holdAddress } from "../../../../src/pool/books/holds.js";
import type { PoolStore } from "../../../../src/pool/books/store/store.js";
import { keepAlerts, pastAlerts } from "../../../../src/pool/operate/alerts/history.js";
import { NO_ALERTS } from "../../../../src/pool/operate/alerts/state.js";
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

function page(): PageOptions & { readonly store: PoolStore } {
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
    store: books.store,
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

async function ofPool(shown: PageOptions, path = "/pool") {
  await using api = await runApi({ page: shown });
  return await get(api, path);
}

function utc(ms: number): string {
  return new Date(ms).toISOString();
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

describe("what the page tells of", () => {
  it("alerts: what goes on and what was, to the operator in words", async () => {
    const shown = page();
    const before = field((await ofPool(shown)).json, "alerts");
    // Nobody looked: that is no "none".
    expect(before).toBeNull();
    const { store } = shown;
    const alert = { kind: "jobFailed", subject: "backup", text: SECRET, isBegun: true } as const;
    const waits = { ...alert, subject: "advise", sinceMs: NOW_MS, isBegun: false };
    const early = { ...alert, kind: "verifyFailed", sinceMs: NOW_MS - 9 } as const;
    const late = { ...alert, sinceMs: NOW_MS - 5 };
    const first = { ...NO_ALERTS, active: [late, waits, early] };
    keepAlerts(store, NO_ALERTS, { state: first, nowMs: NOW_MS });
    const second = { ...NO_ALERTS, active: [early] };
    keepAlerts(store, first, { state: second, nowMs: NOW_MS });
    const tokens = { reader: null, operator: OPERATOR };
    await using api = await runApi({ page: shown, tokens: () => tokens });
    expect(field((await get(api, "/pool")).json, "alerts")).toBe(1);
    const told = (await get(api, "/pool/alerts", bearer(OPERATOR))).json;
    expect(told).toMatchObject({
      current: [{ kind: "verifyFailed", text: SECRET, since: utc(NOW_MS - 9) }],
      past: [{ kind: "jobFailed", subject: "backup", text: SECRET, until: utc(NOW_MS) }],
    });
    expect((await get(api, "/pool/alerts")).text).not.toContain("rpc.example");
    // After 90 days it is forgotten.
    expect(pastAlerts(store, NOW_MS + 90 * 86_400_000 - 1)).toHaveLength(1);
    expect(pastAlerts(store, NOW_MS + 90 * 86_400_000)).toEqual([]);
  });

  it("alerts that somebody else wrote, or that are no alerts: none", async () => {
    const shown = page();
    for (const text of ["{", "7", '{"active":[{"kind":"<b>"}]}', '{"active":7}']) {
      shown.store.setCursor("alerts", text);
      shown.store.setCursor("alerts-past", text);
      const { status, json } = await ofPool(shown, "/pool/alerts");
      expect([status, json], text).toMatchObject([200, { current: [], past: [] }]);
    }
  });

  it("a source that can't be read: when it last was", async () => {
    const shown = page();
    const imported = (name: string, endedMs: number, error: string | null) => {
      const order = { job: "import", trigger: "schedule", dueMs: endedMs, attempt: 1 } as const;
      const id = shown.store.runs.begin({ ...order, startedMs: endedMs });
      const outcome = error === null ? "done" : "failed";
      shown.store.runs.end(id, { endedMs, outcome, counts: {}, error, log: name });
    };
    imported("all", NOW_MS - 3_000, null);
    for (let ago = 2_000; ago > 0; ago -= 100) {
      imported("one fails", NOW_MS - ago, "could not be read: far; 3 new");
    }
    const operation = () => ({ jobs: [], sources: ["far", "near"], payouts: null });
    const { json } = await ofPool({ ...shown, operation });
    expect(field(json, "sources")).toMatchObject([
      { name: "far", state: "failed", readAt: utc(NOW_MS - 3_000) },
      { name: "near", state: "ok", readAt: utc(NOW_MS - 100) },
      { name: "o1" },
    ]);
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
