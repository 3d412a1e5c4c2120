/** Measurements that cannot be read: which file, and why. */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { inProcess } from "../../support/cli/in-process.js";

test("the reason is said", async () => {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-unreadable-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [none, circle] = [join(folder, "none.txt"), join(folder, "circle.txt")];
  symlinkSync(circle, circle);
  for (const [file, why] of [
    [none, "no such file"],
    [join(none, "x.txt"), "no such file"],
    [circle, "no such file (its links lead in a circle)"],
    [join(folder, `${"a".repeat(300)}.txt`), "no such file (the name is too long)"],
  ] as const) {
    expect(await inProcess("calibrate", file)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `${file}: ${why}\n`,
    });
  }
});
