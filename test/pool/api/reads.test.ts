/** What everybody may read: pages, caches, limits, and the pool in figures. */
import { describe, expect, test } from "vitest";
import { paidAccount, pendingAccount } from "../../../src/pool/books/accounts.js";
import type { PayoutRow, PayoutState } from "../../../src/pool/books/store/store.js";
import {
  codeOf,
  field,
  get,
  HASH,
  jobBody,
  NOW_MS,
  OTHER,
  post,
  type RunningApi,
  runApi,
  WORKER,
} from "../../support/servers/running-api.js";

const DAY_MS = 86_400_000;
const ADDRESS = WORKER.toLowerCase();

async function addJobs(api: RunningApi, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const transcoder = index % 2 === 0 ? WORKER : OTHER;
    await post(api, "/recordTranscoderJob", jobBody(`job-${index}`, { transcoder }));
  }
}

function payout(id: number, state: PayoutState, ageMs: number): PayoutRow {
  return {
    id,
    address: id % 2 === 0 ? ADDRESS : OTHER,
    amountWei: 10n ** 16n,
    chainId: 42161n,
    fromAddress: OTHER,
    nonce: id,
    state,
    createdAtMs: NOW_MS - ageMs,
    updatedAtMs: NOW_MS,
    sources: [],
    txHash: state === "confirmed" ? HASH : null,
    blockNumber: null,
    blockHash: null,
    gasFeesWei: state === "confirmed" ? 21_000n : null,
    reason: null,
    batch: null,
  };
}

function addWorkers({ books }: RunningApi): void {
  const rows = [
    [ADDRESS, "transcode", "eu", 1],
    [ADDRESS, "ai", "eu", 0],
    [OTHER, "transcode", "us", 0],
  ] as const;
  for (const [address, nodeType, region, connections] of rows) {
    books.workerRows.push({
      address,
      nodeType,
      region,
      connections,
      firstSeenMs: NOW_MS - DAY_MS,
      lastSeenMs: NOW_MS,
      jobs: 7n,
      feesWei: 9n,
    });
  }
  const payee = { address: ADDRESS, nodeType: "transcode", region: "eu" };
  books.balances.set(pendingAccount(payee), 10n ** 19n + 1n);
  books.balances.set(paidAccount(ADDRESS), 5n);
  books.balances.set("commission", 11n);
  books.balances.set("unattributed", 12n);
}

describe("jobs", () => {
  test("of all transcoders, newest first, page by page", async () => {
    await using api = await runApi();
    await addJobs(api, 5);
    const first = await get(api, "/getTranscodersJobs?limit=3");
    expect(first.json).toMatchObject({
      jobs: [{ transcoder: ADDRESS }, { transcoder: OTHER }, { transcoder: ADDRESS }],
      next: 3,
    });
    const second = await get(api, "/getTranscodersJobs?limit=3&before=3");
    expect(second.json).toMatchObject({ jobs: [{ transcoder: OTHER }, {}], next: null });
  });

  test("of one, in any case of letters, with the columns of the proposal", async () => {
    await using api = await runApi();
    await addJobs(api, 2);
    const answer = await get(api, `/getTranscoderJobs?transcoderAddress=${WORKER}`);
    expect(answer.json).toEqual({
      jobs: [
        {
          createdAt: "2026-03-01T11:59:00.000Z",
          transcoder: ADDRESS,
          pixels: "69120000",
          duration: 2,
          profiles: 4,
          faceValue: "9007199254740993",
          roundJob: 3_200,
          weight: null,
          nodeType: "transcode",
          region: "default",
        },
      ],
      next: null,
    });
  });

  test("of the last 24 hours only", async () => {
    await using api = await runApi();
    await addJobs(api, 1);
    api.clock.nowMs = NOW_MS - 60_000 + DAY_MS;
    expect(field((await get(api, "/getTranscodersJobs")).json, "jobs")).toHaveLength(1);
    api.clock.nowMs += 1;
    expect(field((await get(api, "/getTranscodersJobs")).json, "jobs")).toHaveLength(0);
  });
});

