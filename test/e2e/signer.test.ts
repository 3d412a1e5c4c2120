/** A remote signer's discovery, served by `poolsim webhook` and read by `poolsim discover`. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { discovered, temporaryFolder, verdicts } from "../support/cli/discover-command.js";
import { inProcess } from "../support/cli/in-process.js";
import { run, start } from "../support/cli/running-command.js";
import type { InfoInit, TestOrchestrator } from "../support/servers/orchestrator-server.js";
import { orchestratorsOfTest } from "../support/servers/orchestrators-of-test.js";
import { respond, startWebhookServer } from "../support/servers/webhook-server.js";

const orchestrators = orchestratorsOfTest();

function good(info: InfoInit = {}): Promise<TestOrchestrator> {
  return orchestrators.add({ kind: "answer", info }, { plain: true });
}

const offering = (model: string, pricePerUnit: bigint): InfoInit => ({
  capabilities: {
    bitstring: [67_133_439n | (1n << 27n)],
    version: "0.9.1",
    constraints: { PerCapability: { 27: { models: { [model]: { warm: true } } } } },
  },
  priceInfo: { pricePerUnit: 1n, pixelsPerUnit: 1n },
  capabilitiesPrices: [{ pricePerUnit, pixelsPerUnit: 1n, capability: 27, constraint: model }],
});

const runnersOf = (uri: string) =>
  `[{"address": "${uri}/", "runners": [{"url": "https://r", "app": "flux", "capacity": 2, "capacity_available": 1,
    "gpu": {"id": "0", "name": "H100", "vram_mb": 9007199254740993},
    "price_info": {"price": 0.1e1, "currency": "wei", "unit": "seconds"}}]}]`;

async function served(...args: readonly string[]) {
  const server = start(["webhook", "--port", "0", "--format", "signer", ...args]);
  await server.printed(/ at http:\S+ /);
  const url = / at (http:\S+) /.exec(server.stdout())?.[1] ?? "";
  return { server, url, origin: new URL(url).origin };
}

describe("webhook --format signer", () => {
  it("A-72, A-74, A-75: answers by keys, of models within the price and of runners", async () => {
    const cheap = await good(offering("a/model", 10n));
    const dear = await good(offering("b/model", 2_000n));
    cheap.runners = runnersOf(cheap.uri);
    const list = ["--from", "list", "--orchAddr", `${cheap.uri},${dear.uri}`];
    const { server, url, origin } = await served(...list, "--maxPricePerUnit", "1000");
    expect(server.stdout()).toContain("1 orchestrator of the list");
    // Whoever is polled is asked without a job, and also if it is full.
    expect(cheap.requests[0]).toMatchObject({ ignoreCapacityCheck: true });
    expect(cheap.requests[0]?.capabilities).toBeUndefined();

    const text = await (await fetch(url)).text();
    expect(text).toContain('"vram_mb":9007199254740993');
    const whole = [
      {
        address: cheap.uri,
        score: 1,
        capabilities: ["flux", "text-to-image/a/model"],
        runners: [expect.objectContaining({ url: "https://r", app: "flux", capacity: 2 })],
      },
    ];
    expect(JSON.parse(text)).toEqual(whole);
    const ask = async (query: string) => (await fetch(`${url}?${query}`)).json();
    expect(await ask("caps=text-to-image/a/model&caps=flux")).toEqual(whole);
    expect(await ask("caps=")).toEqual(whole);
    // Not comma separated, and nobody has the dear model.
    expect(await ask("caps=flux,x")).toEqual([]);
    expect(await ask("caps=text-to-image/b/model")).toEqual([]);
    expect((await fetch(`${origin}/`)).status).toBe(404);
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
  });

  it("A-72: an empty table is 503", async () => {
    const dear = await good(offering("b/model", 2_000n));
    const { url } = await served(
      "--from",
      "list",
      "--orchAddr",
      dear.uri,
      "--maxPricePerUnit",
      "1",
    );
    const answer = await fetch(url);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ error: { message: "cache empty" } });
  });

  it("has score 1 for all", async () => {
    const args = ["--from", "list", "--orchAddr", "a:1", "--port", "0", "--score", "0"];
    const { stderr, exitCode } = await inProcess("webhook", ...args, "--format", "signer");
    expect(stderr).toContain("--format signer: expected neither --trusted nor --score");
    expect(exitCode).toBe(2);
  });
});

describe("discover --remoteSignerUrl", () => {
  it("A-72, A-76: takes what such a signer tells, and asks with its identity", async () => {
    const [one, other] = [await good(offering("a/model", 10n)), await good(offering("b", 10n))];
    const list = ["--from", "list", "--orchAddr", `${one.uri},${other.uri}`];
    const { origin } = await served(...list);
    // A path of the URL does not count.
    const all = await discovered("--remoteSignerUrl", `${origin}/some/path`);
    expect(all.source.kind).toBe("signer");
    expect(verdicts(all)).toEqual({ [one.uri]: "found", [other.uri]: "found" });
    const some = await discovered(
      ...["--remoteSignerUrl", origin, "--remoteSignerCaps", "text-to-image/b"],
    );
    expect(verdicts(some)).toEqual({ [other.uri]: "found" });
  });

  it("A-76: sends headers of a file, of which nothing is printed, and signs requests", async () => {
    const one = await good();
    const signature = `0x${"5a".repeat(65)}`;
    const address = `0x${"Ab".repeat(20)}`;
    const signer = await startWebhookServer((request, response) => {
      if (request.headers["authorization"] !== "Bearer s3cret") response.writeHead(401).end();
      else if (request.method === "POST")
        respond(JSON.stringify({ address, signature }))(request, response);
      else
        respond(JSON.stringify([{ address: one.uri, score: 1, capabilities: [] }]))(
          request,
          response,
        );
    });
    const { origin } = new URL(signer.url);
    const file = join(temporaryFolder(), "headers");
    writeFileSync(file, "X-Team: a\nAuthorization: Bearer s3cret\n", { mode: 0o600 });
    const args = ["discover", "--remoteSignerUrl", origin, "--remoteSignerHeadersFile", file];
    const { stdout, stderr, exitCode } = await run([...args, "--patience", "700ms"]);
    expect(stdout).toContain(`1. ${one.uri}`);
    expect(stdout + stderr).not.toContain("s3cret");
    expect(exitCode).toBe(0);
    expect(signer.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /sign-orchestrator-info",
      "GET /discover-orchestrators",
    ]);
    expect(Buffer.from(one.requests[0]?.sig ?? []).toString("hex")).toBe("5a".repeat(65));
    expect(Buffer.from(one.requests[0]?.address ?? []).toString("hex")).toBe("ab".repeat(20));

    const unsigned = await run(["discover", "--remoteSignerUrl", origin]);
    expect(unsigned.stderr).toContain("HTTP status 401");
    expect(unsigned.exitCode).toBe(4);
    chmodSync(file, 0o644);
    const shared = await run(args);
    expect(shared.stderr).toContain("others may read it; expected chmod 600");
    expect(shared.exitCode).toBe(2);
  });

  it.each([
    ["https://user:s3cret@signer", "holds a password"],
    ["ftp://signer", "must be an http or https URL"],
  ])("refuses %s", async (url, says) => {
    const { stderr, exitCode } = await inProcess("discover", "--remoteSignerUrl", url);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain("s3cret");
    expect(exitCode).toBe(2);
  });

  it("refuses headers that are none, without showing them", async () => {
    const file = join(temporaryFolder(), "headers");
    for (const text of ["s3cret", "a: 1, A: s3cret", "na me: s3cret", "a: s3\u0000cret"]) {
      writeFileSync(file, text, { mode: 0o600 });
      const args = ["--remoteSignerUrl", "http://127.0.0.1:1", "--remoteSignerHeadersFile", file];
      const { stderr, exitCode } = await inProcess("discover", ...args);
      expect(stderr).toContain("is not of the form name:value");
      expect(stderr).not.toContain("s3");
      expect(exitCode).toBe(2);
    }
  });
});
