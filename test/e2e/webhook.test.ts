/** `poolsim webhook` as a gateway and its operator meet it. */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebhookSource } from "../../src/discovery/sources/webhook/webhook-source.js";
import { hexOf, temporaryFolder, writeNodeDb } from "../support/cli/discover-command.js";
import { inProcess } from "../support/cli/in-process.js";
import { type RunningCommand, run, start } from "../support/cli/running-command.js";
import { block, startSubgraphServer, transcoder } from "../support/servers/subgraph-server.js";

/** Starts a server and tells its URL once it listens. */
async function served(
  ...args: readonly string[]
): Promise<{ server: RunningCommand; url: string }> {
  const server = start(["webhook", "--port", "0", ...args]);
  await server.printed(/ at http:\S+ /);
  return { server, url: / at (http:\S+) /.exec(server.stdout())?.[1] ?? "" };
}

const LIST = ["--from", "list", "--orchAddr", "https://a:1,https://b:2"];

describe("webhook", () => {
  it("W-4: serves a list that gateways read, on loopback", async () => {
    const { server, url } = await served(...LIST);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(server.stdout()).toMatch(
      /^2 orchestrators of the list of --orchAddr at .* every 1m, not served when older than 1h\)\n$/,
    );
    const source = new WebhookSource({ url });
    onTestFinished(() => source.close());
    const { endpoints } = await source.list();
    expect(endpoints.map(({ uri, score }) => [uri, score])).toEqual([
      ["https://a:1", 1],
      ["https://b:2", 1],
    ]);
    const answer = await fetch(url);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.text()).toBe(
      '[{"address":"https://a:1","score":1},{"address":"https://b:2","score":1}]\n',
    );
  });

  it("leaves out blocked addresses, and trusts addresses and hosts", async () => {
    const path = join(temporaryFolder(), "lpdb.sqlite3");
    writeNodeDb(path, [
      { uri: "https://one:8935", address: hexOf(1), stake: 1n },
      { uri: "https://two:8935", address: hexOf(2), stake: 1n },
      { uri: "https://three:8935", address: hexOf(0xab), stake: 1n },
      { uri: "https://four:8935", address: hexOf(4), stake: 1n },
    ]);
    const { url } = await served(
      ...["--from", "nodeDb", "--nodeDb", path, "--orchBlocklist", hexOf(1).slice(2)],
      ...["--trusted", `${hexOf(0xab).toUpperCase().replace("0X", "0x")},two:8935`],
    );
    expect(await (await fetch(url)).json()).toEqual([
      { address: "https://two:8935", score: 1 },
      { address: "https://three:8935", score: 1 },
      { address: "https://four:8935", score: 0 },
    ]);
  });

  it("--score replaces what the source says of everybody else", async () => {
    const { url } = await served(...LIST, "--score", "0", "--trusted", "b:2");
    expect(await (await fetch(url)).json()).toEqual([
      { address: "https://a:1", score: 0 },
      { address: "https://b:2", score: 1 },
    ]);
  });

  it("reads the source again, and keeps the old list while it fails", async () => {
    const subgraph = await startSubgraphServer(block(1, [transcoder(1)]));
    const args = ["--from", "subgraph", "--subgraphUrl", subgraph.url, "--refresh", "200ms"];
    const { server, url } = await served(...args);
    const first = await (await fetch(url)).text();
    expect(first).toContain("https://orchestrator-1.invalid:8935");

    subgraph.onRequest = () => (_, response) => {
      response.writeHead(400).end();
    };
    await server.printed(
      /the old list stays: subgraph of http:\/\/127\.0\.0\.1:\d+: .* answered HTTP 400/,
    );
    expect(await (await fetch(url)).text()).toBe(first);

    subgraph.chain.push(block(2, [transcoder(1), transcoder(2)]));
    subgraph.onRequest = () => undefined;
    await server.printed("now 2 orchestrators\n");
    expect(await (await fetch(url)).json()).toHaveLength(2);
    expect(server.stderr()).toMatch(/^[^\n]*\n$/);
    expect(server.stdout() + server.stderr()).not.toContain("5ec2e7");
  });

  it("a database that vanishes: the old list, then 503, then the new list; SIGTERM ends it", async () => {
    const path = join(temporaryFolder(), "lpdb.sqlite3");
    const one = { uri: "https://one:8935", address: hexOf(1), stake: 1n };
    writeNodeDb(path, [one]);
    const { server, url } = await served(
      ...["--from", "nodeDb", "--nodeDb", path, "--refresh", "100ms", "--maxAge", "1500ms"],
    );
    const first = await fetch(url);
    expect(await first.json()).toHaveLength(1);
    renameSync(path, `${path}.away`);
    await server.printed("the old list stays: database ");
    expect((await fetch(url)).status).toBe(200);
    await server.printed("the list is too old to be served: database ");
    const none = await fetch(url);
    expect([none.status, none.headers.get("retry-after")]).toEqual([503, "10"]);
    renameSync(`${path}.away`, path);
    writeNodeDb(path, [{ uri: "https://two:8935", address: hexOf(2), stake: 1n }]);
    await server.printed("now 2 orchestrators\n");
    expect(await (await fetch(url)).json()).toHaveLength(2);
    rmSync(path);
    mkdirSync(path);
    await server.printed(/old list stays[\s\S]*old list stays/);
    server.signal("SIGTERM");
    expect(await server.ended).toMatchObject({ exitCode: 0 });
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends with 0 at %s, idle connections or not",
    async (name) => {
      const { server, url } = await served(...LIST);
      await (await fetch(url)).text();
      const idle = connect(Number(new URL(url).port), "127.0.0.1");
      idle.on("error", () => {});
      await new Promise((resolve) => idle.once("connect", resolve));
      server.signal(name);
      const { exitCode, stderr } = await server.ended;
      expect(stderr).toBe("");
      expect(exitCode).toBe(0);
      await expect(fetch(url)).rejects.toThrow();
    },
  );

  it("answers nothing but GET and HEAD at the root", async () => {
    const { url } = await served(...LIST);
    const statusOf = async (path: string, method: string, body?: string) => {
      const answer = await fetch(
        new URL(path, url),
        body === undefined ? { method } : { method, body },
      );
      return [answer.status, (await answer.text()).length];
    };
    expect(await statusOf("?x=1", "GET")).toEqual([200, 74]);
    expect(await statusOf("", "HEAD")).toEqual([200, 0]);
    expect(await statusOf("", "POST", "x".repeat(100_000))).toEqual([405, 0]);
    expect(await statusOf("etc/passwd", "GET")).toEqual([404, 0]);
  });

  it("cuts off who sends a request and never ends it", async () => {
    const { url } = await served(...LIST);
    const slow = connect(Number(new URL(url).port), "127.0.0.1");
    slow.on("error", () => {});
    slow.write("GET / HTTP/1.1\r\nHost: x\r\nX-A: ");
    const begun = performance.now();
    slow.resume();
    await new Promise((resolve) => slow.once("close", resolve));
    // Node's own limit is a minute.
    expect(performance.now() - begun).toBeLessThan(50_000);
    expect((await fetch(url)).status).toBe(200);
  });
});

