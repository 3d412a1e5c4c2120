/** Who may write: signatures, time, replay, and keys that follow one another. */
import { describe, expect, test } from "vitest";
import { HEADERS, parseKeys } from "../../../src/pool/api/index.js";
import { NonceCache } from "../../../src/pool/api/nonces.js";
import {
  codeOf,
  jobBody,
  KEY,
  key,
  NOW_MS,
  post,
  runApi,
} from "../../support/servers/running-api.js";

const JOB = "/recordTranscoderJob";

describe("signatures", () => {
  test.each(Object.values(HEADERS))("a write without %s is refused", async (name) => {
    await using api = await runApi();
    const answer = await post(api, JOB, jobBody("a"), { without: [name] });
    expect([answer.status, codeOf(answer)]).toEqual([401, "UNSIGNED"]);
    expect(api.books.written).toEqual([]);
  });

  test.each([
    ["another key", { key: key("stranger") }, "UNKNOWN_KEY"],
    ["another secret", { key: key("orch-1", { secret: Buffer.alloc(32) }) }, "BAD_SIGNATURE"],
    ["another body", { sentBody: JSON.stringify(jobBody("b")) }, "BAD_SIGNATURE"],
    ["zeros", { signature: "0".repeat(64) }, "BAD_SIGNATURE"],
    ["upper case", { signature: "A".repeat(64) }, "UNSIGNED"],
    ["a short nonce", { nonce: "short" }, "UNSIGNED"],
    ["a time that is none", { timestamp: "now" }, "UNSIGNED"],
    ["an old time", { timestamp: String(NOW_MS - 300_001) }, "STALE"],
    ["a time to come", { timestamp: String(NOW_MS + 300_001) }, "STALE"],
  ])("%s is refused", async (_, options, code) => {
    await using api = await runApi();
    const answer = await post(api, JOB, jobBody("a"), options);
    expect([answer.status, codeOf(answer)]).toEqual([401, code]);
    expect(api.books.written).toEqual([]);
  });

  test("a signature for one endpoint is none for another", async () => {
    await using api = await runApi();
    const query = await post(api, `${JOB}?a=1`, jobBody("a"));
    expect([query.status, codeOf(query)]).toEqual([400, "BAD_REQUEST"]);
    expect(api.books.written).toEqual([]);
  });
});

describe("replay", () => {
  test.each([-300_000, 300_000])("a timestamp %d ms from now still counts", async (offMs) => {
    await using api = await runApi();
    const timestamp = String(NOW_MS + offMs);
    expect((await post(api, JOB, jobBody("a"), { timestamp })).status).toBe(201);
  });

  test("of the same request many times at once, one counts", async () => {
    await using api = await runApi();
    const nonce = "nonce-nonce-nonce-1";
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(api, JOB, jobBody("a"), { nonce })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(401)]);
    expect(api.books.written).toHaveLength(1);
  });

  test("a nonce counts for its key only", async () => {
    await using api = await runApi();
    const other = key("orch-2");
    api.keys.replace([KEY, other]);
    const nonce = "nonce-nonce-nonce-1";
    expect((await post(api, JOB, jobBody("a"), { nonce })).status).toBe(201);
    expect((await post(api, JOB, jobBody("a"), { nonce, key: other })).status).toBe(201);
  });

  test("a source beyond its limit leaves the memory of nonces to others", async () => {
    const writeLimit = { perSecond: 1, burst: 1 };
    await using api = await runApi({ noncesMax: 2, writeLimit });
    const other = key("orch-2");
    api.keys.replace([KEY, other]);
    const statuses: number[] = [];
    for (const id of ["a", "b", "c"]) statuses.push((await post(api, JOB, jobBody(id))).status);
    expect(statuses).toEqual([201, 429, 429]);
    expect((await post(api, JOB, jobBody("a"), { key: other })).status).toBe(201);
  });

  test("a full memory refuses, and forgets nothing that still counts", async () => {
    await using api = await runApi({ noncesMax: 1 });
    const nonce = "nonce-nonce-nonce-1";
    expect((await post(api, JOB, jobBody("a"), { nonce })).status).toBe(201);
    expect((await post(api, JOB, jobBody("b"))).status).toBe(503);
    expect(codeOf(await post(api, JOB, jobBody("a"), { nonce }))).toBe("REPLAYED");
    api.clock.nowMs += 600_000;
    expect((await post(api, JOB, jobBody("b"))).status).toBe(201);
    expect(api.books.written).toHaveLength(2);
  });

  test("the same request again is refused, also at the end of its window", async () => {
    await using api = await runApi();
    const options = { nonce: "nonce-nonce-nonce-1", timestamp: String(NOW_MS + 299_000) };
    expect((await post(api, JOB, jobBody("a"), options)).status).toBe(201);
    for (const laterMs of [0, 300_000, 598_000]) {
      api.clock.nowMs = NOW_MS + laterMs;
      const answer = await post(api, JOB, jobBody("a"), options);
      expect([answer.status, codeOf(answer)]).toEqual([401, "REPLAYED"]);
    }
    expect(api.books.written).toHaveLength(1);
  });

  test("a request with a wrong signature does not use up its nonce", async () => {
    await using api = await runApi();
    const nonce = "nonce-nonce-nonce-1";
    const forged = await post(api, JOB, jobBody("a"), { nonce, signature: "0".repeat(64) });
    expect(forged.status).toBe(401);
    expect((await post(api, JOB, jobBody("a"), { nonce })).status).toBe(201);
  });

  test("when no more nonces can be remembered, writes wait", async () => {
    await using api = await runApi({ noncesMax: 2 });
    expect((await post(api, JOB, jobBody("a"))).status).toBe(201);
    expect((await post(api, JOB, jobBody("b"))).status).toBe(201);
    const answer = await post(api, JOB, jobBody("c"));
    expect([answer.status, codeOf(answer)]).toEqual([503, "UNAVAILABLE"]);
    expect(answer.headers["retry-after"]).toBe("5");
  });

  test("nonces are remembered for their window and forgotten after two", () => {
    const cache = new NonceCache(100, 10);
    expect(cache.add("a", 99)).toBe("new");
    expect(cache.add("b", 150)).toBe("new");
    expect(cache.add("b", 249)).toBe("seen");
    expect(cache.add("a", 198)).toBe("seen");
    expect(cache.add("c", 500)).toBe("new");
    expect(cache.size).toBe(1);
    expect(cache.add("a", 500)).toBe("new");
  });
});

