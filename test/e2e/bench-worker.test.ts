/** `poolsim bench-worker` against `poolsim pool serve`, as a worker's operator runs it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rational } from "../../src/core/rational.js";
import { HEADERS, signAnswer } from "../../src/pool/api/index.js";
import { addRates } from "../../src/pool/books/settings.js";
import { SqlitePoolStore } from "../../src/pool/books/store/sqlite-pool-store.js";
import { poolsim } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";
import { start } from "../support/cli/running-command.js";
import { benchText } from "../support/sim/bench-text.js";

const SECRET = "5e".repeat(32);
const WORKER = `0x${"ab".repeat(20)}`;
const folder = mkdtempSync(join(tmpdir(), "poolsim-bench-worker-"));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  const store = new SqlitePoolStore({ path: at("pool.db") });
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null }]);
  store.close();
  const keys = JSON.stringify({ keys: [{ id: "worker-1", secret: SECRET }] });
  writeFileSync(at("key.json"), keys, { mode: 0o600 });
  writeFileSync(at("admission.yaml"), "benchmark: { limitMs: 20000 }\n");
  const runs = [1, 2, 4].map((sessions) => {
    return { sessions, segments: 60, meanS: sessions === 4 ? 25 : 0.3 };
  });
  writeFileSync(at("rtx.txt"), benchText(...runs));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The pool's API; it ends with the test. */
async function serving(): Promise<string> {
  const files = ["--db", at("pool.db"), "--keys", at("key.json")];
  const options = ["--admission", at("admission.yaml"), "--plain", "--port", "0"];
  const served = start(["pool", "serve", ...files, ...options]);
  await served.printed('"msg":"serving"');
  return /"url":"([^"]+)"/.exec(served.stdout())?.[1] ?? "";
}

const small = ["--transfers", "3", "--sourceBytes", "200000", "--resultBytes", "100000"];
const asked = (api: string, ...more: readonly string[]) => [
  ...["bench-worker", "--api", api, "--key", at("key.json"), "--transcoder", WORKER],
  ...small,
  ...more,
];