describe("rewards", () => {
  test("of the last 30 days, without those that failed; of one transcoder, all", async () => {
    await using api = await runApi();
    api.books.payoutRows.push(
      payout(1, "confirmed", 31 * DAY_MS),
      payout(2, "confirmed", 31 * DAY_MS),
      payout(3, "failed", DAY_MS),
      payout(4, "confirmed", DAY_MS),
      payout(5, "sent", DAY_MS),
    );
    const all = await get(api, "/getRewards");
    expect(all.json).toMatchObject({
      rewards: [
        { transcoder: OTHER, paymentStatus: "On hold", txHash: null, gasFees: null },
        {
          transcoder: ADDRESS,
          paymentStatus: "Paid",
          txHash: HASH,
          value: "10000000000000000",
          valueEth: "0.010000000000000000",
          gasFees: "21000",
        },
      ],
      next: null,
    });
    const own = await get(api, `/getTranscoderRewards?transcoderAddress=${ADDRESS}`);
    expect(field(own.json, "rewards")).toHaveLength(2);
  });
});

describe("workers", () => {
  test("/workers lists all rows, filtered=true only those connected (EG-D15)", async () => {
    await using api = await runApi();
    addWorkers(api);
    expect((await get(api, "/workers")).json).toMatchObject({ total: 3 });
    expect((await get(api, "/workers?filtered=false")).json).toMatchObject({ total: 3 });
    expect((await get(api, "/workers?filtered=true")).json).toEqual({
      workers: [
        {
          ethAddress: ADDRESS,
          nodeType: "transcode",
          region: "eu",
          isConnected: true,
          connections: 1,
          jobs: "7",
          pendingFees: "10000000000000000001",
          paidFees: "5",
          lastUpdated: "2026-03-01T12:00:00.000Z",
        },
      ],
      total: 1,
    });
    const page = await get(api, "/workers?limit=1&offset=2");
    expect(page.json).toMatchObject({ workers: [{ ethAddress: OTHER }], total: 3 });
  });

  test("/transcoder lists transcoding rows, or all of one address", async () => {
    await using api = await runApi();
    addWorkers(api);
    expect((await get(api, "/transcoder")).json).toMatchObject({ total: 2 });
    const one = await get(api, `/transcoder?transcoderAddress=${WORKER}`);
    expect(one.json).toMatchObject({ workers: [{ nodeType: "transcode" }, { nodeType: "ai" }] });
  });

  test("/status has exact totals (EG-D14)", async () => {
    await using api = await runApi({ region: "eu" });
    addWorkers(api);
    expect((await get(api, "/status")).json).toEqual({
      version: "1.2.3",
      region: "eu",
      commissionRate: "1/4",
      workers: 3,
      connectedWorkers: 1,
      totalPendingFees: "10000000000000000001",
      totalPendingFeesEth: "10.000000000000000001",
      totalPaidFees: "5",
      totalPaidFeesEth: "0.000000000000000005",
      commission: "11",
      unattributed: "12",
      quarantined: 3,
    });
  });
});