describe("webhook at its start", () => {
  it("exits with 4 when the source cannot be read", async () => {
    const args = ["--from", "subgraph", "--subgraphUrl", "http://127.0.0.1:1/key", "--port", "0"];
    const { exitCode, stdout, stderr } = await run(["webhook", ...args]);
    expect(exitCode).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^poolsim: subgraph of http:\/\/127\.0\.0\.1:1: [^\n]+\n$/);
  });

  it.each([
    [["--from", "list", "--port", "0"], "--from list: expected --orchAddr too"],
    [["--from", "onchain", "--port", "0"], "--from onchain: expected --ethUrl too"],
    [["--from", "nodeDb", "--nodeDb", "none", "--port", "0"], "none"],
    [["--from", "nodeDb", "--nodeDb", "/", "--port", "0"], "/ cannot be read (it is a folder)"],
    [["--from", "nodeDb", "--nodeDb", "/dev/null", "--port", "0"], "/dev/null is no regular file"],
    [[...LIST, "--port", "0", "--refresh", "2h"], "--refresh 2h: expected less than --maxAge 1h"],
    [
      ["--from", "web", "--port", "0"],
      "Allowed choices are list, webhook, signer, subgraph, nodeDb, onchain.",
    ],
    [LIST, "required option '--port <n>' not specified"],
    [[...LIST, "--port", "65536"], "expected a whole number from 0 to 65535"],
    [[...LIST, "--port", "0", "--score", "0.5"], "Allowed choices are 0, 1."],
    [
      [...LIST, "--port", "0", "--orchBlocklist", "0x12"],
      "--orchBlocklist 0x12: expected an address",
    ],
    [
      [...LIST, "--port", "0", "--host", "192.0.2.1"],
      "--host 192.0.2.1 --port 0: cannot listen there",
    ],
    [[...LIST, "--port", "0", "--nodeDb", "x"], "--orchAddr and --nodeDb: expected one source"],
  ])("%j is wrong usage", async (args, says) => {
    const { exitCode, stdout, stderr } = await inProcess("webhook", ...args);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });

  it("says that the port is taken", async () => {
    const { url } = await served(...LIST);
    const { port } = new URL(url);
    const { exitCode, stderr } = await run(["webhook", ...LIST, "--port", port]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/cannot listen there \(.*EADDRINUSE/);
  });
});
