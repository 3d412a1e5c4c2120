/** Imports from nodes and buckets, several at once, once or until stopped. */

import { rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ALICE, api, BOB, list, transcode } from "../support/books/events.js";
import { emptyFolder } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";
import { start } from "../support/cli/running-command.js";

let folder: string;
let url: string;
/** Path → what the server answers; a number is a status. */
let answers: Map<string, string | number>;
let asked: { path: string; authorization: string | undefined }[];

beforeEach(async () => {
  folder = emptyFolder();
  answers = new Map();
  asked = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://server");
    const { authorization } = request.headers;
    asked.push({ path: pathname, authorization });
    const prefix = searchParams.get("prefix");
    const answer = answers.get(prefix === null ? pathname : `${pathname}?${prefix}`) ?? 404;
    if (typeof answer === "number")
      response.writeHead(answer).end("<Error><Code>Why</Code></Error>");
    else response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });
});

const at = (name: string) => join(folder, name);

function write(name: string, text: string): string {
  writeFileSync(at(name), text);
  return at(name);
}

const imported = (...args: readonly string[]) =>
  inProcess("pool", "import", "--db", at("pool.db"), "--commission", "0.25", ...args);

/** A bucket's list of one page. */
function listing(...keys: readonly string[]): string {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><ETag>"1"</ETag></Contents>`);
  return `<ListBucketResult>${contents.join("")}</ListBucketResult>`;
}

it("A node's events come under the name that they always have", async () => {
  answers.set("/node/pool/events", list(api(1, transcode(ALICE, 8n))));
  const node = ["--orchestrator", `${url}/node/`, "--nodeType", "transcode", "--region", "eu"];
  expect(await imported(...node)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^--orchestrator: expected --source too/),
  });
  const named = [...node, "--source", "o1"];
  expect((await imported(...named)).stdout).toMatch(/^1 new event, 0 known already\n/);
  expect((await imported(...named)).stdout).toMatch(/^0 new events, 1 known already\n/);
  answers.clear();
  expect(await imported(...named)).toMatchObject({
    exitCode: 4,
    stderr: `poolsim: ${url} answers 404\n`,
  });
});

it("A bucket's credentials come from the environment, and nowhere else", async () => {
  answers.set("/pool-events?eu/", listing("eu/a.json"));
  answers.set("/pool-events/eu/a.json", list(transcode(ALICE, 8n)));
  const bucket = ["--bucket", `${url}/pool-events/eu/`];
  vi.stubEnv("AWS_ACCESS_KEY_ID", "");
  expect((await imported(...bucket)).stderr).toBe(
    "--bucket: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment\n",
  );
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "top secret");
  vi.stubEnv("AWS_REGION", "eu-west-3");
  expect((await imported(...bucket)).stdout).toMatch(/^1 new event, .*\n1 file read/);
  expect(asked.at(-1)?.authorization).toMatch(/Credential=key\/\d{8}\/eu-west-3\/s3\//);
  answers.clear();
  const refused = await imported(...bucket);
  expect(refused).toMatchObject({
    exitCode: 4,
    stderr: `poolsim: ${url}/pool-events answers 404 (Why)\n`,
  });
});

describe("A file of sources", () => {
  it("names several of all kinds: one that fails keeps none of the others back", async () => {
    write("a.json", list(transcode(ALICE, 8n)));
    answers.set("/pool-events?", listing("b.json"));
    answers.set("/pool-events/b.json", list(transcode(BOB, 8n)));
    answers.set("/good/pool/events", list(api(1, transcode(ALICE, 8n))));
    answers.set("/also/pool/events", list(api(1, transcode(BOB, 8n))));
    const labels = "nodeType: transcode, region: eu";
    const file = write(
      "sources.yaml",
      `sources:
  - { name: down, orchestrator: ${url}/down }
  - { name: good, orchestrator: ${url}/good, ${labels} }
  - { name: also, orchestrator: ${url}/also, ${labels}, overlap: 1h }
  - { name: bucket, bucket: ${url}/pool-events, credentials: MY_POOL }
  - { name: disk, files: a.json }
`,
    );
    vi.stubEnv("MY_POOL_ACCESS_KEY_ID", "mine");
    vi.stubEnv("MY_POOL_SECRET_ACCESS_KEY", "top secret");
    const { exitCode, stdout, stderr } = await imported("--sources", file);
    expect(stderr).toBe(`poolsim: down: ${url} answers 404\n`);
    expect(stdout).toMatch(/^4 new events, 0 known already\n2 files read/);
    expect(exitCode).toBe(4);
    const status = await inProcess("pool", "status", "--db", at("pool.db"), "--json");
    expect(JSON.parse(status.stdout)).toMatchObject({
      sources: [
        { source: "bucket", kind: "bucket", files: 1 },
        { source: "disk", kind: "file", files: 1 },
        { source: "also", kind: "orchestrator", files: null },
        { source: "good", lastPollAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      ],
    });
  });

  it.each([
    ["sources: []", "1:10: sources: found an empty list, expected a list of sources"],
    ["- a", "1:1: found a list of 1 item, expected a mapping"],
    [
      "every: x\nsources: [{ name: a, files: . }]",
      '1:8: every: found "x", expected a span of time',
    ],
    ["sources: [{ files: . }]", "1:11: sources[0]: name is missing"],
    ["sources: [{ name: a }]", "1:11: sources[0]: expected one of files, orchestrator, bucket"],
    [
      "sources:\n- name: a\n  regoin: b",
      '3:3: sources[0].regoin: unknown key; did you mean "region"',
    ],
    ["sources: [{ name: a, files: b }]", "1:29: sources[0].files: "],
    ["sources: [{ name: a:b, files: . }]", "1:19: sources[0].name: expected 1 to 64 of"],
    [
      "sources: [{ name: a, orchestrator: 7 }]",
      "1:36: sources[0].orchestrator: found 7, expected text",
    ],
    [
      "sources: [{ name: a, bucket: 'http://b' }]",
      "1:30: sources[0].bucket: expected https://<server>",
    ],
    ["sources:\n- { name: a, files: . }\n- { name: a, files: . }", "3:11: sources[1].name: "],
    ["sources: [", "1:11: not valid YAML"],
  ])("%j is wrong at its line and column", async (text, message) => {
    const file = write("bad.yaml", text);
    const { exitCode, stderr } = await imported("--sources", file);
    expect([exitCode, stderr.slice(0, file.length + 1 + message.length)]).toEqual([
      2,
      `${file}:${message}`,
    ]);
  });
});

it("Followed, sources are polled until SIGTERM; one that is down is asked later and later", async () => {
  answers.set("/good/pool/events", list(api(1, transcode(ALICE, 8n))));
  const labels = "nodeType: transcode, region: eu";
  write(
    "sources.yaml",
    `every: 20ms
sources:
  - { name: down, orchestrator: ${url}/down, ${labels} }
  - { name: good, orchestrator: ${url}/good, ${labels} }
`,
  );
  const args = ["pool", "import", "--db", "pool.db", "--commission", "0.25"];
  const follower = start([...args, "--sources", "sources.yaml", "--follow"], folder);
  await follower.printed("good: 1 new event\n");
  await follower.printed(`poolsim: down: ${url} answers 404; again in 80ms\n`);
  answers.set("/good/pool/events", list(api(1, transcode(ALICE, 8n)), api(2, transcode(BOB, 8n))));
  await follower.printed(/good: 1 new event\n[\s\S]*good: 1 new event\n/);
  answers.set("/down/pool/events", list(api(1, transcode(BOB, 8n))));
  await follower.printed("down: 1 new event\n");
  follower.signal("SIGTERM");
  const { exitCode, stdout } = await follower.ended;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^3 new events, \d+ known already\nnothing is in quarantine\n$/);
});
