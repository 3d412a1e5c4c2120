/** An import that fails before the first event makes no books. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ALICE, list, transcode } from "../support/books/events.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-import-nothing-"));
const db = join(folder, "pool.db");
const events = list(transcode(ALICE, 8n));
const isRoot = process.getuid?.() === 0;

/** Answers every path with these. */
const server = createServer((request, response) => {
  if (request.url?.startsWith("/away")) response.writeHead(503).end();
  else response.end(events);
});
let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv("AWS_ACCESS_KEY_ID", "a");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "b");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function refused(...args: readonly string[]): Promise<string> {
  const { exitCode, stderr } = await inProcess(
    ...["pool", "import", "--db", db, "--commission", "0.25", ...args],
  );
  expect([2, 4]).toContain(exitCode);
  expect(existsSync(db)).toBe(false);
  return stderr.replaceAll(`${folder}/`, "").replaceAll(url, "");
}

describe("No books are made of", () => {
  // Root reads what it must not: for it, memory that no process may read.
  it("a file that cannot be read", async () => {
    const path = isRoot ? "/proc/self/mem" : write("secret.json", events);
    if (!isRoot) chmodSync(path, 0);
    expect(await refused(path)).toMatch(/: it cannot be read \(E\w+\)\n$/);
  });

  it("a node that is away", async () => {
    const node = ["--source", "n", "--orchestrator"];
    expect(await refused(...node, `${url}/away`)).toBe("poolsim:  answers 503\n");
  });

  it("settings that contradict each other", async () => {
    const twice = ["--commission", "0.3"];
    const why = "there are two commissions for the same place and time\n";
    expect(await refused(...twice, write("a.json", events))).toBe(why);
    const settings = ["pool", "settings", "--db", db, "--commission", "0.25", ...twice];
    expect(await inProcess(...settings)).toMatchObject({ exitCode: 2, stderr: why });
    expect(existsSync(db)).toBe(false);
  });

  it("an opening that is none", async () => {
    expect(await refused("--opening", write("opening.csv", "a,b\n"))).toMatch(/^opening\.csv:1: /);
  });
});

it("Books that are there keep their events, and nothing of the next import is entered", async () => {
  const path = join(folder, "there.db");
  const base = ["pool", "import", "--db", path, "--commission", "0.25"];
  expect((await inProcess(...base, write("first.json", events))).exitCode).toBe(0);
  const next = write("next.json", list(transcode(ALICE, 9n)));
  const secret = isRoot ? "/proc/self/mem" : write("secret-2.json", events);
  if (!isRoot) chmodSync(secret, 0);
  const { exitCode } = await inProcess("pool", "import", "--db", path, next, secret);
  expect(exitCode).toBe(2);
  const { stdout } = await inProcess("pool", "status", "--db", path, "--json");
  expect(JSON.parse(stdout)).toMatchObject({ events: 1 });
});
