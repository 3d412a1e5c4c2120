/** Writes that come in the same turn share a transaction; a bad one fails alone. */
import { describe, expect, test } from "vitest";
import type { ApiWrite } from "../../../src/pool/api/books.js";
import { jobEvent, jobRequest } from "../../../src/pool/api/requests.js";
import { WriteQueue } from "../../../src/pool/api/write-queue.js";
import { jobBody, NOW_MS } from "./running-api.js";

function write(id: string): ApiWrite {
  const request = jobRequest.parse(jobBody(id));
  return { source: "s", event: jobEvent(request, { nowMs: NOW_MS, region: "r" }) };
}

describe("WriteQueue", () => {
  test("records all that came in one transaction, each with its outcome", async () => {
    const batches: number[] = [];
    const queue = new WriteQueue((writes) => {
      batches.push(writes.length);
      return writes.map(({ event }) => (event.identity.id === "b" ? "conflict" : "recorded"));
    });
    const outcomes = await Promise.all(["a", "b", "c"].map((id) => queue.add(write(id))));
    expect(outcomes).toEqual(["recorded", "conflict", "recorded"]);
    expect(batches).toEqual([3]);
    expect(queue.length).toBe(0);
  });

  test("splits what is too much for one", async () => {
    const batches: number[] = [];
    const queue = new WriteQueue((writes) => {
      batches.push(writes.length);
      return writes.map(() => "recorded");
    });
    await Promise.all(Array.from({ length: 600 }, (_, index) => queue.add(write(`${index}`))));
    expect(batches).toEqual([256, 256, 88]);
  });

  test("when a transaction fails, each is tried by itself", async () => {
    const queue = new WriteQueue((writes) => {
      if (writes.some(({ event }) => event.identity.id === "bad")) throw new Error("bad");
      return writes.map(() => "recorded");
    });
    const settled = await Promise.allSettled(["a", "bad", "c"].map((id) => queue.add(write(id))));
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  test("refuses when too many wait", async () => {
    const queue = new WriteQueue((writes) => writes.map(() => "recorded"));
    const waiting = Array.from({ length: 4_096 }, (_, index) => queue.add(write(`${index}`)));
    await expect(queue.add(write("one-more"))).rejects.toMatchObject({ status: 503 });
    expect(await Promise.all(waiting)).toHaveLength(4_096);
  });
});
