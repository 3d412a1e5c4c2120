/** The orchestrator's side: signs, tries again, believes only what is signed. */
import { createServer, request, type Server } from "node:http";
import { describe, expect, test } from "vitest";
import {
  type JobDetails,
  PoolApiClient,
  selfSignedCertificate,
} from "../../../src/pool/api/index.js";
import { MemoryBooks } from "../../support/books/memory-books.js";
import {
  KEY,
  key,
  NOW_MS,
  type RunningApi,
  runApi,
  WORKER,
} from "../../support/servers/running-api.js";

const JOB: JobDetails = {
  transcoder: WORKER,
  pixels: "69120000",
  duration: 2,
  profiles: 4,
  faceValue: "180000000000000000",
  fees: "1000",
  roundJob: 1,
};

function clientOf({ server, clock }: RunningApi, more: object = {}): PoolApiClient {
  return new PoolApiClient({
    url: server.url,
    key: KEY,
    backoffMs: 10,
    now: () => clock.nowMs,
    ...more,
  });
}

interface Peer {
  readonly url: string;
  close(): Promise<void>;
}

async function listening(server: Server): Promise<Peer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server that answers so; null: never. */
async function answering(
  answer: () => { status: number; headers: Record<string, string>; body?: string } | null,
): Promise<Peer> {
  return await listening(
    createServer((asked, response) => {
      asked.resume();
      const given = answer();
      if (given === null) return;
      response.writeHead(given.status, given.headers);
      response.end(given.body ?? "");
    }),
  );
}

