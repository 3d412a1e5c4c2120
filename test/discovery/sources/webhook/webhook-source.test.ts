import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  WebhookSource,
  type WebhookSourceOptions,
} from "../../../../src/discovery/sources/webhook/webhook-source.js";
import { eventually } from "../../../support/eventually.js";
import { respond, startWebhookServer } from "../../../support/servers/webhook-server.js";

const TWO = '[{"address":"https://a:8935","score":1},{"address":"https://b:8935"}]';
const ONE = '[{"address":"https://c:8935"}]';

function open(options: WebhookSourceOptions): WebhookSource {
  const source = new WebhookSource(options);
  onTestFinished(() => source.close());
  return source;
}

const hosts = ({ endpoints }: { readonly endpoints: readonly { readonly host: string }[] }) =>
  endpoints.map(({ host }) => host);

describe("the webhook source", () => {
  it("W-2: takes http and https only", () => {
    for (const url of ["ftp://a/b", "a:1", ""]) {
      expect(() => new WebhookSource({ url })).toThrow(
        expect.objectContaining({ code: "WEBHOOK_URL" }),
      );
    }
  });

  it("W-1, W-11: gets the list, with extra headers if told; missing scores are 0", async () => {
    const server = await startWebhookServer(respond(TWO));
    const source = open({ url: server.url, headers: { "x-key": "7" }, now: () => 5_000 });
    const { endpoints, ...rest } = await source.list();
    expect(endpoints.map(({ uri, score }) => [uri, score])).toEqual([
      ["https://a:8935", 1],
      ["https://b:8935", 0],
    ]);
    expect(rest).toEqual({ dropped: [], confirmedAtMs: 5_000, staleBecause: null });
    expect(server.requests[0]?.method).toBe("GET");
    expect(server.requests[0]?.headers["x-key"]).toBe("7");
  });

  it("W-5: drops and names entries that are no request URIs", async () => {
    const server = await startWebhookServer(
      respond('[{"address":"1.2.3.4:8935"},{"address":""},{"address":"localhost:8935"}]'),
    );
    const { endpoints, dropped } = await open({ url: server.url }).list();
    expect(hosts({ endpoints })).toEqual([""]);
    expect(dropped.map(({ uri, rule }) => [uri, rule])).toEqual([["1.2.3.4:8935", "W-5"]]);
  });

  it("W-6: asks again only after a minute", async () => {
    let now = 0;
    const server = await startWebhookServer(respond(TWO));
    const source = open({ url: server.url, now: () => now });
    await source.list();
    now = 59_999;
    await source.list();
    expect(server.requests).toHaveLength(1);
    now = 60_000;
    await source.list();
    expect(server.requests).toHaveLength(2);
  });

  it("W-7: keeps its endpoints while the bytes are the same", async () => {
    let now = 0;
    const server = await startWebhookServer(respond(TWO));
    const source = open({ url: server.url, now: () => now });
    const first = await source.list();
    now = 60_000;
    const same = await source.list();
    expect(same.endpoints).toBe(first.endpoints);
    expect(same.confirmedAtMs).toBe(60_000);
    server.answer = respond(`${TWO} `);
    now = 120_000;
    const other = await source.list();
    expect(other.endpoints).not.toBe(first.endpoints);
    expect(other.endpoints).toEqual(first.endpoints);
  });

  it("W-8: uses the old list while the webhook fails, and tries at every call", async () => {
    let now = 0;
    const server = await startWebhookServer(respond(TWO));
    const source = open({ url: server.url, now: () => now });
    await source.list();
    now = 60_000;
    const failures = [
      [respond("", { status: 500 }), "HTTP_STATUS"],
      [respond("[{]"), "WEBHOOK_JSON"],
      [respond("", { status: 302, headers: { location: "ftp://a" } }), "HTTP_REDIRECTS"],
    ] as const;
    for (const [answer, code] of failures) {
      server.answer = answer;
      const listing = await source.list();
      expect(hosts(listing)).toEqual(["a:8935", "b:8935"]);
      expect(listing.staleBecause).toMatchObject({ code });
      expect(listing.confirmedAtMs).toBe(0);
    }
    expect(server.requests).toHaveLength(4);
    server.answer = respond(ONE);
    expect(hosts(await source.list())).toEqual(["c:8935"]);
  });

  it("W-3, W-8: without an old list, the failure is the answer", async () => {
    const server = await startWebhookServer(respond("", { status: 404 }));
    const source = open({ url: server.url });
    await expect(source.list()).rejects.toMatchObject({ code: "HTTP_STATUS" });
    server.answer = respond(TWO, { status: 203 });
    expect(hosts(await source.list())).toHaveLength(2);
  });

  it("W-9: an empty list is a list", async () => {
    let now = 0;
    const server = await startWebhookServer(respond(TWO));
    const source = open({ url: server.url, now: () => now });
    await source.list();
    for (const body of ["[]", "null"]) {
      server.answer = respond(body);
      now += 60_000;
      const listing = await source.list();
      expect(listing.endpoints).toEqual([]);
      expect(listing.staleBecause).toBeNull();
    }
  });

  it("instead of W-10: calls at the same time share one request", async () => {
    const server = await startWebhookServer((request, response) => {
      setTimeout(() => respond(TWO)(request, response), 50);
    });
    const source = open({ url: server.url });
    const listings = await Promise.all([source.list(), source.list(), source.list()]);
    expect(listings.map(hosts)).toEqual(Array(3).fill(["a:8935", "b:8935"]));
    expect(server.requests).toHaveLength(1);
  });

  it("W-1: follows redirects up to ten, and takes headers to no other origin", async () => {
    const other = await startWebhookServer(respond(ONE));
    const server = await startWebhookServer((request, response) => {
      const left = Number(request.url?.slice(2) ?? 0);
      const location = left > 0 ? `/?${left - 1}` : other.url;
      respond("", { status: 307, headers: { location } })(request, response);
    });
    const base = server.url.replace("/list", "/?");
    const headers = { "x-key": "7" };
    expect(hosts(await open({ url: `${base}9`, headers }).list())).toEqual(["c:8935"]);
    expect(server.requests.map((request) => request.headers["x-key"])).toEqual(Array(10).fill("7"));
    expect(other.requests[0]?.headers["x-key"]).toBeUndefined();
    await expect(open({ url: `${base}10` }).list()).rejects.toMatchObject({
      code: "HTTP_REDIRECTS",
    });
  });
});

