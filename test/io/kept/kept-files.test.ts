/** A folder of kept entries: whole or not at all, nobody else's, never beyond its size. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type KeptFilesOptions, openKeptFiles } from "../../../src/io/kept/kept-files.js";
import { clearKept, dueFiles, keptSize } from "../../../src/io/kept/sweep.js";

const KEY = "ab".repeat(32);
const OTHER = "cd".repeat(32);
const BYTES = Buffer.from("what was computed");

let root = "";
let folder = "";
let entries = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "poolsim-kept-"));
  folder = join(root, ".poolsim");
  entries = join(folder, "results");
});
afterEach(() => rmSync(root, { recursive: true }));

function open(options: Partial<KeptFilesOptions> = {}) {
  return openKeptFiles(folder, { entryBytesMax: 1000, ...options });
}

function modeOf(path: string): number {
  return lstatSync(path).mode & 0o777;
}

/** Names of entries, finished or not. */
function names(): readonly string[] {
  return readdirSync(entries).filter((name) => /^[0-9a-f]{64}/.test(name));
}

describe("a folder", () => {
  it("is made with the first entry, for nobody else, and git and backups leave it alone", async () => {
    const files = open();
    expect(await files.read(KEY)).toBeUndefined();
    await files.close();
    expect(readdirSync(root)).toEqual([]);
    await files.write(KEY, BYTES);
    await files.close();
    expect(await files.read(KEY)).toEqual(BYTES);
    expect([modeOf(folder), modeOf(entries), modeOf(join(entries, KEY))]).toEqual([
      0o700, 0o700, 0o600,
    ]);
    execFileSync("git", ["init", "--quiet"], { cwd: root });
    expect(execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" })).toBe(
      "",
    );
    expect(readFileSync(join(entries, "CACHEDIR.TAG"), "utf8")).toMatch(/^Signature: 8a477f597d28/);
  });

  it("leaves no file for git in a folder that was there before", async () => {
    mkdirSync(entries, { recursive: true, mode: 0o700 });
    await open().write(KEY, BYTES);
    expect(readdirSync(entries)).toEqual([KEY]);
  });

  it.each<[string, string, () => void]>([
    ["a link", "found a link", () => symlinkSync(tmpdir(), folder)],
    ["a file", "found a file", () => writeFileSync(folder, "")],
    [
      "others'",
      "others may write",
      () => {
        mkdirSync(folder);
        chmodSync(folder, 0o770);
      },
    ],
    [
      "with a link in it",
      "found a link",
      () => {
        mkdirSync(folder, { mode: 0o700 });
        symlinkSync(tmpdir(), entries);
      },
    ],
  ])("that is %s is not used, shown or cleared", async (_, says, make) => {
    make();
    const code = "KEPT_FOLDER";
    const refused = expect.objectContaining({ code, message: expect.stringContaining(says) });
    expect(() => open()).toThrow(refused);
    await expect(keptSize(folder)).rejects.toThrow(refused);
    await expect(clearKept(folder)).rejects.toThrow(refused);
  });

  it("that became a link since it was opened is not written to", async () => {
    const problems: string[] = [];
    const files = open({ onProblem: (problem) => problems.push(problem) });
    const aim = join(root, "aim");
    mkdirSync(join(aim, "results"), { recursive: true });
    symlinkSync(aim, folder);
    await files.write(KEY, BYTES);
    await files.write(OTHER, BYTES);
    expect(problems).toEqual([expect.stringContaining("found a link")]);
    expect(readdirSync(join(aim, "results"))).toEqual([]);
  });

  it("that cannot be made is said once", async () => {
    const problems: string[] = [];
    const onProblem = (problem: string) => problems.push(problem);
    for (const place of ["/proc/poolsim", join(root, "no/.poolsim")]) {
      const files = openKeptFiles(place, { entryBytesMax: 1000, onProblem });
      await files.write(KEY, BYTES);
      await files.write(OTHER, BYTES);
      await files.close();
    }
    expect(problems).toHaveLength(2);
  });

  it("that is cleared while it is in use goes on", async () => {
    const files = open();
    await files.write(KEY, BYTES);
    expect(await clearKept(folder)).toEqual({ entries: 1, bytes: BYTES.length });
    expect(readdirSync(root)).toEqual([]);
    expect(await files.read(KEY)).toBeUndefined();
    await files.write(OTHER, BYTES);
    expect(await files.read(OTHER)).toEqual(BYTES);
    expect(await keptSize(folder)).toEqual({ entries: 1, bytes: BYTES.length });
  });

  it("loses what is poolsim's when it is cleared, and nothing else", async () => {
    await open().write(KEY, BYTES);
    writeFileSync(join(folder, "mine.txt"), "");
    writeFileSync(join(entries, "mine.txt"), "");
    writeFileSync(join(entries, ".gitignore"), "mine");
    await clearKept(folder);
    expect(readdirSync(folder).sort()).toEqual(["mine.txt", "results"]);
    expect(readdirSync(entries).sort()).toEqual([".gitignore", "mine.txt"]);
  });
});

