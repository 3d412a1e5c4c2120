/** What orchestrators send: recorded once, refused clearly. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { InputError, RemoteError } from "../../../src/core/errors.js";
import { BodyReader } from "../../../src/pool/api/body.js";
import { HEADERS, sameSignature, signAnswer } from "../../../src/pool/api/index.js";
import { byWeights } from "../../../src/pool/books/attribution/by-weights.js";
import {
  benchmarkBody,
  codeOf,
  get,
  HASH,
  jobBody,
  KEY,
  key,
  NOW_MS,
  OTHER,
  post,
  runApi,
  SETTINGS,
  ticketBody,
  WORKER,
} from "../../support/servers/running-api.js";

const JOB = "/recordTranscoderJob";
const TICKET = "/recordWinningTicket";
const BENCHMARK = "/recordBenchmark";

describe("/recordTranscoderJob", () => {
  test("records a job, amounts to the last wei", async () => {
    await using api = await runApi({ region: "eu" });
    const answer = await post(api, JOB, jobBody("a", { responseTime: 0.5 }));
    expect(answer).toMatchObject({ status: 201, json: { id: "a", outcome: "recorded" } });
    expect(api.books.written).toMatchObject([
      {
        source: "orch-1",
        event: {
          type: "job-processed",
          identity: { form: "caller", id: "a" },
          atMs: NOW_MS - 60_000,
          address: WORKER.toLowerCase(),
          computeUnits: 69_120_000n,
          durationMs: 2_000n,
          responseTimeNs: 500_000_000n,
          realTimeRatio: 4n,
          renditions: 4n,
          round: 3_200n,
          feesWei: 2n ** 53n + 1n,
          region: "eu",
          nodeType: "transcode",
        },
      },
    ]);
  });

  test("the same id with the same content is recorded once, with other content refused", async () => {
    await using api = await runApi();
    expect((await post(api, JOB, jobBody("a"))).status).toBe(201);
    const again = await post(api, JOB, jobBody("a"));
    expect(again).toMatchObject({ status: 200, json: { id: "a", outcome: "repeated" } });
    const other = await post(api, JOB, jobBody("a", { pixels: 1 }));
    expect(other.status).toBe(409);
    expect(codeOf(other)).toBe("CONFLICT");
    expect(api.books.written).toHaveLength(1);
  });

  test("two orchestrators may choose the same id, two keys of one may not", async () => {
    await using api = await runApi();
    const second = key("orch-2");
    const next = key("orch-1-next", { source: "orch-1" });
    api.keys.replace([KEY, second, next]);
    expect((await post(api, JOB, jobBody("a"))).status).toBe(201);
    expect((await post(api, JOB, jobBody("a"), { key: second })).status).toBe(201);
    expect((await post(api, JOB, jobBody("a"), { key: next })).status).toBe(200);
    expect(api.books.written).toHaveLength(2);
  });

  test.each([
    ["id", { ...jobBody("x"), id: "" }],
    ["id", { ...jobBody("x"), id: "a b" }],
    ["at", { ...jobBody("x"), at: "yesterday" }],
    ["at", { ...jobBody("x"), at: "2026-03-02T12:00:00Z" }],
    ["jobDetails", { id: "x", at: "2026-03-01T11:59:00Z" }],
    ["jobDetails.transcoder", jobBody("x", { transcoder: `0x${"0".repeat(40)}` })],
    ["jobDetails.transcoder", jobBody("x", { transcoder: "0x12" })],
    ["jobDetails.pixels", jobBody("x", { pixels: -1 })],
    ["jobDetails.pixels", jobBody("x", { pixels: 1.5 })],
    ["jobDetails.pixels", jobBody("x", { pixels: "12abc" })],
    ["jobDetails.faceValue", jobBody("x", { faceValue: 180_000_000_000_000_000 })],
    ["jobDetails.faceValue", jobBody("x", { faceValue: String(2n ** 256n) })],
    ["jobDetails.fees", jobBody("x", { fees: "1.5" })],
    ["jobDetails.fees", jobBody("x", { fees: undefined })],
    ["jobDetails.duration", jobBody("x", { duration: -1 })],
    ["jobDetails.duration", jobBody("x", { duration: "2" })],
    ["jobDetails.profiles", jobBody("x", { profiles: 0 })],
    ["jobDetails.roundJob", jobBody("x", { roundJob: null })],
    ["jobDetails.region", jobBody("x", { region: "a:b" })],
    ["jobDetails", jobBody("x", { weight: 3 })],
    [undefined, { ...jobBody("x"), more: 1 }],
    [undefined, []],
    [undefined, null],
    [undefined, "{"],
    [undefined, ""],
    [undefined, Buffer.from([0x22, 0xff, 0x22])],
    [undefined, "[".repeat(10_000)],
  ])("400 that says where: %s", async (path, body) => {
    await using api = await runApi();
    const answer = await post(api, JOB, body);
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe("BAD_REQUEST");
    if (path !== undefined) expect(answer.json).toMatchObject({ error: { path } });
    expect(answer.text).not.toMatch(/\bat .*\.[jt]s|Invalid (?:string|format)|pattern|\^\(/);
    expect(api.books.written).toEqual([]);
  });

  const WHOLE = 'expected a whole number of at least 0, such as "1000"; above 2^53 - 1 as text';

  test.each([
    [{ fees: "-5" }, WHOLE],
    [{ fees: -5 }, WHOLE],
    [{ fees: "1,000" }, WHOLE],
    [{ pixels: 1.5 }, WHOLE],
    [{ pixels: true }, WHOLE],
    [{ transcoder: "0x12" }, "expected an address: 0x and 40 hex digits"],
    [{ region: "a:b" }, "expected 1 to 64 of A-Z a-z 0-9 _ . -"],
  ])("400 that says what was expected: %j", async (details, message) => {
    await using api = await runApi();
    const answer = await post(api, JOB, jobBody("x", details));
    expect(answer).toMatchObject({ status: 400, json: { error: { message } } });
  });

  test("400 for a benchmark whose times are none", async () => {
    await using api = await runApi();
    const answer = await post(api, BENCHMARK, benchmarkBody("x", [500], { latencies: ["fast"] }));
    const message = "expected ms from 0 to 3600000, or null for what failed";
    const path = "benchmark.latencies.0";
    expect(answer).toMatchObject({ status: 400, json: { error: { message, path } } });
  });
});

describe("addresses", () => {
  const CHECKED = "0x52908400098527886E0F7030069857D2E4169EE7";
  const MIXED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

  test.each([
    ["jobDetails.transcoder", JOB, jobBody("x", { transcoder: CHECKED.replace("EE7", "Ee7") })],
    ["winningTicket.sender", TICKET, ticketBody("x", { sender: MIXED.replace("aA", "Aa") })],
    [
      "benchmark.transcoder",
      BENCHMARK,
      benchmarkBody("x", [500], { transcoder: MIXED.replace("aA", "AA") }),
    ],
  ])("a wrong checksum is a 400: %s", async (path, endpoint, body) => {
    await using api = await runApi();
    const answer = await post(api, endpoint, body);
    const message = "the address has a wrong checksum (EIP-55): one of its characters is mistyped";
    expect(answer).toMatchObject({ status: 400, json: { error: { message, path } } });
    expect(api.books.written).toEqual([]);
  });

  test.each([MIXED, MIXED.toLowerCase(), `0x${MIXED.slice(2).toUpperCase()}`])(
    "%s is recorded in lower case",
    async (transcoder) => {
      await using api = await runApi();
      expect((await post(api, JOB, jobBody("x", { transcoder }))).status).toBe(201);
      expect(api.books.written).toMatchObject([{ event: { address: MIXED.toLowerCase() } }]);
    },
  );
});

describe("fees and face values", () => {
  test("books that pay jobs by their fees credit the fees, never the face value", async () => {
    await using api = await runApi();
    await post(api, JOB, jobBody("a", { fees: 7, faceValue: "180000000000000000" }));
    expect(api.books.written[0]?.event).toMatchObject({ feesWei: 7n });
    const without = await post(api, JOB, jobBody("b", { fees: undefined }));
    expect(without).toMatchObject({ status: 400, json: { error: { path: "jobDetails.fees" } } });
    expect(without.text).toContain("these books pay jobs by them");
  });

  test("books that split tickets take a job as the proposal has it, and show its weight", async () => {
    const settings = { ...SETTINGS, scheme: byWeights(SETTINGS.weights) };
    await using api = await runApi({ settings: () => settings });
    const body = jobBody("a", { fees: undefined, faceValue: "180000000000000000", duration: 2.5 });
    expect((await post(api, JOB, body)).status).toBe(201);
    expect((await get(api, "/getTranscodersJobs")).json).toMatchObject({
      jobs: [{ faceValue: "180000000000000000", weight: "75.62" }],
    });
  });
});

describe("bodies", () => {
  test("compressed ones are refused, whatever they hold", async () => {
    await using api = await runApi();
    const bomb = gzipSync(Buffer.alloc(1_000_000, 0x20));
    for (const encoding of ["gzip", "br", "deflate", "gzip, identity", "x"]) {
      const answer = await post(api, JOB, bomb, { headers: { "content-encoding": encoding } });
      expect([answer.status, codeOf(answer)]).toEqual([415, "ENCODED"]);
    }
    const plain = { headers: { "content-encoding": "identity" } };
    expect((await post(api, JOB, jobBody("a"), plain)).status).toBe(201);
    expect(api.books.written).toHaveLength(1);
  });

  test("an endpoint receives 64 MiB at a time, and again when they are done", async () => {
    const reader = new BodyReader(4 * 1024 * 1024);
    const ends: (() => void)[] = [];
    const source = {
      header: (name: string) => (name === "content-length" ? String(4 * 1024 * 1024) : undefined),
      arrayBuffer: async () => {
        await new Promise<void>((resolve) => ends.push(resolve));
        return new ArrayBuffer(4);
      },
    };
    const bodies = Array.from({ length: 16 }, () => reader.read(source));
    await expect(reader.read(source)).rejects.toMatchObject({ status: 503, retryAfterS: 1 });
    ends.shift()?.();
    expect(await bodies[0]).toHaveLength(4);
    const next = reader.read(source);
    for (const end of ends) end();
    expect(await next).toHaveLength(4);
    await Promise.all(bodies);
  });
});

describe("/recordWinningTicket", () => {
  test("won first, claimed later", async () => {
    await using api = await runApi();
    const won = ticketBody("t", { wonAt: "2026-03-01T10:00:00+01:00", sender: OTHER });
    expect((await post(api, TICKET, won)).status).toBe(201);
    const more = { paymentStatus: "Claimed", txHash: HASH, gasFees: 21_000, sender: OTHER };
    expect((await post(api, TICKET, ticketBody("t-claimed", more))).status).toBe(201);
    expect(api.books.written.map(({ event }) => event)).toMatchObject([
      { type: "winning-ticket", atMs: Date.parse("2026-03-01T09:00:00Z"), sender: OTHER },
      { type: "ticket-redeemed", txHash: HASH, gasFeesWei: 21_000n, sender: OTHER },
    ]);
  });

  test.each([
    ["winningTicket.txHash", ticketBody("t", { paymentStatus: "Claimed" })],
    ["winningTicket.txHash", ticketBody("t", { txHash: HASH })],
    ["winningTicket.txHash", ticketBody("t", { paymentStatus: "Claimed", txHash: "0x1" })],
    ["winningTicket.paymentStatus", ticketBody("t", { paymentStatus: "Lost" })],
    ["winningTicket.wonAt", ticketBody("t", { wonAt: "2027-01-01T00:00:00Z" })],
  ])("400 that says where: %s", async (path, body) => {
    await using api = await runApi();
    const answer = await post(api, TICKET, body);
    expect(answer).toMatchObject({ status: 400, json: { error: { path } } });
    expect(api.books.written).toEqual([]);
  });
});

describe("/recordBenchmark", () => {
  const policies = { benchmark: { limitMs: 800 } };

  test("admits with as many sessions as stay within the limit", async () => {
    await using api = await runApi({ policies });
    const answer = await post(api, BENCHMARK, benchmarkBody("b", [500, 600, 790, 900]));
    expect(answer).toMatchObject({
      status: 200,
      json: {
        id: "b",
        admitted: true,
        maxSessions: 4,
        reason: "99th percentile 790 ms at 4 sessions, within the limit of 800 ms",
      },
    });
    expect(api.books.logged).toMatchObject([{ key: "benchmark" }]);
  });

  test("refuses, because …", async () => {
    await using api = await runApi({ policies });
    const slow = await post(api, BENCHMARK, benchmarkBody("b", [900]));
    expect(slow).toMatchObject({
      status: 200,
      json: { admitted: false, maxSessions: 0, reason: expect.stringContaining("900 ms") },
    });
    const failed = await post(api, BENCHMARK, benchmarkBody("c", [null]));
    expect(failed).toMatchObject({
      json: { admitted: false, reason: expect.stringContaining("never") },
    });
  });

  test("never more sessions than the worker offers", async () => {
    await using api = await runApi({ policies });
    const body = benchmarkBody("b", [300, 300, 300], { maxSessions: 3 });
    expect((await post(api, BENCHMARK, body)).json).toMatchObject({ maxSessions: 3 });
  });

  test("one made before the last that was judged is refused", async () => {
    await using api = await runApi({ policies });
    expect((await post(api, BENCHMARK, benchmarkBody("b", [500]))).status).toBe(200);
    const older = { ...benchmarkBody("a", [500]), at: "2026-03-01T11:58:59Z" };
    const answer = await post(api, BENCHMARK, older);
    expect(answer).toMatchObject({ status: 409, json: { error: { path: "at" } } });
    expect(api.books.logged).toHaveLength(1);
  });

  test("what could not be kept is not answered, and judged when it is sent again", async () => {
    await using api = await runApi({ policies });
    api.books.failure = new RemoteError("locked", { code: "SQLITE_BUSY" });
    expect((await post(api, BENCHMARK, benchmarkBody("b", [500]))).status).toBe(503);
    api.books.failure = null;
    expect((await post(api, BENCHMARK, benchmarkBody("b", [500]))).status).toBe(200);
    expect(api.books.logged).toHaveLength(1);
  });

  test("the same request has the same answer, the same id with other content is refused", async () => {
    await using api = await runApi({ policies });
    const first = await post(api, BENCHMARK, benchmarkBody("b", [500]));
    expect((await post(api, BENCHMARK, benchmarkBody("b", [500]))).json).toEqual(first.json);
    expect((await post(api, BENCHMARK, benchmarkBody("b", [501]))).status).toBe(409);
    expect(api.books.logged).toHaveLength(1);
  });
});

describe("answers", () => {
  test("are signed, refusals too", async () => {
    await using api = await runApi();
    for (const [body, status] of [
      [jobBody("a"), 201],
      [{ id: "a" }, 400],
    ] as const) {
      const nonce = `nonce-of-${status}-000000`;
      const answer = await post(api, JOB, body, { nonce });
      expect(answer.status).toBe(status);
      const signed = { nonce, status, body: Buffer.from(answer.text) };
      const signature = String(answer.headers[HEADERS.signature]);
      expect(sameSignature(signature, signAnswer(KEY.secret, signed))).toBe(true);
    }
  });

  test("damaged books are nobody's mistake, busy ones pass", async () => {
    await using api = await runApi();
    api.books.failure = new InputError("the store is damaged", { code: "STORE_DAMAGED" });
    expect((await post(api, JOB, jobBody("a"))).status).toBe(500);
    api.books.failure = new RemoteError("database is locked", { code: "SQLITE_BUSY" });
    const busy = await post(api, JOB, jobBody("a"));
    expect([busy.status, busy.headers["retry-after"]]).toEqual([503, "1"]);
    expect(api.log.at(-1)).toMatchObject({ error: "database is locked", code: "UNAVAILABLE" });
  });

  test("a failure of the books is a 500 without details, and the next write goes on", async () => {
    await using api = await runApi();
    api.books.failure = new Error("disk full at /secret/path");
    const answer = await post(api, JOB, jobBody("a"));
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("secret");
    expect(api.log.at(-1)).toMatchObject({ level: "error", error: "disk full at /secret/path" });
    api.books.failure = null;
    expect((await post(api, JOB, jobBody("a"))).status).toBe(201);
  });

  test("no log entry has a secret, a signature or a body", async () => {
    await using api = await runApi();
    const nonce = "nonce-nonce-nonce-1";
    await post(api, JOB, jobBody("unlikely-id"), { nonce });
    await post(api, JOB, jobBody("unlikely-id"), { signature: "0".repeat(64) });
    const text = JSON.stringify(api.log);
    expect(api.log).toMatchObject([
      { method: "POST", route: JOB, status: 201, key: "orch-1", client: "127.0.0.1" },
      { status: 401, code: "BAD_SIGNATURE" },
    ]);
    for (const hidden of [KEY.secret.toString(), nonce, "unlikely-id", "0".repeat(64), WORKER]) {
      expect(text).not.toContain(hidden);
    }
  });
});