/** A way to the API on which answers are lost, as when a server or a link dies half-way. */
async function cutting(api: RunningApi, isCut: () => boolean): Promise<Peer & AsyncDisposable> {
  const proxy = await listening(
    createServer((asked, response) => {
      const { method, url, headers } = asked;
      const onwards = request(`${api.server.url}${url}`, { method, headers }, (answer) => {
        if (isCut()) {
          answer.resume();
          response.socket?.destroy();
          return;
        }
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      asked.pipe(onwards);
    }),
  );
  return { ...proxy, [Symbol.asyncDispose]: proxy.close };
}

describe("PoolApiClient", () => {
  test("sends jobs, tickets and benchmarks over TLS, whom it does not know or does", async () => {
    const tls = await selfSignedCertificate("127.0.0.1");
    await using api = await runApi({ tls, policies: { benchmark: { limitMs: 800 } } });
    for (const trust of ["any", { ca: tls.cert }] as const) {
      const client = clientOf(api, { trust });
      const receipt = await client.recordTranscoderJob(JOB);
      expect(receipt).toMatchObject({ outcome: "recorded" });
      const ticket = { value: "180000000000000000", paymentStatus: "Not claimed" } as const;
      expect(await client.recordWinningTicket(ticket)).toMatchObject({ outcome: "recorded" });
      const benchmark = { transcoder: WORKER, maxSessions: 4, latencies: [], runs: [] };
      const segment = { cold: false, download: 100, transcode: 300, upload: 100 };
      const runs = [{ sessions: 2, segments: Array.from({ length: 200 }, () => segment) }];
      expect(await client.recordBenchmark({ ...benchmark, runs })).toMatchObject({
        admitted: true,
        maxSessions: 2,
      });
      await client.close();
    }
    const stranger = clientOf(api, { attemptsMax: 1 });
    await expect(stranger.recordTranscoderJob(JOB)).rejects.toMatchObject({
      code: "POOL_API_UNREACHABLE",
    });
    await stranger.close();
    expect(api.books.written).toHaveLength(4);
  });

  test("tries again with the same id until the books take it", async () => {
    const books = new MemoryBooks();
    let failures = 2;
    await using api = await runApi({
      recorder: {
        record: async (writes) => {
          if (failures-- > 0) throw new Error("busy");
          return await books.record(writes);
        },
        keep: async () => {},
      },
    });
    const client = clientOf(api);
    expect(await client.recordTranscoderJob(JOB, { id: "a", atMs: NOW_MS })).toMatchObject({
      id: "a",
    });
    api.clock.nowMs += 60_000;
    expect(await client.recordTranscoderJob(JOB, { id: "a", atMs: NOW_MS })).toMatchObject({
      outcome: "repeated",
    });
    expect(api.log.map(({ status }) => status)).toEqual([500, 500, 201, 200]);
    expect(books.written).toHaveLength(1);
    await client.close();
  });

  test("does not try again what is refused, and says why", async () => {
    await using api = await runApi();
    const client = clientOf(api);
    const wrong = client.recordTranscoderJob({ ...JOB, profiles: 0 });
    await expect(wrong).rejects.toMatchObject({
      code: "POOL_API_REFUSED",
      message: expect.stringContaining("jobDetails.profiles"),
    });
    const late = clientOf(api, { now: () => NOW_MS - 400_000 });
    await expect(late.recordTranscoderJob(JOB)).rejects.toThrow("STALE");
    const stranger = clientOf(api, { key: key("stranger") });
    await expect(stranger.recordTranscoderJob(JOB)).rejects.toThrow("UNKNOWN_KEY");
    expect(api.log).toHaveLength(3);
    await Promise.all([client, late, stranger].map((each) => each.close()));
  });

  test("gives up after so many tries", async () => {
    const client = new PoolApiClient({
      url: "http://127.0.0.1:1",
      key: KEY,
      backoffMs: 1,
      attemptsMax: 3,
    });
    await expect(client.recordTranscoderJob(JOB)).rejects.toMatchObject({
      code: "POOL_API_UNREACHABLE",
    });
    await client.close();
  });

  test("does not believe a server that does not know the key", async () => {
    const impostor = await answering(() => ({
      status: 201,
      headers: { "x-pool-signature": "0".repeat(64) },
      body: '{"id":"a","outcome":"recorded"}',
    }));
    const client = new PoolApiClient({ url: impostor.url, key: KEY });
    await expect(client.recordTranscoderJob(JOB)).rejects.toMatchObject({
      code: "POOL_API_ANSWER",
    });
    await client.close();
    await impostor.close();
  });

  test("signs each try anew: a write whose answer was lost is known, not replayed", async () => {
    await using api = await runApi();
    let cuts = 2;
    await using proxy = await cutting(api, () => cuts-- > 0);
    const client = clientOf(api, { url: proxy.url });
    const receipt = await client.recordTranscoderJob(JOB, { id: "a", atMs: NOW_MS });
    expect(receipt).toEqual({ id: "a", outcome: "repeated" });
    expect(api.log.map(({ status }) => status)).toEqual([201, 200, 200]);
    expect(api.books.written).toHaveLength(1);
    await client.close();
  });

  test("a server that dies half-way and comes back has the write once", async () => {
    const books = new MemoryBooks();
    const dying = await runApi({ recorder: books, limits: { stopMs: 0 } });
    const port = dying.server.port;
    const first = clientOf(dying, { backoffMs: 100 });
    expect(await first.recordTranscoderJob(JOB, { id: "before", atMs: NOW_MS })).toMatchObject({
      id: "before",
    });
    const sent = first.recordTranscoderJob(JOB, { id: "a", atMs: NOW_MS });
    await dying.server.close();
    await using _alive = await runApi({ recorder: books, port });
    expect(await sent).toMatchObject({ id: "a" });
    expect(books.written.filter(({ event }) => event.identity.id === "a")).toHaveLength(1);
    await first.close();
  });

  test("waits twice as long each time, more by chance, and as long as it is told to", async () => {
    const waits: number[] = [];
    let lastMs = performance.now();
    const server = await answering(() => {
      waits.push(performance.now() - lastMs);
      lastMs = performance.now();
      return { status: 503, headers: waits.length === 3 ? { "retry-after": "0.3" } : {} };
    });
    const client = new PoolApiClient({
      url: server.url,
      key: KEY,
      backoffMs: 40,
      attemptsMax: 4,
      random: () => 0.5,
    });
    await expect(client.recordTranscoderJob(JOB)).rejects.toMatchObject({
      code: "POOL_API_ANSWER",
    });
    expect(waits).toHaveLength(4);
    for (const [index, leastMs] of [0, 60, 120, 300].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(leastMs - 2);
    }
    await client.close();
    await server.close();
  });

  test("has one bound for all tries and waits", async () => {
    let asked = 0;
    const server = await answering(() => {
      asked++;
      return asked === 1 ? { status: 503, headers: {} } : null;
    });
    const client = new PoolApiClient({
      url: server.url,
      key: KEY,
      backoffMs: 20,
      timeoutMs: 600_000,
      totalMs: 1_500,
      random: () => 0,
    });
    await expect(client.recordTranscoderJob(JOB)).rejects.toMatchObject({
      code: "POOL_API_UNREACHABLE",
    });
    expect(asked).toBe(2);
    await client.close();
    await server.close();
  });

  test("a refusal that the pool did not sign is no refusal of the write", async () => {
    const body = '{"error":{"code":"CONFLICT","message":"that id was sent before"}}';
    const server = await answering(() => ({ status: 409, headers: {}, body }));
    const client = new PoolApiClient({ url: server.url, key: KEY });
    await expect(client.recordTranscoderJob(JOB)).rejects.toMatchObject({
      code: "POOL_API_ANSWER",
      message: expect.stringContaining("not signed by the pool"),
    });
    await client.close();
    await server.close();
  });

  test("the signal ends a try that hangs, with its own reason", async () => {
    const server = await answering(() => null);
    const client = new PoolApiClient({ url: server.url, key: KEY });
    const reason = new Error("the node stops");
    const controller = new AbortController();
    const sent = client.recordTranscoderJob(JOB, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(sent).rejects.toBe(reason);
    await client.close();
    await server.close();
  });

  test("stops when it is told to", async () => {
    await using api = await runApi();
    api.books.failure = new Error("busy");
    const client = clientOf(api, { backoffMs: 10_000 });
    const controller = new AbortController();
    const sent = client.recordTranscoderJob(JOB, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(sent).rejects.toThrow(/abort/i);
    await client.close();
  });

  test.each(["ftp://a", "pool", ""])("refuses the URL %j", (url) => {
    expect(() => new PoolApiClient({ url, key: KEY })).toThrow("no http or https URL");
  });
});
