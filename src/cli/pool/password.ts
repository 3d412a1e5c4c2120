/** The keystore's password: from a file, the environment or the terminal; never an argument. */
import { InputError } from "../../core/errors.js";
import { readSmall } from "../discover/wallet.js";

export const PASSWORD_VARIABLE = "POOLSIM_KEYSTORE_PASSWORD";
const ENTER = new Set(["\r", "\n", "\u0004"]);
const CTRL_C = "\u0003";
const BACKSPACE = new Set(["\u007f", "\b"]);

/**
 * Finds the password.
 *
 * @param file a file that holds it, a line's end at its end not counted
 * @throws InputError (`KEYSTORE`) when there is none to be had
 */
export async function keystorePassword(file: string | undefined): Promise<string> {
  if (file !== undefined) {
    return readSmall(file, "--ethPasswordFile").replace(/\r?\n$/, "");
  }
  const known = process.env[PASSWORD_VARIABLE];
  if (known !== undefined) return known;
  if (process.stdin.isTTY) return await prompt();
  throw new InputError(
    `the keystore's password: expected --ethPasswordFile, or ${PASSWORD_VARIABLE} in the environment`,
    { code: "KEYSTORE" },
  );
}

/** Asks without showing what is typed. */
async function prompt(): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write("password of the keystore: ");
  stdin.setRawMode(true).setEncoding("utf8").resume();
  try {
    let typed = "";
    for await (const chunk of stdin) {
      for (const character of String(chunk)) {
        if (character === CTRL_C) throw new InputError("no password", { code: "KEYSTORE" });
        if (ENTER.has(character)) return typed;
        typed = BACKSPACE.has(character) ? typed.slice(0, -1) : typed + character;
      }
    }
    return typed;
  } finally {
    stdin.setRawMode(false).pause();
    stderr.write("\n");
  }
}
