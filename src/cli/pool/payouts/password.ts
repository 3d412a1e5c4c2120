/** The keystore's password: from a file, the environment or the terminal; never an argument. */
import { InputError } from "../../../core/errors.js";
import { Interrupted } from "../../shared/failure.js";
import { readPassword } from "../../shared/wallet.js";

export const PASSWORD_VARIABLE = "POOLSIM_KEYSTORE_PASSWORD";
const ENTER = new Set(["\r", "\n", "\u0004"]);
const CTRL_C = "\u0003";
const BACKSPACE = new Set(["\u007f", "\b"]);

/** What is needed of a process. */
export interface Asked {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Keyboard;
  readonly stderr: { write(text: string): unknown };
}

interface Keyboard {
  readonly isTTY?: boolean | undefined;
  setRawMode(isRaw: boolean): unknown;
  setEncoding(encoding: "utf8"): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: "data" | "end", listener: (chunk: unknown) => void): unknown;
  removeListener(event: "data" | "end", listener: (chunk: unknown) => void): unknown;
}

/**
 * Finds the password.
 *
 * @param file a file that holds it, white space around it not counted
 * @throws InputError (`KEYSTORE`) when there is none to be had; Interrupted by Ctrl-C
 */
export async function keystorePassword(
  file: string | undefined,
  { env, stdin, stderr }: Asked = process,
): Promise<string> {
  if (file !== undefined) {
    return readPassword(file, "--ethPasswordFile");
  }
  const known = env[PASSWORD_VARIABLE];
  if (known !== undefined) return known;
  if (!stdin.isTTY) {
    throw new InputError(
      `the keystore's password: expected --ethPasswordFile, or ${PASSWORD_VARIABLE} in the environment`,
      { code: "KEYSTORE" },
    );
  }
  stderr.write("password of the keystore: ");
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  try {
    return await typed(stdin);
  } finally {
    // Otherwise Ctrl-C would mean nothing for the rest of the process.
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

/** What is typed before Enter. The stream stays open: a closed one could not be set back. */
async function typed(stdin: Keyboard): Promise<string> {
  let text = "";
  return await new Promise<string>((resolve, reject) => {
    const onData = (chunk: unknown): void => {
      for (const character of String(chunk)) {
        if (character === CTRL_C) {
          end(() => reject(new Interrupted()));
          return;
        }
        if (ENTER.has(character)) {
          end(() => resolve(text));
          return;
        }
        text = BACKSPACE.has(character) ? text.slice(0, -1) : text + character;
      }
    };
    const onEnd = (): void => end(() => reject(new Interrupted()));
    const end = (settle: () => void): void => {
      stdin.removeListener("data", onData);
      stdin.removeListener("end", onEnd);
      settle();
    };
    stdin.on("data", onData);
    stdin.on("end", onEnd);
    stdin.resume();
  });
}
