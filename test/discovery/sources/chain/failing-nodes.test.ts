import { getAddress } from "ethers";
import { describe, expect, it } from "vitest";
import { orchestrator } from "../../../support/chain/livepeer-chain.js";
import { active, indices, known, upTo, useChain } from "../../../support/chain/on-chain-setup.js";
import {
  answerError,
  blocksOf,
  hasSelector,
  startRpcProxy,
} from "../../../support/chain/rpc-proxy.js";

const { chain, open } = useChain();

describe("nodes that fail", () => {
  const fast = { backoffMs: 1 };

  it("429: waits as told and tries again", async () => {
    await chain().register(5);
    const proxy = await startRpcProxy(chain().url);
    const refused = new Set<string>();
    proxy.intercept = (calls, response) => {
      const body = JSON.stringify(calls);
      if (refused.has(body)) return false;
      refused.add(body);
      response.writeHead(429, { "retry-after": "0" });
      response.end("slow down");
      return true;
    };
    const source = open({ ethUrl: proxy.url, batching: "jsonRpc", rpc: { ...fast, batchSize: 2 } });
    expect(indices(await source.list())).toEqual([1, 2, 3, 4, 5]);
    expect(refused.size).toBeGreaterThan(5);
  });

  it("402 and other refusals: what the provider says to people is shown", async () => {
    const proxy = await startRpcProxy(chain().url);
    const bodies = [
      ['{"message":"your plan has ended; see example.org/billing"}', "your plan has ended; see"],
      ['{"error":{"message":"payment required"}}', "payment required"],
      ['{"error":"no credits"}', "no credits"],
      ["[1]", "[1]"],
      ["Payment Required", "Payment Required"],
    ] as const;
    for (const [body, words] of bodies) {
      proxy.intercept = (_, response) => {
        response.writeHead(402, { "content-type": "application/json" });
        response.end(body);
        return true;
      };
      await expect(open({ ethUrl: proxy.url, rpc: fast }).list()).rejects.toMatchObject({
        message: expect.stringContaining(words),
      });
    }
  });

  it("429 and worse without end: fails with its code, or tells that the list is old", async () => {
    await chain().register(1);
    const proxy = await startRpcProxy(chain().url);
    const limit = { ...fast, attempts: 3 };
    const source = open({ ethUrl: proxy.url, rpc: limit });
    const known = await source.list();
    const failures = [
      [429, "", "CHAIN_RATE_LIMITED"],
      [503, "", "CHAIN_UNAVAILABLE"],
      [403, "no", "CHAIN_TRANSPORT"],
      [200, "<html>", "CHAIN_TRANSPORT"],
      [200, "{}", "CHAIN_TRANSPORT"],
    ] as const;
    for (const [status, body, code] of failures) {
      proxy.intercept = (_, response) => {
        response.writeHead(status);
        response.end(body);
        return true;
      };
      await expect(open({ ethUrl: proxy.url, rpc: limit }).list()).rejects.toMatchObject({ code });
      const listing = await source.list();
      expect(listing.endpoints).toEqual(known.endpoints);
      expect(listing.staleBecause).toMatchObject({ code });
    }
    proxy.intercept = (calls, response) =>
      answerError(calls, response, { code: -32005, message: "limit exceeded" });
    await expect(source.sync()).rejects.toMatchObject({ code: "CHAIN_RATE_LIMITED" });
    await expect(open({ ethUrl: "http://127.0.0.1:1", rpc: limit }).list()).rejects.toMatchObject({
      code: "CHAIN_UNAVAILABLE",
    });
  });

  it("limits on ranges of logs: splits them", async () => {
    await chain().register(2);
    const proxy = await startRpcProxy(chain().url);
    const source = open({ ethUrl: proxy.url });
    await source.list();
    await chain().mine(700);
    await chain().send("BondingManager", "deactivate", orchestrator(1), 1n);
    proxy.intercept = (calls, response) =>
      calls.some(
        ({ method, params: [filter] }) => method === "eth_getLogs" && blocksOf(filter) > 100,
      ) &&
      answerError(calls, response, {
        code: -32005,
        message: "query returned more than 10000 results",
      });
    expect(await source.sync()).toMatchObject({ wholePool: false, events: 1 });
    expect(indices(await source.list())).toEqual([2]);
    // An error for whatever range is not taken for a limit for ever.
    await chain().mine(700);
    proxy.intercept = (calls, response) =>
      calls.some(({ method }) => method === "eth_getLogs") &&
      answerError(calls, response, { code: -32000, message: "no logs today" });
    const before = proxy.requests.length;
    await expect(source.sync()).rejects.toMatchObject({ code: "CHAIN_RPC" });
    expect(proxy.requests.length - before).toBeLessThan(20);
  });

  it("what no range changes is not asked again by halves", async () => {
    await chain().register(1);
    const proxy = await startRpcProxy(chain().url);
    const source = open({ ethUrl: proxy.url, rpc: fast });
    await source.list();
    await chain().mine(700);
    const asked = () => proxy.requests.filter(([call]) => call?.method === "eth_getLogs").length;
    for (const [status, code] of [
      [401, 0],
      [403, 0],
      [200, -32601],
    ] as const) {
      proxy.intercept = (calls, response) => {
        if (calls[0]?.method !== "eth_getLogs") return false;
        if (status === 200)
          return answerError(calls, response, { code, message: "no such method" });
        response.writeHead(status).end("your key is not welcome");
        return true;
      };
      const before = asked();
      const words = status === 200 ? "no such method" : "your key is not welcome";
      await expect(source.sync()).rejects.toThrow(words);
      expect(asked() - before).toBe(1);
    }
  });

  it.each([
    ["an error of its own", 200],
    ["a gateway time-out", 504],
    ["a bad gateway", 502],
    ["a rate limit", 429],
    ["nothing that is JSON", 201],
  ])("%s for any range: at most 40 requests, and its words", async (_, status) => {
    await chain().register(1);
    const proxy = await startRpcProxy(chain().url);
    // Three ranges at once.
    const source = open({ ethUrl: proxy.url, rpc: { ...fast, maxLogRange: 300 } });
    await source.list();
    await chain().mine(850);
    proxy.intercept = (calls, response) => {
      if (calls[0]?.method !== "eth_getLogs") return false;
      const error = { code: -32000, message: "words of its own" };
      if (status === 200) return answerError(calls, response, error);
      response.writeHead(status).end("words of its own");
      return true;
    };
    const outcome = await source.sync().catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome.message).toContain("words of its own");
    // Too dear to be found out: the whole pool tells the same.
    else expect(outcome).toMatchObject({ wholePool: true });
    const asked = proxy.requests.filter(([call]) => call?.method === "eth_getLogs");
    expect(asked.length).toBeLessThanOrEqual(40);
    expect(asked.length).toBeGreaterThan(5);
  });

  it("events of one block at a time: the whole pool is read instead", async () => {
    await chain().register(2);
    const proxy = await startRpcProxy(chain().url);
    const source = open({ ethUrl: proxy.url, rpc: fast });
    await source.list();
    await chain().send("BondingManager", "deactivate", orchestrator(1), 1n);
    await chain().mine(300);
    proxy.intercept = (calls, response) =>
      calls.some(
        ({ method, params: [filter] }) => method === "eth_getLogs" && blocksOf(filter) > 1,
      ) && answerError(calls, response, { code: -32600, message: "block range is too wide" });
    expect(await source.sync()).toMatchObject({ wholePool: true });
    expect(indices(await source.list())).toEqual([2]);
  });

  it("an overloaded node is not asked member by member, nor one by one", async () => {
    await chain().register(30);
    const proxy = await startRpcProxy(chain().url);
    proxy.intercept = (calls, response) =>
      calls.some(({ method }) => method === "eth_call") &&
      answerError(calls, response, { code: -32000, message: "the node is overloaded" });
    const rpc = { ...fast, attempts: 3 };
    for (const poolWalk of ["auto", "oneCall"] as const) {
      const before = proxy.requests.length;
      await expect(open({ ethUrl: proxy.url, rpc, poolWalk }).list()).rejects.toMatchObject({
        code: "CHAIN_UNAVAILABLE",
        message: expect.stringContaining("the node is overloaded"),
      });
      expect(proxy.requests.length - before).toBeLessThan(30);
    }
  });

  it("a batch of which the node answers some: only the others are asked again", async () => {
    await chain().register(20);
    const proxy = await startRpcProxy(chain().url);
    const answered = new Set<string>();
    const repeated: string[] = [];
    proxy.intercept = (calls, response) => {
      if (calls.length < 6) return false;
      const error = { code: -32029, message: "Too Many Requests" };
      // It takes five at a time, and refuses the others one by one.
      void fetch(chain().url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(calls.slice(0, 5)),
      }).then(async (answer) => {
        const good: unknown = await answer.json();
        for (const { method, params } of calls.slice(0, 5)) {
          const text = JSON.stringify([method, params]);
          if (answered.has(text)) repeated.push(text);
          answered.add(text);
        }
        const bad = calls.slice(5).map(({ id }) => ({ jsonrpc: "2.0", id, error }));
        response.end(JSON.stringify([good, bad].flat()));
      });
      return true;
    };
    const source = open({ ethUrl: proxy.url, batching: "jsonRpc", rpc: { ...fast, attempts: 3 } });
    expect(known(await source.list())).toEqual(upTo(20).map(active));
    expect(repeated).toEqual([]);
  });

  it("no batches: asks singly, so many at once as allowed", async () => {
    await chain().register(10);
    const proxy = await startRpcProxy(chain().url);
    proxy.latencyMs = 20;
    proxy.intercept = (calls, response) => {
      if (calls.length === 1) return false;
      response.writeHead(400);
      response.end("batches are not supported");
      return true;
    };
    const rpc = { ...fast, concurrency: 3 };
    const source = open({ ethUrl: proxy.url, batching: "jsonRpc", rpc });
    expect(known(await source.list())).toEqual(upTo(10).map(active));
    expect(proxy.mostAtOnce).toBe(3);
    expect(proxy.requests.filter((calls) => calls.length > 1).length).toBeLessThanOrEqual(2);
  });

  it("a node that never answers: the signal, the limit or the end of the source end it", async () => {
    const proxy = await startRpcProxy(chain().url);
    proxy.intercept = () => true;
    const source = open({ ethUrl: proxy.url });
    const signal = AbortSignal.timeout(30);
    await expect(source.list({ signal })).rejects.toMatchObject({ name: "TimeoutError" });
    await expect(open({ ethUrl: proxy.url, rpc: { timeoutMs: 50 } }).list()).rejects.toMatchObject({
      code: "CHAIN_TIMEOUT",
    });
    const pending = expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
    await source.close();
    await pending;
    await expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
  });

  it("an endless answer is cut off", async () => {
    const proxy = await startRpcProxy(chain().url);
    proxy.intercept = (_, response) => {
      const send = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20))) {}
        if (!response.destroyed) response.once("drain", send);
      };
      send();
      return true;
    };
    await expect(
      open({ ethUrl: proxy.url, rpc: { maxBytes: 1_000_000 } }).list(),
    ).rejects.toMatchObject({ code: "CHAIN_TOO_LARGE" });
  });

  it("a chain that changes at every question is told from one that fails", async () => {
    await chain().register(1);
    const proxy = await startRpcProxy(chain().url);
    let asked = 0;
    const number = await chain().rpc("eth_blockNumber");
    proxy.intercept = (calls, response) => {
      if (!calls.every(({ method }) => method === "eth_getBlockByNumber")) return false;
      const word = (value: number) => `0x${value.toString(16).padStart(64, "0")}`;
      const answers = calls.map(({ id }) => ({
        id,
        result: { number, hash: word(++asked), parentHash: word(0) },
      }));
      response.end(JSON.stringify(answers.length === 1 ? answers[0] : answers));
      return true;
    };
    await expect(open({ ethUrl: proxy.url }).list()).rejects.toMatchObject({
      code: "CHAIN_UNSTABLE",
    });
  });
});