describe("poolsim bench-worker", () => {
  test("measures the way to the pool, posts what livepeer_bench printed, and tells the decision", async () => {
    const url = await serving();
    const { exitCode, stdout, stderr } = await inProcess(
      ...asked(url, "--bench", at("rtx.txt"), "--out", at("posted.json")),
    );
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^latency: \d+ ms \(mean of 10\)\n/);
    expect(stdout).toMatch(/2 sessions: download \d+ ms, transcode [23]\d\d ms, upload \d+ ms/);
    expect(stdout).toMatch(/admitted with 2 sessions: /);
    expect(exitCode).toBe(0);
    const { benchmark } = JSON.parse(readFileSync(at("posted.json"), "utf8"));
    expect(benchmark).toMatchObject({ transcoder: WORKER, maxSessions: 4 });
    expect(benchmark.latencies).toHaveLength(10);
    const [one, two, four] = benchmark.runs;
    expect([one, two, four].map(({ segments }) => segments.length)).toEqual([60, 120, 240]);
    for (const { download, transcode, upload } of two.segments) {
      expect(Math.min(download, transcode, upload)).toBeGreaterThan(0);
    }
    // The same file is an input of calibrate.
    const read = await inProcess("calibrate", at("posted.json"));
    expect(read).toMatchObject({ exitCode: 0 });
    expect(read.stdout).toContain("benchmarks at registration");
  });

  test("exits with 1 where the pool refuses, and with 2 where the key or the address is wrong", async () => {
    const url = await serving();
    const slow = [{ sessions: 1, segments: 60, meanS: 30 }];
    writeFileSync(at("slow.txt"), benchText(...slow));
    const refused = await inProcess(...asked(url, "--bench", at("slow.txt")));
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stdout).toMatch(/refused: .*above the limit of 20000 ms/);
    const other = JSON.stringify({ keys: [{ id: "worker-1", secret: "6f".repeat(32) }] });
    writeFileSync(at("other.json"), other, { mode: 0o600 });
    const unknown = await inProcess(...asked(url, "--key", at("other.json")));
    expect(unknown).toMatchObject({ exitCode: 2, stdout: "" });
    expect(unknown.stderr).toContain("BAD_SIGNATURE");
    expect(unknown.stderr).not.toContain("6f6f");
    writeFileSync(at("open.json"), other, { mode: 0o644 });
    const open = await inProcess(...asked(url, "--key", at("open.json")));
    expect(open.stderr).toContain("expected chmod 600");
    const wrong = await inProcess(...asked(url, "--transcoder", "0x12"));
    expect(wrong.stderr).toContain("--transcoder 0x12: expected an address");
    const notBench = await inProcess(...asked(url, "--bench", at("admission.yaml")));
    expect(notBench).toMatchObject({ exitCode: 2 });
    expect(notBench.stderr).toContain("expected the output of livepeer_bench");
  });

  test("without a bench file transcodes with ffmpeg, and says what is missing where there is none", async () => {
    const url = await serving();
    const none = poolsim(asked(url), { cwd: folder, env: { PATH: at("nothing") } });
    expect(none).toMatchObject({ exitCode: 2 });
    expect(none.stderr).toContain("ffmpeg is not installed; expected --bench <file>");
    mkdirSync(at("bin"), { recursive: true });
    writeFileSync(at("bin/ffmpeg"), "#!/bin/sh\necho ' V..... libvpx'\n", { mode: 0o755 });
    const without = poolsim(asked(url), {
      cwd: folder,
      env: { PATH: `${at("bin")}:/usr/bin:/bin` },
    });
    expect(without.stderr).toContain("this ffmpeg has no libx264");
    const tool = spawnSync("ffmpeg", ["-hide_banner", "-encoders"], { encoding: "utf8" });
    if (tool.error !== undefined || !tool.stdout.includes("libx264")) {
      // Said, not skipped: what can be tested without it is tested above.
      process.stderr.write(
        "bench-worker: ffmpeg with libx264 is absent here, nothing is transcoded\n",
      );
      return;
    }
    const args = asked(url, "--maxSessions", "1", "--segments", "1", "--out", at("own.json"));
    const measured = poolsim(args, { cwd: folder });
    expect(measured.stderr).toBe("");
    expect(measured.stdout).toMatch(/1 session: download \d+ ms, transcode [\d,]+ ms, upload/);
    const { benchmark } = JSON.parse(readFileSync(at("own.json"), "utf8"));
    expect(benchmark.runs).toHaveLength(1);
    expect(benchmark.runs[0].segments).toMatchObject([
      { cold: true, transcode: expect.any(Number) },
    ]);
  });
});

/** What is said of a server that answers so. */
async function saidOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const { exitCode, stdout, stderr } = await inProcess(
      ...asked(`http://127.0.0.1:${port}`, "--bench", at("rtx.txt")),
    );
    expect(exitCode).toBe(4);
    expect(stdout).not.toContain("admitted");
    return stderr;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("a server that is no pool, or a wicked one", () => {
  const signed = (nonce: string, body: Uint8Array) => ({
    [HEADERS.signature]: signAnswer(Buffer.from(SECRET, "hex"), { nonce, status: 200, body }),
  });

  test("is not believed, and sends no more than was asked for", async () => {
    expect(await saidOf((_, answer) => answer.writeHead(404).end())).toContain("404");
    expect(await saidOf((_, answer) => answer.end("hello"))).toContain("not signed by the pool");
    const endless: RequestListener = (_, answer) => {
      const more = () => {
        while (answer.writable && answer.write(Buffer.alloc(65_536)));
      };
      answer.on("drain", more);
      more();
    };
    expect(await saidOf(endless)).toContain("the answer is too large");
    const tooMany: RequestListener = (request, answer) => {
      const body = Buffer.from("more than nothing");
      answer.writeHead(200, signed(String(request.headers[HEADERS.nonce.toLowerCase()]), body));
      answer.end(body);
    };
    expect(await saidOf(tooMany)).toContain("17 bytes, expected 0");
    const elsewhere: RequestListener = (_, answer) =>
      answer.writeHead(302, { location: "http://127.0.0.1:1/measureTransfer" }).end();
    expect(await saidOf(elsewhere)).toContain("302");
  });
});
