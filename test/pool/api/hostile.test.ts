/**
 * Requests that are malformed, oversized, replayed or mis-signed: the right status for each, no
 * crash, no write. `npm run test:hostile` is the long form.
 */
import { expect, test } from "vitest";
import { childK0, childK1, makeKey, uniform } from "../../../src/core/random.js";
import { get, jobBody, KEY, key, type PostOptions, post, runApi } from "./running-api.js";

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
  switch (Math.floor(draw(0) * 14)) {
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
    default:
      return { statuses: [400], body: `${'{"a":'.repeat(500)}1${"}".repeat(500)}` };
  }
}

function hex(draw: (purpose: number) => number): string {
  return Array.from({ length: 64 }, (_, index) =>
    Math.floor(draw(10 + index) * 16).toString(16),
  ).join("");
}

test(`${COUNT} hostile requests: right statuses, no crash, no write`, async () => {
  await using api = await runApi({ writeLimit: { perSecond: 1e6, burst: 1e6 } });
  const root = makeKey(20_260_301);
  const first = await post(api, JOB, jobBody("first"), { nonce: "used-before-used-before" });
  expect(first.status).toBe(201);
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
  expect([...counts.keys()].sort()).toEqual([400, 401, 404, 413, 415]);
  expect(api.books.written).toHaveLength(1);
  expect(api.log.every(({ level }) => level !== "error")).toBe(true);
  expect((await get(api, "/healthz")).status).toBe(200);
}, 600_000);
