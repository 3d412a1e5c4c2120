/** The orchestrator's side: signs, tries again, believes only what is signed. */
import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import {
  type JobDetails,
  PoolApiClient,
  selfSignedCertificate,
} from "../../../src/pool/api/index.js";
import { MemoryBooks } from "./memory-books.js";
import { KEY, key, NOW_MS, type RunningApi, runApi, WORKER } from "./running-api.js";

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
    expect(await client.recordTranscoderJob(JOB, { id: "a" })).toMatchObject({ id: "a" });
    expect(await client.recordTranscoderJob(JOB, { id: "a" })).toMatchObject({
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
    const impostor = createServer((_, response) => {
      response.writeHead(201, { "x-pool-signature": "0".repeat(64) });
      response.end('{"id":"a","outcome":"recorded"}');
    });
    await new Promise<void>((resolve) => impostor.listen(0, "127.0.0.1", resolve));
    const address = impostor.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const client = new PoolApiClient({ url: `http://127.0.0.1:${port}`, key: KEY });
    await expect(client.recordTranscoderJob(JOB)).rejects.toMatchObject({
      code: "POOL_API_ANSWER",
    });
    await client.close();
    await new Promise((resolve) => impostor.close(resolve));
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
