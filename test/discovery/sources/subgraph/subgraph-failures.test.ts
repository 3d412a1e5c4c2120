import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  SubgraphSource,
  type SubgraphSourceOptions,
} from "../../../../src/discovery/sources/subgraph/index.js";
import { eventually } from "../../../support/eventually.js";
import {
  block,
  type Mishap,
  reply,
  type SubgraphServer,
  startSubgraphServer,
  transcoder,
  transcoders,
} from "../../../support/servers/subgraph-server.js";

const KEY = "5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0";
const hang: Mishap = () => {};
const reset: Mishap = (request) => request.socket.destroy();
const errors = (...messages: string[]): Mishap =>
  reply(JSON.stringify({ errors: messages.map((message) => ({ message })) }));

function open(options: SubgraphSourceOptions): SubgraphSource {
  const source = new SubgraphSource({ backoffMs: 1, ...options });
  onTestFinished(() => source.close());
  return source;
}

/** A server that goes through mishaps, the first of them at the first request, and then works. */
async function startAfter(...mishaps: readonly Mishap[]): Promise<SubgraphServer> {
  const server = await startSubgraphServer(block(1, transcoders(3)));
  server.onRequest = (index) => mishaps[index];
  return server;
}

/** A server to which the same happens every time. */
async function startBroken(mishap: Mishap): Promise<SubgraphServer> {
  const server = await startSubgraphServer(block(1, transcoders(3)));
  server.onRequest = () => mishap;
  return server;
}

async function failureOf(source: SubgraphSource): Promise<unknown> {
  return await source.list().then(
    () => expect.fail("the list should fail"),
    (error: unknown) => error,
  );
}

describe("failures that pass", () => {
  it.each<[string, Mishap]>([
    ["429", reply("slow down", { status: 429 })],
    ["429 with a time", reply("", { status: 429, headers: { "retry-after": "0" } })],
    ["500", reply("", { status: 500 })],
    ["502", reply("<html>", { status: 502 })],
    ["503", reply("", { status: 503 })],
    ["504", reply("", { status: 504 })],
    ["a broken connection", reset],
    ["indexers that are not there", errors("bad indexers: {0x1: Unavailable(no status)}")],
    ["a missing block", errors("bad indexers: {0x1: Unavailable(missing block)}")],
    ["a busy database", errors("Store error: database unavailable")],
  ])("%s: is asked again", async (_, mishap) => {
    const server = await startAfter(mishap, mishap);
    const { endpoints } = await open({ url: server.url }).list();
    expect(endpoints).toHaveLength(3);
    expect(server.questions).toHaveLength(3);
  });

  it("are overcome so often and no more, in all pages together", async () => {
    const busy = reply("", { status: 503 });
    const server = await startSubgraphServer(block(1, transcoders(3)));
    server.onRequest = (index) => ([1, 2, 4].includes(index) ? busy : undefined);
    const options = { url: server.url, pageSize: 1 };
    await expect(open({ ...options, retries: 2 }).list()).rejects.toMatchObject({
      code: "HTTP_STATUS",
      message: expect.stringContaining("503"),
    });
    expect(server.questions).toHaveLength(5);
  });

  it("are asked again after a pause that doubles", async () => {
    const times: number[] = [];
    const server = await startSubgraphServer(block(1, []));
    server.onRequest = () => {
      times.push(performance.now());
      return reply("", { status: 503 });
    };
    await failureOf(open({ url: server.url, retries: 3, backoffMs: 40 }));
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(pauses).toHaveLength(3);
    // Timers may be a millisecond early, and the machine busy.
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(40 * 2 ** index - 2);
    }
  });

  it("are asked again when the server says, unless that is too late", async () => {
    const soon = await startAfter(reply("", { status: 429, headers: { "retry-after": "1" } }));
    const begun = performance.now();
    await open({ url: soon.url }).list();
    expect(performance.now() - begun).toBeGreaterThanOrEqual(998);
    const nextHour = { status: 429, headers: { "retry-after": "3600" } };
    const late = await startAfter(reply("", nextHour));
    await expect(open({ url: late.url }).list()).rejects.toMatchObject({ code: "HTTP_STATUS" });
    expect(late.questions).toHaveLength(1);
  });

  it("may be a slow page", async () => {
    const server = await startAfter(hang);
    const source = open({ url: server.url, requestTimeoutMs: 1_500 });
    expect((await source.list()).endpoints).toHaveLength(3);
    // A busy machine may be too slow for the second as well.
    expect(server.questions.length).toBeGreaterThanOrEqual(2);
  });
});

