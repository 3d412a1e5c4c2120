/** The keystore's password: a file, the environment, or typed unseen at the terminal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { keystorePassword, PASSWORD_VARIABLE } from "../../../src/cli/pool/payouts/password.js";
import { Interrupted } from "../../../src/cli/shared/failure.js";

/** A terminal's keyboard: like a real one it can't be set back once its stream is destroyed. */
class Keyboard extends PassThrough {
  readonly isTTY: boolean;
  readonly modes: boolean[] = [];

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(isRaw: boolean): this {
    if (!this.destroyed) this.modes.push(isRaw);
    return this;
  }
}

function ask(...typed: readonly string[]) {
  const keyboard = new Keyboard(true);
  const shown: string[] = [];
  const stderr = { write: (text: string) => shown.push(text) };
  const answer = keystorePassword(undefined, { env: {}, stdin: keyboard, stderr });
  for (const chunk of typed) keyboard.write(chunk);
  return { answer, keyboard, shown: () => shown.join("") };
}

test.each([
  [["secret\r"], "secret"],
  [["s", "e", "x\u007fcret", "\n"], "secret"],
  [["pässwörd 🔑\r"], "pässwörd 🔑"],
  [["\r"], ""],
  [["before\rafter"], "before"],
])("typed %j: %j; nothing of it is shown, and the terminal is as it was", async (typed, want) => {
  const { answer, keyboard, shown } = ask(...typed);
  expect(await answer).toBe(want);
  expect(shown()).toBe("password of the keystore: \n");
  expect(keyboard.modes).toEqual([true, false]);
  expect([keyboard.destroyed, keyboard.isPaused()]).toEqual([false, true]);
});

test("Ctrl-C, and a terminal that goes away, end the command", async () => {
  const stopped = ask("secr\u0003et\r");
  await expect(stopped.answer).rejects.toBeInstanceOf(Interrupted);
  expect(stopped.keyboard.modes).toEqual([true, false]);
  const gone = ask("secr");
  gone.keyboard.end();
  await expect(gone.answer).rejects.toBeInstanceOf(Interrupted);
});

test("a file comes first, then the environment; white space around it is not of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-password-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { stdin, stderr } = process;
  const env = { [PASSWORD_VARIABLE]: "of the environment" };
  for (const [text, want] of [
    [" of the file \n", "of the file"],
    ["of the file\r\n", "of the file"],
    ["\n\ttwo\nlines\n\n", "two\nlines"],
  ] as const) {
    writeFileSync(join(folder, "password"), text, { mode: 0o600 });
    const found = await keystorePassword(join(folder, "password"), { env, stdin, stderr });
    expect(found).toBe(want);
  }
  expect(await keystorePassword(undefined, { env, stdin, stderr })).toBe("of the environment");
  await expect(
    keystorePassword(join(folder, "none"), { env, stdin, stderr }),
  ).rejects.toMatchObject({ code: "KEYSTORE" });
});

test("without a terminal nobody is asked, and what is piped in is not read", async () => {
  const stdin = new Keyboard(false);
  stdin.write("piped\n");
  const asked = keystorePassword(undefined, { env: {}, stdin, stderr: process.stderr });
  await expect(asked).rejects.toMatchObject({
    code: "KEYSTORE",
    message: expect.stringMatching(/expected --ethPasswordFile, or POOLSIM_KEYSTORE_PASSWORD/),
  });
});