describe("C-17: a sender's funds", () => {
  it("are read once, and again when an event, a round or a reorganisation changes them", async () => {
    const sender = getAddress(orchestrator(77));
    const proxy = await startRpcProxy(chain().url);
    const source = open({ ethUrl: proxy.url });
    const nothing = { deposit: 0n, withdrawRound: 0n, reserveFundsRemaining: 0n };
    expect(await source.senderInfo(sender)).toEqual(nothing);
    await chain().send("TicketBroker", "fund", sender, 5n, 7n);
    const funded = { deposit: 5n, withdrawRound: 0n, reserveFundsRemaining: 7n };
    expect(await source.senderInfo(sender)).toEqual(funded);
    await chain().send("TicketBroker", "unlock", orchestrator(78), 9n);
    const reads = () =>
      proxy.requests.flat().filter(({ params: [call] }) => hasSelector(call, "0xe1a589da")).length;
    const before = reads();
    expect(await source.senderInfo(sender)).toEqual(funded);
    expect(reads()).toBe(before);
    await chain().send("TicketBroker", "unlock", sender, 9n);
    expect(await source.senderInfo(sender)).toEqual({ ...funded, withdrawRound: 9n });
    await chain().reorg(1);
    expect(await source.senderInfo(sender)).toEqual(funded);
  });
});