describe("what reads have in common", () => {
  test.each([
    ["/getTranscodersJobs?limit=0", "limit"],
    ["/getTranscodersJobs?limit=1001", "limit"],
    ["/getTranscodersJobs?limit=ten", "limit"],
    ["/getTranscodersJobs?before=-1", "before"],
    ["/getTranscodersJobs?limit=1&limit=2", "limit"],
    ["/getTranscoderJobs", "transcoderAddress"],
    ["/getTranscoderJobs?transcoderAddress=0x1", "transcoderAddress"],
    ["/getTranscoderRewards?transcoderAddress=", "transcoderAddress"],
    ["/workers?filtered=maybe", "filtered"],
  ])("%s is a 400 that says where", async (path, where) => {
    await using api = await runApi();
    const answer = await get(api, path);
    expect(answer).toMatchObject({ status: 400, json: { error: { path: where } } });
  });

  test("what is missing is said to be", async () => {
    await using api = await runApi();
    const answer = await get(api, "/getTranscoderJobs");
    expect(field(field(answer.json, "error"), "message")).toBe("expected, and missing");
  });

  test("unknown parameters, endpoints and methods are refused", async () => {
    await using api = await runApi();
    for (const name of ["x", "__proto__", "constructor"]) {
      expect((await get(api, `/status?${name}=1`)).status, name).toBe(400);
    }
    const missing = await get(api, "/nothing");
    expect([missing.status, codeOf(missing)]).toEqual([404, "NOT_FOUND"]);
    const put = await get(api, "/status", {}, "PUT");
    expect([put.status, put.headers["allow"]]).toEqual([405, "GET, HEAD"]);
    const read = await get(api, "/recordTranscoderJob");
    expect([read.status, read.headers["allow"]]).toEqual([405, "POST"]);
  });

  test("answers are kept for a moment, and not sent again to whom has them", async () => {
    await using api = await runApi({ cacheMs: 2_000 });
    const before = await get(api, "/getTranscodersJobs");
    await addJobs(api, 1);
    api.clock.nowMs += 1_999;
    const cached = await get(api, "/getTranscodersJobs");
    expect(cached.text).toBe(before.text);
    const etag = String(cached.headers["etag"]);
    const known = await get(api, "/getTranscodersJobs", { "if-none-match": etag });
    expect([known.status, known.text]).toEqual([304, ""]);
    api.clock.nowMs += 1;
    const fresh = await get(api, "/getTranscodersJobs", { "if-none-match": etag });
    expect(fresh.status).toBe(200);
    expect(field(fresh.json, "jobs")).toHaveLength(1);
  });

  test("too many are refused, until time has passed; signed writes go on", async () => {
    await using api = await runApi({ readLimit: { perSecond: 1, burst: 2 } });
    const statuses: number[] = [];
    for (let index = 0; index < 3; index++) statuses.push((await get(api, "/status")).status);
    expect(statuses).toEqual([200, 200, 429]);
    api.clock.nowMs += 1_000;
    for (const id of ["a", "b", "c"]) {
      expect((await post(api, "/recordTranscoderJob", jobBody(id))).status).toBe(201);
    }
    expect((await get(api, "/status")).status).toBe(200);
  });

  test("a long page counts as many reads, one that is remembered as one", async () => {
    const readLimit = { perSecond: 1, burst: 12 };
    for (const [cacheMs, statuses] of [
      [0, [200, 200, 429]],
      [2_000, [200, 200, 200]],
    ] as const) {
      await using api = await runApi({ readLimit, cacheMs });
      for (const status of statuses) {
        expect((await get(api, "/getTranscodersJobs?limit=1000")).status).toBe(status);
      }
    }
  });

  test("wrongly signed writes use up what a client may read", async () => {
    await using api = await runApi({ readLimit: { perSecond: 1, burst: 2 } });
    const statuses: number[] = [];
    for (let index = 0; index < 3; index++) {
      const options = { signature: "0".repeat(64) };
      statuses.push((await post(api, "/recordTranscoderJob", jobBody("a"), options)).status);
    }
    expect(statuses).toEqual([401, 401, 429]);
  });

  test("a key writes only so fast", async () => {
    await using api = await runApi({ writeLimit: { perSecond: 1, burst: 1 } });
    expect((await post(api, "/recordTranscoderJob", jobBody("a"))).status).toBe(201);
    const answer = await post(api, "/recordTranscoderJob", jobBody("b"));
    expect([answer.status, answer.headers["retry-after"]]).toEqual([429, "1"]);
    expect(api.books.written).toHaveLength(1);
  });
});

describe("for operators", () => {
  test("/readyz says whether the books can be read, /livez that it answers", async () => {
    await using api = await runApi();
    for (const path of ["/livez", "/readyz", "/healthz"]) {
      expect(await get(api, path)).toMatchObject({ status: 200, json: { status: "ok" } });
    }
    api.books.failure = new Error("gone");
    for (const path of ["/readyz", "/healthz"]) expect((await get(api, path)).status).toBe(503);
    expect((await get(api, "/livez")).status).toBe(200);
  });

  test("/metrics is Prometheus text with a bounded set of labels", async () => {
    await using api = await runApi();
    addWorkers(api);
    await post(api, "/recordTranscoderJob", jobBody("a"));
    await get(api, "/some-path-of-a-stranger");
    const { text, headers } = await get(api, "/metrics");
    expect(headers["content-type"]).toContain("text/plain; version=0.0.4");
    for (const line of [
      'poolsim_api_requests_total{route="/recordTranscoderJob",status="201"} 1',
      'poolsim_api_requests_total{route="other",status="404"} 1',
      'poolsim_api_refusals_total{code="NOT_FOUND"} 1',
      'poolsim_api_writes_total{route="/recordTranscoderJob",outcome="recorded"} 1',
      'poolsim_api_request_duration_seconds_count{route="other"} 1',
      "poolsim_pool_workers_connected 1",
      "poolsim_pool_quarantined 3",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text).not.toContain("stranger");
    for (const line of text.split("\n").filter((one) => one !== "")) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)$/,
      );
    }
  });
});
