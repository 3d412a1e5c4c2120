/** Whatever is wrong with the file of the books, the line about it names the file. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withBooks } from "../../src/cli/pool/shared/open-books.js";
import { InputError, RemoteError } from "../../src/core/errors.js";
import { SqliteDatabase } from "../../src/io/sqlite.js";
import { assertThere } from "../../src/pool/books/sources/files.js";
import { openBooks } from "../support/books/books.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-open-books-"));
afterAll(() => rmSync(folder, { recursive: true }));

function failure(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

/** Books of which only the beginning is left, and those in which something was written over. */
function damaged(name: string, damage: (path: string) => void): string {
  const path = join(folder, name);
  const { store } = openBooks({ path });
  const database = new SqliteDatabase({ path });
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  store.close();
  damage(path);
  return path;
}

describe("Opening books", () => {
  it.each([
    ["cut off", (path: string) => truncateSync(path, 20_000)],
    [
      "written over",
      (path: string) => {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0x55, 4096, 60_000));
      },
    ],
  ])("that were %s", (name, damage) => {
    const path = damaged(`${name}.db`, damage);
    const error = failure(() => withBooks(path, "read", (store) => [...store.ledger.journal]));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error instanceof Error && error.message).toMatch(/^--db .*\.db: the file is damaged \(/);
  });

  it.each(["read", "write", "create"] as const)("where no file can be, to %s", (mode) => {
    const path = join(folder, "x".repeat(300));
    const error = failure(() => withBooks(path, mode, () => undefined));
    expect(error).toBeInstanceOf(InputError);
    expect(error instanceof Error && error.message).toBe(
      `--db ${path}: it cannot be read (ENAMETOOLONG)`,
    );
  });

  it("without a name", () => {
    const error = failure(() => withBooks("", "create", () => undefined));
    expect(error instanceof Error && error.message).toBe("--db: expected a file, found nothing");
  });

  it("leaves the failures of others alone", () => {
    const path = damaged("whole.db", () => undefined);
    const other = new RemoteError("away", { code: "AWAY" });
    const thrown = failure(() => {
      withBooks(path, "read", () => {
        throw other;
      });
    });
    expect(thrown).toBe(other);
  });
});

it("A path of events where no file can be is an error of its user", () => {
  const path = join(folder, "x".repeat(300));
  expect(failure(() => assertThere(path))).toMatchObject({
    code: "FILE_UNREADABLE",
    message: `${path}: it cannot be read (ENAMETOOLONG)`,
  });
});
