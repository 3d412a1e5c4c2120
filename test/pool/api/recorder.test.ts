/** The API on real books: what is written is there for readers, to the wei, once. */
import { expect, test } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { recorderOf } from "../../../src/pool/api/index.js";
import { addRates } from "../../../src/pool/books/settings.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import {
  field,
  get,
  HASH,
  jobBody,
  KEY,
  key,
  OTHER,
  post,
  runApi,
  ticketBody,
  WORKER,
} from "../../support/servers/running-api.js";

function openBooks(region: string | null = null): SqlitePoolStore {
  const store = new SqlitePoolStore({ path: ":memory:" });
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region }]);
  return store;
}

test("a job is credited less the commission, once", async () => {
  const store = openBooks();
  await using api = await runApi({ books: store, recorder: recorderOf(store) });
  const body = jobBody("a", { fees: "999999999999999997" });
  for (const status of [201, 200, 200]) {
    expect((await post(api, "/recordTranscoderJob", body)).status).toBe(status);
  }
  const other = jobBody("a", { fees: "999999999999999998" });
  expect((await post(api, "/recordTranscoderJob", other)).status).toBe(409);
  const jobs = await get(api, `/getTranscoderJobs?transcoderAddress=${WORKER}`);
  expect(jobs.json).toMatchObject({
    jobs: [{ faceValue: "999999999999999997", pixels: "69120000", duration: 2, profiles: 4 }],
  });
  const worker = await get(api, `/transcoder?transcoderAddress=${WORKER}`);
  const [row] = Object.values(field(worker.json, "workers") ?? {});
  const status = await get(api, "/status");
  const pending = BigInt(String(field(row, "pendingFees")));
  expect(pending).toBe(749_999_999_999_999_998n);
  expect(BigInt(String(field(status.json, "totalPendingFees")))).toBe(pending);
  expect(BigInt(String(field(status.json, "commission")))).toBe(999_999_999_999_999_997n - pending);
  store.close();
});

test("many writes of two orchestrators at once, some of them twice", async () => {
  const store = openBooks();
  await using api = await runApi({ books: store, recorder: recorderOf(store) });
  const second = key("orch-2");
  api.keys.replace([KEY, second]);
  const writes = Array.from({ length: 60 }, (_, index) =>
    post(api, "/recordTranscoderJob", jobBody(`job-${index % 20}`), {
      key: index % 3 === 0 ? second : KEY,
    }),
  );
  const statuses = (await Promise.all(writes)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(store.events.count());
  expect(statuses.every((status) => status === 200 || status === 201)).toBe(true);
  expect(store.events.count()).toBe(40);
  store.close();
});

test("jobs are those of the last 24 hours, whenever they were written", async () => {
  const store = openBooks();
  await using api = await runApi({ books: store, recorder: recorderOf(store) });
  const at = ["2026-02-28T12:00:00Z", "2026-02-28T11:59:59Z", "2026-03-01T12:00:00Z"];
  for (const [index, time] of [...at, "2025-03-01T12:00:00Z"].entries()) {
    await post(api, "/recordTranscoderJob", { ...jobBody(`job-${index}`), at: time });
  }
  const { json } = await get(api, "/getTranscodersJobs");
  expect(json).toMatchObject({
    jobs: [{ createdAt: "2026-03-01T12:00:00.000Z" }, { createdAt: "2026-02-28T12:00:00.000Z" }],
    next: null,
  });
  api.clock.nowMs += 2 * 86_400_000;
  expect((await get(api, "/getTranscodersJobs")).json).toMatchObject({ jobs: [] });
  expect(store.jobs.list()).toHaveLength(4);
  store.close();
});

test("pages end where the books begin", async () => {
  const store = openBooks();
  await using api = await runApi({ books: store, recorder: recorderOf(store) });
  for (const id of ["a", "b"]) await post(api, "/recordTranscoderJob", jobBody(id));
  const path = "/getTranscodersJobs?limit=1";
  let [pages, jobs] = [0, 0];
  for (let next: unknown; next !== null; pages++) {
    const answer = await get(api, typeof next === "number" ? `${path}&before=${next}` : path);
    expect(answer.status).toBe(200);
    jobs += Object.values(field(answer.json, "jobs") ?? {}).length;
    next = field(answer.json, "next");
  }
  expect([pages, jobs]).toEqual([3, 2]);
  store.close();
});

test("rewards say what is owed besides, of all and of one", async () => {
  const store = openBooks();
  await using api = await runApi({ books: store, recorder: recorderOf(store) });
  await post(api, "/recordTranscoderJob", jobBody("a", { fees: 400 }));
  await post(api, "/recordTranscoderJob", jobBody("b", { fees: 40, transcoder: OTHER }));
  expect((await get(api, "/getRewards")).json).toMatchObject({ rewards: [], pendingFees: "330" });
  const own = await get(api, `/getTranscoderRewards?transcoderAddress=${OTHER}`);
  expect(own.json).toMatchObject({ rewards: [], pendingFees: "30" });
  store.close();
});

test("tickets are won and claimed", async () => {
  const store = openBooks();
  await using api = await runApi({ books: store, recorder: recorderOf(store) });
  expect((await post(api, "/recordWinningTicket", ticketBody("t"))).status).toBe(201);
  const claimed = ticketBody("t2", { paymentStatus: "Claimed", txHash: HASH });
  expect((await post(api, "/recordWinningTicket", claimed)).status).toBe(201);
  expect(store.tickets.list()).toMatchObject([
    { state: "redeemed", faceValueWei: 180_000_000_000_000_000n, txHash: HASH },
  ]);
  store.close();
});

test("a job that the books cannot price is the writer's mistake, and keeps nobody back", async () => {
  const store = openBooks("eu");
  await using api = await runApi({ books: store, recorder: recorderOf(store) });
  const [bad, good] = await Promise.all([
    post(api, "/recordTranscoderJob", jobBody("a", { region: "mars" })),
    post(api, "/recordTranscoderJob", jobBody("b", { region: "eu" })),
  ]);
  expect(bad).toMatchObject({ status: 400, json: { error: { code: "BAD_REQUEST" } } });
  expect(bad.text).toContain("mars");
  expect(good.status).toBe(201);
  expect(store.events.count()).toBe(1);
  store.close();
});

test("books without a commission are not served", () => {
  const store = new SqlitePoolStore({ path: ":memory:" });
  expect(() => recorderOf(store)).toThrow("no commission");
  store.close();
});