describe("an entry", () => {
  beforeEach(() => mkdirSync(entries, { recursive: true, mode: 0o700 }));

  it.each<[string, (path: string) => void]>([
    [
      "a link",
      (path) => {
        writeFileSync(join(root, "aim"), BYTES);
        symlinkSync(join(root, "aim"), path);
      },
    ],
    ["a folder", (path) => mkdirSync(path)],
    [
      "a pipe, for which one would wait for ever",
      (path) => execFileSync("/bin/sh", ["-c", `mkfifo "$0"`, path]),
    ],
    ["too large", (path) => writeFileSync(path, Buffer.alloc(1001))],
    [
      "others' to write",
      (path) => {
        writeFileSync(path, BYTES);
        chmodSync(path, 0o666);
      },
    ],
  ])("that is %s is not read, and written over", async (what, make) => {
    const problems: string[] = [];
    const files = open({ onProblem: (problem) => problems.push(problem) });
    make(join(entries, KEY));
    expect(await files.read(KEY)).toBeUndefined();
    await files.write(KEY, BYTES);
    await files.close();
    // What is not empty is not taken away.
    const isFolder = what === "a folder";
    expect(await files.read(KEY)).toEqual(isFolder ? undefined : BYTES);
    expect(problems).toHaveLength(isFolder ? 1 : 0);
    expect(names()).toEqual([KEY]);
  });

  it("leaves a link's aim as it is", async () => {
    writeFileSync(join(root, "aim"), "mine");
    symlinkSync(join(root, "aim"), join(entries, KEY));
    await open().write(KEY, BYTES);
    expect(readFileSync(join(root, "aim"), "utf8")).toBe("mine");
  });

  it("is whole for whoever reads while many write it", async () => {
    const all = Array.from({ length: 20 }, () => open({ entryBytesMax: 1_000_000 }));
    const bytes = Buffer.alloc(300_000, "x");
    const found: (Uint8Array | undefined)[] = [];
    await Promise.all(
      all.flatMap((files) => [
        files.write(KEY, bytes),
        files.read(KEY).then((read) => found.push(read)),
      ]),
    );
    for (const read of found) expect(read === undefined || bytes.equals(read)).toBe(true);
    expect(names()).toEqual([KEY]);
  });

  it("is new again when it is used", async () => {
    const files = open();
    await files.write(KEY, BYTES);
    utimesSync(join(entries, KEY), 1, 1);
    await files.read(KEY);
    expect(statSync(join(entries, KEY)).mtimeMs).toBeGreaterThan(1e12);
  });
});

describe("the size", () => {
  const HOUR_MS = 3_600_000;
  const name = (index: number) => index.toString(16).padStart(64, "0");

  it("is kept: the longest unused go, down to nine tenths", () => {
    const files = [3, 1, 2, 0].map((usedMs) => ({ name: name(usedMs), bytes: 40, usedMs }));
    const due = (bytesMax: number) =>
      dueFiles(files, { bytesMax, nowMs: 0 }).map(({ usedMs }) => usedMs);
    expect(due(160)).toEqual([]);
    expect(due(159)).toEqual([0]);
    expect(due(120)).toEqual([0, 1]);
    expect(due(0)).toEqual([0, 1, 2, 3]);
  });

  it("is free of what a process that died left, and only of that", () => {
    const tmp = `${KEY}.${"0".repeat(16)}.tmp`;
    const files = [
      { name: tmp, bytes: 1, usedMs: 0 },
      { name: "mine.tmp", bytes: 1, usedMs: 0 },
      { name: KEY, bytes: 1, usedMs: 0 },
    ];
    const due = (nowMs: number) => dueFiles(files, { bytesMax: 10, nowMs }).map((one) => one.name);
    expect(due(HOUR_MS)).toEqual([]);
    expect(due(HOUR_MS + 1)).toEqual([tmp]);
    // A clock that was set back.
    expect(due(-HOUR_MS - 1)).toEqual([tmp]);
  });

  it("is kept while one writes, and at the end", async () => {
    const files = open({ bytesMax: 2000 });
    for (let index = 0; index < 50; index += 1) {
      await files.write(name(index), Buffer.alloc(100));
      const { bytes } = await keptSize(folder);
      expect(bytes).toBeLessThanOrEqual(2300);
    }
    await files.close();
    expect((await keptSize(folder)).bytes).toBeLessThanOrEqual(2000);
    expect(await files.read(name(49))).toEqual(Buffer.alloc(100));
  });
});
