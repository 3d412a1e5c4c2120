/** Several sources, polled at once until stopped. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { RemoteError } from "../../../../src/core/errors.js";
import { filesSource } from "../../../../src/pool/books/sources/files.js";
import { followSources } from "../../../../src/pool/books/sources/follow.js";
import { nodeSource } from "../../../../src/pool/books/sources/orchestrator.js";
import { repeat } from "../../../../src/pool/books/sources/repeat.js";
import type { EventSource } from "../../../../src/pool/books/sources/source.js";
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