describe("keys", () => {
  test("a new key counts before the old one ends, which then counts no more", async () => {
    await using api = await runApi();
    const old = key("old", { source: "orch", notAfterMs: NOW_MS + 1_000 });
    const next = key("next", { source: "orch", notBeforeMs: NOW_MS });
    api.keys.replace([old, next]);
    expect((await post(api, JOB, jobBody("a"), { key: old })).status).toBe(201);
    expect((await post(api, JOB, jobBody("b"), { key: next })).status).toBe(201);
    api.clock.nowMs = NOW_MS + 1_000;
    expect(codeOf(await post(api, JOB, jobBody("c"), { key: old }))).toBe("UNKNOWN_KEY");
    expect(codeOf(await post(api, JOB, jobBody("c"), { key: KEY }))).toBe("UNKNOWN_KEY");
    expect((await post(api, JOB, jobBody("c"), { key: next })).status).toBe(201);
  });

  test("one that is taken away while its requests are under way answers those", async () => {
    await using api = await runApi();
    const writes = Array.from({ length: 20 }, (_, index) => post(api, JOB, jobBody(`${index}`)));
    await Promise.race(writes);
    api.keys.replace([key("next", { source: KEY.source })]);
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect(statuses.every((status) => status === 201 || status === 401)).toBe(true);
    expect(statuses.filter((status) => status === 201)).toHaveLength(api.books.written.length);
    expect(codeOf(await post(api, JOB, jobBody("a")))).toBe("UNKNOWN_KEY");
  });

  test("are read from a file", () => {
    const secret = "ab".repeat(32);
    const notBefore = "2026-01-01T00:00:00Z";
    const text = JSON.stringify({
      keys: [
        { id: "k", secret },
        { id: "l", source: "o", secret, notBefore },
      ],
    });
    expect(parseKeys(text)).toMatchObject([
      { id: "k", source: "k", notBeforeMs: 0, notAfterMs: Number.POSITIVE_INFINITY },
      { id: "l", source: "o", notBeforeMs: Date.parse(notBefore) },
    ]);
  });

  test.each([
    ["not JSON", "{secret", "not JSON"],
    ["no keys", '{"keys":[]}', "keys"],
    ["a short secret", `{"keys":[{"id":"k","secret":"${"5e".repeat(31)}"}]}`, "31 bytes"],
    ["no hex", `{"keys":[{"id":"k","secret":"${"5x".repeat(32)}"}]}`, "hex"],
    [
      "an id twice",
      `{"keys":[{"id":"k","secret":"${"5e".repeat(32)}"},{"id":"k","secret":"${"5e".repeat(32)}"}]}`,
      "twice",
    ],
  ])("%s is refused without telling it", (_, text, why) => {
    expect(() => parseKeys(text)).toThrow(why);
    expect(() => parseKeys(text)).not.toThrow(/5e5e|5x5x|secret$/);
  });
});