describe("a webhook that misbehaves", () => {
  it("W-1: stalls before or within its answer: 3 s in all, shorter here", async () => {
    const server = await startWebhookServer(() => {});
    const stalls = [
      server.answer,
      (_: unknown, response: { write(text: string): void }) => response.write("["),
    ];
    for (const stall of stalls) {
      server.answer = stall;
      await expect(open({ url: server.url, timeoutMs: 200 }).list()).rejects.toMatchObject({
        code: "HTTP_TIMEOUT",
        message: expect.stringContaining("within 200 ms"),
      });
    }
    await eventually(async () => expect(await server.connections()).toBe(0));
  });

  it("drips: the limit is for everything together", async () => {
    const server = await startWebhookServer((_, response) => {
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    });
    await expect(open({ url: server.url, timeoutMs: 200 }).list()).rejects.toMatchObject({
      code: "HTTP_TIMEOUT",
    });
  });

  it("sends 100 MB: reading ends at the limit", async () => {
    let sent = 0;
    const server = await startWebhookServer((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 0x20);
      const send = (): void => {
        while (sent < 100 && !response.destroyed) {
          sent++;
          if (!response.write(chunk)) return void response.once("drain", send);
        }
        response.end();
      };
      send();
    });
    const before = process.memoryUsage().rss;
    await expect(open({ url: server.url }).list()).rejects.toMatchObject({
      code: "HTTP_TOO_LARGE",
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
    expect(sent).toBeLessThan(100);
    await eventually(async () => expect(await server.connections()).toBe(0));
  });

  it("sends too many entries", async () => {
    const server = await startWebhookServer(respond(TWO));
    await expect(open({ url: server.url, maxEntries: 1 }).list()).rejects.toMatchObject({
      code: "WEBHOOK_TOO_MANY",
    });
  });

  it("is not there, or hangs up", async () => {
    const server = await startWebhookServer((_, response) => response.destroy());
    await expect(open({ url: server.url }).list()).rejects.toMatchObject({
      code: "HTTP_TRANSPORT",
    });
    await expect(open({ url: "http://127.0.0.1:1/" }).list()).rejects.toMatchObject({
      code: "HTTP_TRANSPORT",
    });
  });
});

describe("giving up", () => {
  it("one caller's signal ends its own wait only; the request ends with the last", async () => {
    const server = await startWebhookServer((request, response) => {
      setTimeout(() => respond(TWO)(request, response), 100);
    });
    const source = open({ url: server.url });
    const gone = new AbortController();
    const abandoned = source.list({ signal: gone.signal });
    const kept = source.list();
    gone.abort(new Error("enough"));
    await expect(abandoned).rejects.toThrow("enough");
    expect(hosts(await kept)).toHaveLength(2);

    const alone = open({ url: server.url });
    const signal = AbortSignal.timeout(20);
    await expect(alone.list({ signal })).rejects.toMatchObject({ name: "TimeoutError" });
    await eventually(async () => expect(await server.connections()).toBe(0));
    expect(hosts(await alone.list())).toHaveLength(2);
  });

  it("a closed source ends what is under way and answers no more", async () => {
    const server = await startWebhookServer(() => {});
    const source = open({ url: server.url });
    const pending = expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
    await sleep(20);
    await source.close();
    await pending;
    await expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
    await source.close();
  });
});
