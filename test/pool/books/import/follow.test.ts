/** Several sources, polled at once until stopped. */
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { RemoteError } from "../../../../src/core/errors.js";
import { filesSource } from "../../../../src/pool/books/sources/files.js";
import { followSources } from "../../../../src/pool/books/sources/follow.js";
import { nodeSource } from "../../../../src/pool/books/sources/orchestrator.js";
import { repeat } from "../../../../src/pool/books/sources/repeat.js";
import { type EventSource, pollSource } from "../../../../src/pool/books/sources/source.js";
import { balances, NOW_MS, openBooks } from "../../../support/books/books.js";
import { ALICE, list, transcode } from "../../../support/books/events.js";

const alice = `pending:${ALICE.toLowerCase()}:transcode:eu`;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "poolsim-follow-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const files = (name: string, ...paths: string[]): EventSource =>
  filesSource({ name, paths: paths.map((path) => join(folder, path)) });

it("A directory that is gone for a while is asked later and later; the other goes on", async () => {
  const books = openBooks();
  const controller = new AbortController();
  const pauses: number[] = [];
  writeFileSync(join(folder, "here.json"), list(transcode(ALICE, 8n)));
  await followSources([files("gone", "gone.json"), files("here", "here.json")], books.store, {
    now: () => NOW_MS,
    signal: controller.signal,
    intervalMs: 2,
    maxPauseMs: 8,
    onPoll: ({ name }) => {
      if (name === "gone") controller.abort();
    },
    onFailure: ({ name }, { code }, pauseMs) => {
      expect([name, code]).toEqual(["gone", "FILE_MISSING"]);
      pauses.push(pauseMs);
      if (pauses.length === 5) {
        writeFileSync(join(folder, "gone.json"), list(transcode(ALICE, 80n)));
      }
    },
  });
  expect(pauses).toEqual([2, 4, 8, 8, 8]);
  expect(balances(books)[alice]).toBe(66n);
});

it("What can't pass ends all of them", async () => {
  const books = openBooks();
  writeFileSync(join(folder, "here.json"), "[]");
  const wrong = nodeSource({ name: "o", url: "ftp://nowhere" });
  const following = followSources([files("here", "here.json"), wrong], books.store, {
    now: () => NOW_MS,
    intervalMs: 3_600_000,
  });
  await expect(following).rejects.toMatchObject({ code: "EVENTS_URL" });
});

it("Books that somebody else writes right now are no reason to stop, damaged ones are", async () => {
  const controller = new AbortController();
  const codes = ["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_CORRUPT", "never"];
  const failing = repeat(
    () => Promise.reject(new RemoteError("no", { code: codes.shift() ?? "" })),
    { signal: controller.signal, intervalMs: 1 },
  );
  await expect(failing).rejects.toMatchObject({ code: "SQLITE_CORRUPT" });
  expect(codes).toEqual(["never"]);
});

it("Half a line at the end of a file that is being written waits for its other half, for a minute", async () => {
  const books = openBooks();
  const path = join(folder, "grows.jsonl");
  const poll = async (text: string, writtenMs: number, isFollowed = true) => {
    appendFileSync(path, text);
    utimesSync(path, NOW_MS / 1000, writtenMs / 1000);
    const options = { now: () => NOW_MS, isFollowed };
    const { recorded, quarantined } = await pollSource(
      files("grows", "grows.jsonl"),
      books.store,
      options,
    );
    return [recorded, quarantined];
  };
  const [first, second, third] = [8n, 80n, 800n].map((fees) => {
    return `${JSON.stringify(transcode(ALICE, fees))}\n`;
  });
  if (first === undefined || second === undefined || third === undefined) throw new Error("three");
  const half = second.length / 2;
  expect(await poll(first + second.slice(0, half), NOW_MS)).toEqual([1, 0]);
  // It did not change, and is looked at again all the same.
  expect(await poll("", NOW_MS - 59_000)).toEqual([0, 0]);
  expect(await poll(second.slice(half) + third.slice(0, half), NOW_MS)).toEqual([1, 0]);
  expect(books.store.quarantine.count()).toBe(0);
  // Nobody goes on with it.
  expect(await poll("", NOW_MS - 60_000)).toEqual([0, 1]);
  rmSync(path);
  // What is read once only is said at once.
  expect(await poll(third.slice(0, half + 1), NOW_MS, false)).toEqual([0, 1]);
});

/** Reads a file once. */
async function readOnce(books: ReturnType<typeof openBooks>, name: string, text: string) {
  writeFileSync(join(folder, name), text);
  const { recorded, quarantined } = await pollSource(files("once", name), books.store, {
    now: () => NOW_MS,
  });
  return [recorded, quarantined];
}

it("What a file ended within waits no more when it has grown, and all of it was read", async () => {
  const books = openBooks();
  const [first = "", second = "", third = ""] = [8n, 80n, 800n].map((fees) =>
    JSON.stringify(transcode(ALICE, fees)),
  );
  const half = second.slice(0, second.length / 2);
  for (const cut of [
    `[${first},`,
    `[${first},\n${half}`,
    `[${first},\n${second},\n`,
    `[${first},\n${second},\n${third}`,
  ]) {
    const [, quarantined] = await readOnce(books, "a.json", cut);
    expect([cut.length, quarantined, books.store.quarantine.count()]).toEqual([cut.length, 1, 1]);
  }
  expect(await readOnce(books, "a.json", `[${first},\n${second},\n${third}]\n`)).toEqual([0, 0]);
  expect(books.store.quarantine.count()).toBe(0);
  // Another file that is cut is said, as the first one was.
  expect(await readOnce(books, "b.json", `[${first}`)).toEqual([0, 1]);
  // What took its place is another text: nobody knows what the first one went on with.
  expect(await readOnce(books, "b.json", `[${second},${third},${first}]`)).toEqual([0, 0]);
  expect(books.store.quarantine.count()).toBe(1);
  expect(balances(books)[alice]).toBe(666n);
  books.store.close();
});
