/** How commands end: the exit codes, and errors as one line. */
import { InputError, RemoteError } from "../../core/errors.js";
import { systemCode } from "../../core/system-error.js";
import { POOLSIM_VERSION } from "../../core/version.js";
import type { Terminal } from "./terminal.js";
import { inOneLine, visible } from "./visible.js";

/** Exit codes; documented in `poolsim --help`. */
export const EXIT = {
  ok: 0,
  expectationFailed: 1,
  nobodyFound: 1,
  quarantineGrew: 1,
  badInput: 2,
  internalError: 3,
  remoteFailed: 4,
  payoutsStopped: 5,
  interrupted: 130,
} as const;

/** Books and chain disagree: nothing is paid until an operator has looked. */
const STOPPED = new Set(["PAYOUT_NONCES_UNKNOWN", "PAYOUT_NONCE_GAP"]);

/** The user stopped the command. */
export class Interrupted extends Error {}

/** The line for an error that only a bug of poolsim can explain. */
function internalErrorLine(error: unknown, { commandLine, isDebug }: Terminal): string {
  const message = error instanceof Error ? error.message : String(error);
  const stack = isDebug && error instanceof Error ? `\n${error.stack}` : "";
  const versions = `poolsim ${POOLSIM_VERSION}, node ${process.version}`;
  const line = `poolsim: this is a bug of poolsim: ${message}; replay it with: ${commandLine} (${versions})`;
  return `${visible(inOneLine(line))}${stack}`;
}

/**
 * Prints an error.
 *
 * @returns the exit code for it
 */
export function reportFailure(error: unknown, terminal: Terminal): number {
  if (error instanceof InputError) {
    terminal.stderr.write(`${visible(error.message)}\n`);
    return STOPPED.has(error.code) ? EXIT.payoutsStopped : EXIT.badInput;
  }
  // Whatever the system refuses, a full disk for instance, is no bug either.
  if (error instanceof RemoteError || (error instanceof Error && systemCode(error) !== null)) {
    terminal.stderr.write(`poolsim: ${error.message.replaceAll(/[\p{Cc}\s]+/gu, " ")}\n`);
    return EXIT.remoteFailed;
  }
  if (error instanceof Interrupted) {
    terminal.stderr.write("poolsim: interrupted\n");
    return EXIT.interrupted;
  }
  terminal.stderr.write(`${internalErrorLine(error, terminal)}\n`);
  return EXIT.internalError;
}
