/** `pool compare-schemes` on a narrow terminal. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { runProgram } from "../../src/cli/program.js";
import { enter, openBooks } from "../support/books/books.js";
import { ALICE, list, transcode } from "../support/books/events.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-compare-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("No line is wider than the terminal, and none of the words is lost", async () => {
  const db = join(folder, "pool.db");
  const books = openBooks({ path: db });
  enter(books, list(transcode(ALICE, 8n)));
  books.store.close();
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  const stream = { write, isTTY: false, width: 70, hasColour: false };
  const terminal = { stdout: stream, stderr: stream, commandLine: "", isDebug: false };
  expect(await runProgram(["pool", "compare-schemes", "--db", db], terminal)).toBe(0);
  expect(text.split("\n").filter((line) => line.length > 70)).toEqual([]);
  expect(text.replaceAll(/\s+/g, " ")).toContain(
    "Renditions: 1 of 1 job do not say how many they had (no open-pool event does): each counts as the constant 1.",
  );
});
