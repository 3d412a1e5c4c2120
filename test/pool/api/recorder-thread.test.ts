/** Writing in another thread: requests go on while a disk is slow or somebody else is writing. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { SqliteDatabase } from "../../../src/io/sqlite.js";
import { type RecorderThread, recorderThread } from "../../../src/pool/api/index.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { ENTRY, makeBooks, newFile, serve } from "../../support/books/running-file.js";
import { benchmarkBody, codeOf, get, jobBody, post } from "../../support/servers/running-api.js";

const JOB = "/recordTranscoderJob";
/** Another process that is writing. */
function lock(path: string): SqliteDatabase {
  const other = new SqliteDatabase({ path });
  other.exec("BEGIN IMMEDIATE");
  return other;
}

test("while others write, reads are answered at once and writes wait for their turn", async () => {
  const path = makeBooks();
  const api = await serve(path, { writeWaitMs: 60_000 });
  const other = lock(path);
  const written = post(api, JOB, jobBody("a"));
  for (let index = 0; index < 5; index++) {
    expect((await get(api, "/getTranscodersJobs")).json).toMatchObject({ jobs: [] });
    await sleep(20);
  }
  other.exec("COMMIT");
  other.close();
  expect((await written).status).toBe(201);
  expect((await get(api, "/getTranscodersJobs")).json).toMatchObject({ jobs: [{ profiles: 4 }] });
});

test("writes that wait for too long are a 503 that says when to try again; once is enough", async () => {
  const path = makeBooks();
  const api = await serve(path, { writeWaitMs: 50 });
  const other = lock(path);
  for (const [endpoint, body] of [
    [JOB, jobBody("a")],
    [JOB, jobBody("b")],
    ["/recordBenchmark", benchmarkBody("c", [500])],
    ["/recordBenchmark", benchmarkBody("c", [500])],
  ] as const) {
    const answer = await post(api, endpoint, body);
    expect([answer.status, codeOf(answer)]).toEqual([503, "UNAVAILABLE"]);
    expect(answer.headers["retry-after"]).toBe("1");
  }
  other.exec("COMMIT");
  other.close();
  // `a` was being written then, `b` never was.
  await expect.poll(async () => (await post(api, JOB, jobBody("a"))).status).toBe(200);
  // One that waits longer: how soon they are written depends on the machine.
  const patient = await serve(path);
  expect((await post(patient, JOB, jobBody("b"))).status).toBe(201);
  const decided = await post(patient, "/recordBenchmark", benchmarkBody("c", [500]));
  expect(decided).toMatchObject({ status: 200, json: { admitted: true } });
});

test("books that a later poolsim has brought up to date meanwhile take nothing more: 503", async () => {
  const path = makeBooks();
  const api = await serve(path);
  expect((await post(api, JOB, jobBody("a"))).status).toBe(201);
  const later = new SqliteDatabase({ path });
  later.exec("PRAGMA user_version = 99");
  later.close();
  const answer = await post(api, JOB, jobBody("b"));
  expect([answer.status, codeOf(answer)]).toEqual([503, "UNAVAILABLE"]);
});

test("decisions about benchmarks are kept, and stay the same after a restart", async () => {
  const path = makeBooks();
  const body = benchmarkBody("b", [500]);
  const first = await serve(path);
  const decided = await post(first, "/recordBenchmark", body);
  expect(decided).toMatchObject({ status: 200, json: { admitted: true } });
  const second = await serve(path);
  expect((await post(second, "/recordBenchmark", body)).text).toBe(decided.text);
  expect((await post(second, "/recordBenchmark", benchmarkBody("b", [501]))).status).toBe(409);
});

test("books that are not there, or were never set up, are refused", async () => {
  const missing = newFile();
  expect(() => new SqlitePoolStore({ path: missing, readOnly: true })).toThrow("no database");
  expect(readdirSync(join(missing, ".."))).toEqual([]);
  const empty = newFile();
  new SqlitePoolStore({ path: empty }).close();
  await expect(recorderThread({ path: empty, entry: ENTRY })).rejects.toMatchObject({
    code: "COMMISSION_NONE",
  });
});

test("a thread that dies fails what it was asked, and is started again", async () => {
  const path = newFile();
  const entry = `${path}.mjs`;
  writeFileSync(
    entry,
    `import { existsSync, writeFileSync } from "node:fs";
     import { parentPort, workerData } from "node:worker_threads";
     parentPort.postMessage({ type: "done" });
     parentPort.on("message", ({ type }) => {
       if (type === "close") return parentPort.close();
       if (existsSync(workerData)) return parentPort.postMessage({ type: "recorded", outcomes: [] });
       writeFileSync(workerData, "");
       process.exit(1);
     });`,
  );
  const recorder: RecorderThread = await recorderThread({ path, entry: pathToFileURL(entry) });
  await expect(recorder.record([])).rejects.toMatchObject({ code: "RECORDER_LOST" });
  expect(await recorder.record([])).toEqual([]);
  await recorder.close();
  await expect(recorder.record([])).rejects.toMatchObject({ code: "RECORDER_LOST" });
});
