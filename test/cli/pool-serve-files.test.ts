/** What is wrong in the files that `pool serve` reads: which file, where in it, what was expected. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openBooks } from "../support/books/books.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-serve-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
const [db, keys, rules] = ["pool.db", "keys.json", "rules.yaml"].map((name) => join(folder, name));
openBooks({ path: db ?? "" }).store.close();
const SECRET = "5e".repeat(32);

/** What `pool serve` says of files with these texts. */
async function refusal(keysText: string, rulesText = ""): Promise<string> {
  writeFileSync(keys ?? "", keysText, { mode: 0o600 });
  writeFileSync(rules ?? "", rulesText);
  const files = ["--db", db ?? "", "--keys", keys ?? "", "--admission", rules ?? ""];
  const { exitCode, stderr } = await inProcess("pool", "serve", "--plain", "--port", "0", ...files);
  expect(exitCode).toBe(2);
  expect(stderr).not.toContain(SECRET.slice(0, 8));
  return stderr.trimEnd().replaceAll(`${folder}/`, "");
}

function keysOf(more: object): string {
  return JSON.stringify({ keys: [{ id: "orch-1", secret: SECRET, ...more }] });
}

describe("A file of keys", () => {
  it.each([
    ["{secret", 'not JSON, expected {"keys": [{"id": …, "secret": …}]}'],
    ['{"keys":[]}', "keys: expected 1 to 1000 keys"],
    ['{"keys":[{"id":"orch-1"}]}', "keys.0.secret: expected, and missing"],
    ["{}", "keys: expected, and missing"],
    [keysOf({ id: "a b" }), "keys.0.id: expected 1 to 64 of A-Z, a-z, 0-9, _, . and -"],
    [keysOf({ notAfter: "2027" }), "keys.0.notAfter: expected a time such as 2026-02-01T10:00:07Z"],
    [keysOf({ secret: "5e" }), "the secret of orch-1 has 1 byte, expected 32 to 1024"],
  ])("%s", async (text, why) => {
    expect(await refusal(text)).toBe(`--keys keys.json: ${why}`);
  });
});

describe("A file of admission rules", () => {
  it.each([
    [
      "benchmark: { limitMs: 800 }\ntier: [1",
      "2:9: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    [
      "benchmark:\n  limitMs: 0\n",
      "2:12: benchmark.limitMs: found 0, expected a number of at least 1",
    ],
    [
      "benchmark:\n  limitMs: 800\n  segmets: 200\n",
      '3:3: benchmark.segmets: unknown key; did you mean "segments"?',
    ],
    [
      "rolling:\n  coolDown: soon\n",
      '2:13: rolling.coolDown: found "soon", expected a span of time such as',
    ],
    ["- 1\n", "1:1: found a list of 1 item, expected a mapping"],
  ])("%j", async (text, why) => {
    expect(await refusal(keysOf({}), text)).toContain(`--admission rules.yaml:${why}`);
  });
});

describe.runIf(process.platform !== "win32")("A file with a secret that others may read", () => {
  const wallet = ["--ethKeystorePath", join(folder, "secret"), "--ethPasswordFile"];
  const paying = ["payouts", "--db", db ?? "", "--send", "--ethUrl", "http://127.0.0.1:9"];
  const serving = ["serve", "--db", db ?? "", "--port", "0"];
  const asking = ["discover", "--orchAddr", "https://127.0.0.1:9", ...wallet.slice(0, 2)];
  const own = join(folder, "own");
  const cases: readonly (readonly [flag: string, ...command: string[]])[] = [
    ["--keys", "pool", ...serving, "--plain", "--keys", join(folder, "secret")],
    [
      "--tlsKey",
      ...["pool", ...serving, "--keys", own, "--tlsCert", own, "--tlsKey", join(folder, "secret")],
    ],
    ["--ethKeystorePath", "pool", ...paying, ...wallet, own],
    ["--ethKeystorePath", ...asking, "--ethPassword", "a word"],
    [
      "--ethPasswordFile",
      "pool",
      ...paying,
      "--ethKeystorePath",
      own,
      "--ethPasswordFile",
      join(folder, "secret"),
    ],
    [
      "--ethPassword",
      "discover",
      "--orchAddr",
      "https://127.0.0.1:9",
      "--ethKeystorePath",
      own,
      "--ethPassword",
      join(folder, "secret"),
    ],
  ];
  it.each(cases)("is refused, and nothing is done: %s of %s %s", async (flag, ...command) => {
    const text = JSON.stringify({ ...JSON.parse(keysOf({})), address: "0".repeat(40) });
    for (const mode of [0o644, 0o640, 0o604, 0o620]) {
      for (const [file, its] of [
        ["secret", mode],
        ["own", 0o600],
      ] as const) {
        rmSync(join(folder, file), { force: true });
        writeFileSync(
          join(folder, file),
          flag === "--keys" || flag === "--tlsKey" ? keysOf({}) : text,
        );
        chmodSync(join(folder, file), its);
      }
      const { exitCode, stderr } = await inProcess(...command);
      expect([exitCode, stderr.trimEnd().split("\n").at(-1)]).toEqual([
        2,
        `${flag} ${join(folder, "secret")}: others may read it; expected chmod 600`,
      ]);
    }
  });
});
