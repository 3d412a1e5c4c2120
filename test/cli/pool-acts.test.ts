/** What operators do by hand, as commands: each with its reason and author, refused without. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enter, openBooks } from "../support/books/books.js";
import { ALICE, BOB, list, transcode } from "../support/books/events.js";
import { emptyFolder } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = emptyFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const db = join(folder, "pool.db");
const NEW = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

beforeAll(() => {
  const books = openBooks({ path: db });
  enter(books, list(transcode(ALICE, 1_000n), transcode(BOB, 300n)));
  enter(books, '[{"ID": 7, "odd": 1}, {"ID": 8, "odd": 2}]');
  books.store.close();
});

async function pool(...args: readonly string[]) {
  const outcome = await inProcess("pool", ...args, "--db", db, "--json");
  const json: unknown = outcome.exitCode === 0 ? JSON.parse(outcome.stdout) : null;
  return { ...outcome, json };
}
const why = ["--reason", "test", "--author", "Ada"];

it("holds, releases, moves, merges, dismisses: said with who did it, and the books stay right", async () => {
  expect(await pool("hold", ALICE, "--until", "2999-01-01", ...why)).toMatchObject({
    json: { address: ALICE.toLowerCase(), untilAt: "2999-01-01T00:00:00Z", author: "Ada" },
  });
  expect(await pool("hold")).toMatchObject({ json: { holds: [{ reason: "test" }] } });
  expect(await pool("worker", ALICE)).toMatchObject({ json: { hold: { author: "Ada" } } });
  expect(await pool("payouts", "--threshold", "1")).toMatchObject({
    json: { owed: [{ notDue: "held" }, { notDue: null }] },
  });
  expect(await pool("release", ALICE, ...why)).toMatchObject({ json: { isNew: true } });
  expect(await pool("move", ALICE, NEW, ...why)).toMatchObject({ json: { wei: "750" } });
  expect(await pool("merge", BOB, NEW, ...why)).toMatchObject({ json: { wei: "225" } });
  expect(await pool("merge")).toMatchObject({ json: { merges: [{ to: NEW.toLowerCase() }] } });
  expect(await pool("merge", BOB, "--end", ...why)).toMatchObject({ json: { isNew: true } });
  expect(await pool("dismiss", "--piece", "1", "2", ...why)).toMatchObject({
    json: { changed: 2, waiting: 0 },
  });
  expect(await pool("dismiss", "--piece", "2", "--undo", ...why)).toMatchObject({
    json: { waiting: 1 },
  });
  expect(await pool("bind", NEW, ...why)).toMatchObject({ json: { isNew: true } });
  expect(await pool("bind")).toMatchObject({
    json: { wallet: NEW.toLowerCase(), chainId: "42161" },
  });
  const { json } = await pool("acts");
  const acts = Array.isArray(Reflect.get(json ?? {}, "acts"))
    ? Reflect.get(json ?? {}, "acts")
    : [];
  expect(acts.map((act: { kind: string; author: string }) => `${act.kind} ${act.author}`)).toEqual(
    [
      ...["bind", "dismiss-undone", "dismiss", "dismiss", "merge-ended", "merge", "hold", "move"],
      ...["hold-released", "hold"],
    ].map((kind) => `${kind} Ada`),
  );
  expect(await pool("verify")).toMatchObject({ exitCode: 0, json: { isRight: true } });
});

it.each([
  ["no reason", ["hold", ALICE], /--reason/],
  ["an empty reason", ["release", ALICE, "--reason", " "], /--reason/],
  ["a stranger", ["hold", NEW.replace("C8", "c9").toLowerCase(), ...why], /not in these books/],
  ["a slip", ["move", BOB, `0x${"12".repeat(20)}`, ...why], /checksum/],
  ["a wrong checksum", ["move", BOB, NEW.replace("C8", "c8"), ...why], /checksum/],
  ["a time that is over", ["hold", BOB, "--until", "2020-01-01", ...why], /over already/],
  ["one address", ["merge", BOB, ...why], /two addresses/],
  ["no piece", ["dismiss", "--piece", "99", ...why], /no piece 99/],
  ["no batch", ["payouts", "approve", "3", ...why], /no batch 3/],
  ["another word", ["payouts", "aprove", "3", ...why], /expected approve/],
  ["another wallet without a look", ["bind", ALICE, ...why], /--ethUrl/],
])("refuses %s", async (_, args, expected) => {
  const { exitCode, stderr } = await pool(...args);
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(expected)]);
});
