/** Writes that come in the same turn share a transaction; a bad one fails alone. */
import { describe, expect, test } from "vitest";
import { InputError, RemoteError } from "../../../src/core/errors.js";
import type { ApiWrite, WriteOutcome } from "../../../src/pool/api/books.js";
import { jobEvent, jobRequest } from "../../../src/pool/api/requests.js";
import { WriteQueue } from "../../../src/pool/api/write-queue.js";
import { jobBody, NOW_MS } from "../../support/servers/running-api.js";

function write(id: string): ApiWrite {
  const request = jobRequest.parse(jobBody(id));
  return { source: "s", event: jobEvent(request, { nowMs: NOW_MS, region: "r", isPerJob: true }) };
}

function queueOf(record: (writes: readonly ApiWrite[]) => WriteOutcome[]): WriteQueue {
  return new WriteQueue({ recorder: { record: async (writes) => record(writes) } });
}

describe("WriteQueue", () => {
  test("records all that came in one transaction, each with its outcome", async () => {
    const batches: number[] = [];
    const queue = queueOf((writes) => {
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
    const queue = queueOf((writes) => {
      batches.push(writes.length);
      return writes.map(() => "recorded");
    });
    await Promise.all(Array.from({ length: 600 }, (_, index) => queue.add(write(`${index}`))));
    expect(batches).toEqual([256, 256, 88]);
  });

  test("when one of them is to blame, each is tried by itself", async () => {
    const queue = queueOf((writes) => {
      if (writes.some(({ event }) => event.identity.id === "bad"))
        throw new InputError("bad", { code: "COMMISSION_NONE" });
      return writes.map(() => "recorded");
    });
    const settled = await Promise.allSettled(["a", "bad", "c"].map((id) => queue.add(write(id))));
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  test("when the books cannot be written, nothing is tried again by itself", async () => {
    let asked = 0;
    const queue = queueOf(() => {
      asked++;
      throw new RemoteError("locked", { code: "SQLITE_BUSY" });
    });
    const settled = await Promise.allSettled(["a", "b", "c"].map((id) => queue.add(write(id))));
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(asked).toBe(1);
  });

  test("one transaction at a time; what comes meanwhile is the next", async () => {
    const batches: number[] = [];
    const ends: (() => void)[] = [];
    const record = async (writes: readonly ApiWrite[]): Promise<WriteOutcome[]> => {
      batches.push(writes.length);
      await new Promise<void>((resolve) => ends.push(resolve));
      return writes.map(() => "recorded");
    };
    const queue = new WriteQueue({ recorder: { record } });
    const first = queue.add(write("a"));
    await expect.poll(() => batches).toEqual([1]);
    const others = ["b", "c"].map((id) => queue.add(write(id)));
    expect(queue.length).toBe(2);
    ends.shift()?.();
    expect(await first).toBe("recorded");
    await expect.poll(() => batches).toEqual([1, 2]);
    ends.shift()?.();
    expect(await Promise.all(others)).toEqual(["recorded", "recorded"]);
  });

  test("what waited for too long is refused and never written", async () => {
    const ids: string[] = [];
    const ends: (() => void)[] = [];
    const record = async (writes: readonly ApiWrite[]): Promise<WriteOutcome[]> => {
      ids.push(...writes.map(({ event }) => event.identity.id));
      await new Promise<void>((resolve) => ends.push(resolve));
      return writes.map(() => "recorded");
    };
    const queue = new WriteQueue({ recorder: { record }, waitLimitMs: 30 });
    const settled = Promise.allSettled([queue.add(write("a")), queue.add(write("b"))]);
    await expect.poll(() => ids).toEqual(["a", "b"]);
    const late = queue.add(write("c"));
    await expect(late).rejects.toMatchObject({ status: 503, retryAfterS: 1 });
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(queue.length).toBe(0);
    ends.shift()?.();
    const next = queue.add(write("d")).catch(() => "late");
    await expect.poll(() => ids).toEqual(["a", "b", "d"]);
    ends.shift()?.();
    await next;
  });

  test("refuses when too many wait", async () => {
    const queue = queueOf((writes) => writes.map(() => "recorded"));
    const waiting = Array.from({ length: 4_096 }, (_, index) => queue.add(write(`${index}`)));
    await expect(queue.add(write("one-more"))).rejects.toMatchObject({ status: 503 });
    expect(await Promise.all(waiting)).toHaveLength(4_096);
  });
});