describe("failures that stay", () => {
  it.each<[string, string, Mishap]>([
    ["a wrong key", "HTTP_STATUS", reply("", { status: 401 })],
    ["a page that is not there", "HTTP_STATUS", reply("", { status: 404 })],
    ["a redirect", "HTTP_STATUS", reply("", { status: 307, headers: { location: "/" } })],
    ["GraphQL errors", "SUBGRAPH_GRAPHQL", errors("auth error: malformed API key")],
    ["errors beside data", "SUBGRAPH_GRAPHQL", reply('{"data":{},"errors":[{"message":"x"}]}')],
    ["errors that are none", "SUBGRAPH_GRAPHQL", reply('{"errors":7}')],
    ["no JSON", "SUBGRAPH_JSON", reply("<html>")],
    ["no object", "SUBGRAPH_JSON", reply("null")],
    ["no UTF-8", "SUBGRAPH_JSON", (_, response) => response.end(Buffer.from([0x22, 0xff, 0x22]))],
    ["nothing", "SUBGRAPH_JSON", reply("")],
    ["no data", "SUBGRAPH_INVALID", reply("{}")],
    ["data that are none", "SUBGRAPH_INVALID", reply('{"data":null}')],
    ["a list as data", "SUBGRAPH_INVALID", reply('{"data":[]}')],
  ])("%s: %s, asked once", async (_, code, mishap) => {
    const server = await startBroken(mishap);
    expect(await failureOf(open({ url: server.url }))).toMatchObject({ code });
    expect(server.questions).toHaveLength(1);
  });

  it("is 100 MB: cut off, and the connection closed", async () => {
    let sent = 0;
    const server = await startBroken((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, " ");
      const pour = (): void => {
        while (sent < 100e6 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", pour);
        }
        response.end();
      };
      pour();
    });
    const before = process.memoryUsage().arrayBuffers;
    expect(await failureOf(open({ url: server.url }))).toMatchObject({ code: "HTTP_TOO_LARGE" });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40e6);
    expect(sent).toBeLessThan(40e6);
    expect(server.questions).toHaveLength(1);
    await eventually(async () => expect(await server.connections()).toBe(0));
  });

  const good = {
    _meta: { block: { number: 1, hash: null } },
    protocols: [{ lastInitializedRound: { id: "3000" } }],
    transcoders: [transcoder(0)],
  };
  const inOrder = [transcoder(0), transcoder(1)].sort((a, b) => (a.id < b.id ? -1 : 1));
  const row = (fields: object) => ({ ...good, transcoders: [{ ...transcoder(0), ...fields }] });
  it.each<[string, object]>([
    ["_meta", { ...good, _meta: 7 }],
    ["_meta.block.number", { ...good, _meta: { block: { number: "1", hash: null } } }],
    ["_meta.block.number", { ...good, _meta: { block: { number: -1, hash: null } } }],
    ["_meta.block.hash", { ...good, _meta: { block: { number: 1, hash: "0x12" } } }],
    ["protocols", { ...good, protocols: {} }],
    ["protocols", { ...good, protocols: [...good.protocols, ...good.protocols] }],
    ["lastInitializedRound.id", { ...good, protocols: [{ lastInitializedRound: { id: 3_000 } }] }],
    ["transcoders", { ...good, transcoders: "x" }],
    ["transcoders", { ...good, transcoders: undefined }],
    ["transcoders", { ...good, transcoders: [transcoder(0), transcoder(1), transcoder(2)] }],
    ["transcoders[0]", { ...good, transcoders: [null] }],
    ["transcoders[0].id", row({ id: "0x12" })],
    ["transcoders[0].id", row({ id: 12 })],
    ["transcoders[0].active", row({ active: "true" })],
    ["transcoders[0].activationRound", row({ activationRound: "-1" })],
    ["transcoders[0].activationRound", row({ activationRound: 2_466 })],
    ["transcoders[0].deactivationRound", row({ deactivationRound: "9".repeat(79) })],
    ["transcoders[0].totalStake", row({ totalStake: 12.5 })],
    ["transcoders[0].totalStake", row({ totalStake: "-1" })],
    ["transcoders[0].totalStake", row({ totalStake: "1e9" })],
    ["transcoders[0].totalStake", row({ totalStake: "NaN" })],
    ["transcoders[0].serviceURI", row({ serviceURI: ["https://a"] })],
    ["order", { ...good, transcoders: [transcoder(0), transcoder(0)] }],
    ["order", { ...good, transcoders: inOrder.toReversed() }],
    ["which block", { ...good, _meta: null, transcoders: inOrder }],
  ])("is a wrong %s", async (where, data) => {
    const server = await startBroken(reply(JSON.stringify({ data })));
    expect(await failureOf(open({ url: server.url, pageSize: 2 }))).toMatchObject({
      name: "RemoteError",
      code: "SUBGRAPH_INVALID",
      message: expect.stringContaining(where),
    });
  });

  it("takes the rows of a subgraph without a round by their own word", async () => {
    const data = { ...good, protocols: [], transcoders: [transcoder(0, { activationRound: "9" })] };
    const server = await startBroken(reply(JSON.stringify({ data })));
    expect((await open({ url: server.url }).list()).endpoints).toHaveLength(1);
  });
});

