/**
 * Requests that are malformed, oversized, replayed or mis-signed, on books in a file: the right
 * status for each, no crash, no write. `npm run test:hostile` is the long form, and says how often
 * it got which status.
 */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { childK0, childK1, makeKey, uniform } from "../../../src/core/random.js";
import { SqliteDatabase, type SqlRow } from "../../../src/io/sqlite.js";
import { makeBooks, serve } from "../../support/books/running-file.js";
import {
  benchmarkBody,
  codeOf,
  get,
  jobBody,
  KEY,
  key,
  type PostOptions,
  post,
  ticketBody,
} from "../../support/servers/running-api.js";

const COUNT = Number(process.env["POOLSIM_HOSTILE"] ?? 600);
const AT_ONCE = 20;
const JOB = "/recordTranscoderJob";

interface Attack {
  readonly statuses: readonly number[];
  readonly body: unknown;
  readonly options?: PostOptions;
  readonly path?: string;
}

/** Deterministic: the same number makes the same attack. */
function attack(number: number, nowMs: number, draw: (purpose: number) => number): Attack {
  const good = JSON.stringify(jobBody(`attack-${number}`));
  const cut = Math.floor(draw(1) * good.length);
  switch (Math.floor(draw(0) * 22)) {
    case 0:
      return { statuses: [400], body: good.slice(0, cut) };
    case 1: {
      const at = good.indexOf('"jobDetails"') + Math.floor(draw(1) * 10);
      return { statuses: [400], body: `${good.slice(0, at)}\u0000${good.slice(at)}` };
    }
    case 2:
      return { statuses: [413], body: "x".repeat(16_385 + Math.floor(draw(1) * 50_000)) };
    case 3:
      return { statuses: [401], body: good, options: { nonce: "used-before-used-before" } };
    case 4:
      return { statuses: [401], body: good, options: { signature: hex(draw) } };
    case 5:
      return { statuses: [401], body: good, options: { key: key(`stranger-${number}`) } };
    case 6: {
      const offMs = 300_001 + Math.floor(draw(1) * 1e9);
      return { statuses: [401], body: good, options: { timestamp: String(nowMs - offMs) } };
    }
    case 7:
      return { statuses: [401], body: good, options: { without: ["x-pool-signature"] } };
    case 8:
      return { statuses: [415], body: good, options: { contentType: "text/plain" } };
    case 9:
      return { statuses: [400], body: jobBody(`a-${number}`, { pixels: -draw(1) * 1e9 - 1 }) };
    case 10:
      return { statuses: [400], body: jobBody(`a-${number}`, { transcoder: hex(draw) }) };
    case 11:
      return { statuses: [404], body: good, path: `/record${number}` };
    case 12:
      return { statuses: [401], body: good, options: { sentBody: good.replace("4", "5") } };
    case 13: {
      const headers = { "content-encoding": "gzip" };
      return { statuses: [415], body: gzipSync(Buffer.alloc(1_000_000)), options: { headers } };
    }
    case 14:
      return { statuses: [409], body: jobBody("first", { pixels: Math.floor(draw(1) * 1e9) }) };
    case 15:
      return { statuses: [401], body: good, options: { nonce: "n".repeat(65 + cut) } };
    case 16:
      return { statuses: [400], body: good, path: `${JOB}?id=${number}` };
    case 17: {
      const body = ticketBody(`t-${number}`, { paymentStatus: "Claimed", txHash: hex(draw) });
      return { statuses: [400], body, path: "/recordWinningTicket" };
    }
    case 18: {
      const body = benchmarkBody(`b-${number}`, [500], { maxSessions: -draw(1) });
      return { statuses: [400], body, path: "/recordBenchmark" };
    }
    case 19: {
      const timestamp = String(nowMs + 300_001 + Math.floor(draw(1) * 1e9));
      return { statuses: [401], body: good, options: { timestamp } };
    }
    case 20:
      return { statuses: [405], body: good, path: "/getTranscodersJobs" };
    default:
      return { statuses: [400], body: `${'{"a":'.repeat(500)}1${"}".repeat(500)}` };
  }
}

function hex(draw: (purpose: number) => number): string {
  return Array.from({ length: 64 }, (_, index) =>
    Math.floor(draw(10 + index) * 16).toString(16),
  ).join("");
}

/** How many rows each table has, and whether anybody has committed anything since. */
class Watcher {
  readonly #database: SqliteDatabase;

  constructor(path: string) {
    this.#database = new SqliteDatabase({ path, readOnly: true });
  }

  look(): readonly SqlRow[] {
    const tables = this.#database.all("SELECT name FROM sqlite_master WHERE type = 'table'");
    return [
      ...this.#database.all("PRAGMA data_version"),
      ...tables.flatMap(({ name }) =>
        this.#database.all(`SELECT '${name}' AS name, count(*) AS rows FROM "${name}"`),
      ),
    ];
  }
}

test(`${COUNT} hostile requests: right statuses, no crash, no write`, async () => {
  const path = makeBooks();
  const api = await serve(path, { writeLimit: { perSecond: 1e6, burst: 1e6 } });
  const root = makeKey(20_260_301);
  const first = await post(api, JOB, jobBody("first"), { nonce: "used-before-used-before" });
  expect(first.status).toBe(201);
  const watcher = new Watcher(path);
  const before = watcher.look();
  expect(before).toContainEqual({ name: "events", rows: 1n });
  const wrong: string[] = [];
  const counts = new Map<number, number>();
  const one = async (number: number): Promise<void> => {
    const [k0, k1] = [childK0(root, number), childK1(root, number)];
    const {
      statuses,
      body,
      options,
      path = JOB,
    } = attack(number, api.clock.nowMs, (purpose) => uniform(k0, k1, purpose));
    const { status, text, json } = await post(api, path, body, { key: KEY, ...options });
    counts.set(status, (counts.get(status) ?? 0) + 1);
    const isClear = json !== null && text.length < 1_000 && !/\bat .+:\d+:\d+/.test(text);
    if (!statuses.includes(status) || !isClear) wrong.push(`${number}: ${status} ${text}`);
  };
  for (let from = 0; from < COUNT; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, COUNT - from) }, (_, i) => from + i);
    await Promise.all(numbers.map(one));
  }
  expect(wrong).toEqual([]);
  expect([...counts.keys()].sort()).toEqual([400, 401, 404, 405, 409, 413, 415]);
  if (COUNT > 1_000) {
    process.stdout.write(`statuses: ${JSON.stringify(Object.fromEntries([...counts].sort()))}\n`);
  }
  expect(watcher.look()).toEqual(before);
  // And the server still writes.
  expect(codeOf(await post(api, JOB, jobBody("first")))).toBeUndefined();
  expect((await post(api, JOB, jobBody("last"))).status).toBe(201);
  expect(watcher.look()).not.toEqual(before);
  expect(api.log.every(({ level }) => level !== "error")).toBe(true);
  expect((await get(api, "/healthz")).status).toBe(200);
});