describe("time", () => {
  it("is limited for all pages and pauses together", async () => {
    const server = await startBroken(reply("", { status: 503 }));
    const source = open({ url: server.url, retries: 100, backoffMs: 50, timeoutMs: 300 });
    expect(await failureOf(source)).toMatchObject({ code: "HTTP_TIMEOUT" });
    // At once, after 50, 150 and, were there no limit, 350 ms.
    expect(server.questions.length).toBeLessThanOrEqual(3);
  });

  it("is limited for an answer that trickles", async () => {
    const server = await startBroken((_, response) => {
      const timer = setInterval(() => response.write(" "), 10);
      response.once("close", () => clearInterval(timer));
    });
    const source = open({ url: server.url, requestTimeoutMs: 1_000, retries: 1 });
    expect(await failureOf(source)).toMatchObject({ code: "HTTP_TIMEOUT" });
    expect(server.questions).toHaveLength(2);
    await eventually(async () => expect(await server.connections()).toBe(0));
  });

  it("ends with the caller's signal: in a request, in a pause, before", async () => {
    for (const mishap of [hang, reply("", { status: 503 })]) {
      const server = await startBroken(mishap);
      const source = open({ url: server.url, backoffMs: 8_000 });
      const abort = new AbortController();
      const list = source.list({ signal: abort.signal });
      setTimeout(() => abort.abort(new Error("enough")), 100);
      await expect(list).rejects.toThrow("enough");
      await eventually(async () => expect(await server.connections()).toBe(0));
      await expect(source.list({ signal: abort.signal })).rejects.toThrow("enough");
      expect(server.questions).toHaveLength(1);
    }
  });

  it("ends when the source is closed", async () => {
    const server = await startBroken(hang);
    const source = open({ url: server.url });
    const list = source.list();
    const refused = expect(list).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
    await sleep(50);
    await source.close();
    await source.close();
    await refused;
    await expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
    await eventually(async () => expect(await server.connections()).toBe(0));
  });

  it("of a whole list leaves no connection open", async () => {
    const server = await startSubgraphServer(block(1, transcoders(2_500)));
    await open({ url: server.url }).list();
    await eventually(async () => expect(await server.connections()).toBe(0));
  });
});

describe("the API key", () => {
  const told = (error: unknown) => inspect(error, { depth: null, showHidden: true });

  it.each<[string, Mishap]>([
    ["in the path, echoed in an error", errors(`API key not found: ${KEY}`)],
    ["echoed in capitals", errors(`no such key ${KEY.toUpperCase()}, ${KEY}!`)],
    ["echoed at the edge of what is shown", errors(`${"x".repeat(240)} ${KEY}${KEY}`)],
    ["echoed in data", reply(`{"data":{"protocols":"${KEY}"}}`)],
    ["echoed in HTML", reply(`<a href="/api/${KEY}">`)],
    ["refused", reply(KEY, { status: 403 })],
    ["in a broken connection", reset],
    ["in a slow answer", hang],
    ["in an answer that is no HTTP", (request) => request.socket.end(`${KEY}\r\n\r\n`)],
  ])("is never shown: %s", async (_, mishap) => {
    const server = await startBroken(mishap);
    const source = open({ url: server.url, retries: 0, requestTimeoutMs: 200 });
    const error = await failureOf(source);
    expect(error).toMatchObject({ name: "RemoteError" });
    expect(told(error).toLowerCase()).not.toContain(KEY);
    expect(told(error).toLowerCase()).not.toContain(KEY.slice(0, 12));
    expect(told(source)).not.toContain(KEY);
  });

  it("is never shown: as a token, in the query, or in a URL that is refused", async () => {
    const token = "t0ken-%41/+=";
    const server = await startBroken(errors(`who is ${token} of q=s3cret%20value s3cret value?`));
    const url = `${server.url}?q=s3cret%20value`;
    const error = await failureOf(open({ url, apiKey: token, retries: 0 }));
    expect(told(error)).not.toContain(token);
    expect(told(error)).not.toContain("s3cret");
    expect(told(error)).toContain("who is *** of q=*** ***?");
    for (const wrong of [`ftp://host/${KEY}`, `https://${KEY}@host/`, `https//${KEY}`]) {
      let refused: unknown;
      try {
        open({ url: wrong });
      } catch (caught) {
        refused = caught;
      }
      expect(refused).toMatchObject({ code: "SUBGRAPH_URL" });
      expect(told(refused)).not.toContain(KEY);
    }
  });

  it("is never shown: a server that cannot be reached", async () => {
    const error = await failureOf(
      open({ url: `http://127.0.0.1:1/api/${KEY}/subgraphs/id/x`, retries: 0 }),
    );
    expect(error).toMatchObject({ code: "HTTP_TRANSPORT" });
    expect(told(error)).toContain("127.0.0.1:1");
    expect(told(error)).not.toContain(KEY);
  });

  it("control characters do not reach messages either", async () => {
    const server = await startBroken(errors("\u001b[2Jgone\nnext"));
    const error = await failureOf(open({ url: server.url }));
    expect(error).toMatchObject({ message: expect.stringContaining("·[2Jgone·next") });
  });
});
