/** What commands see of the process: its streams, their width and colour, its environment. */
import { fstatSync, writeFileSync } from "node:fs";

/** A stream that text goes to. */
export interface TextStream {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  /** Characters in a line. */
  readonly width: number;
  readonly hasColour: boolean;
}

export interface Terminal {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** The command line as it was given, for replaying. */
  readonly commandLine: string;
  /** POOLSIM_DEBUG is set: internal errors show their stacks. */
  readonly isDebug: boolean;
}

/** A stream of this process. */
type Stream = NodeJS.WriteStream & { readonly fd: number };

/** Somebody else's failure, see `EXIT`. */
const EXIT_UNWRITABLE = 4;
const WIDTH_DEFAULT = 100;
const WIDTH_MIN = 40;
const WIDTH_MAX = 500;

function widthOf(columns: number | undefined, env: NodeJS.ProcessEnv): number {
  const asked = Number(env["COLUMNS"]);
  const width = Number.isInteger(asked) && asked > 0 ? asked : (columns ?? WIDTH_DEFAULT);
  return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width));
}

function hasColour(isTTY: boolean, env: NodeJS.ProcessEnv): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTTY && env["TERM"] !== "dumb";
}

/** Whether it goes to a file: not to a terminal, a pipe or a device. */
function isFile({ fd }: Stream): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** Node's own stream to a file takes a write of which the disk had room for a part only to be a whole one. */
function writeWhole(
  { fd }: Stream,
  text: string,
  fail: (error: NodeJS.ErrnoException) => void,
): void {
  try {
    writeFileSync(fd, Buffer.from(text));
  } catch (error) {
    fail(error as NodeJS.ErrnoException);
  }
}

function textStream(stream: Stream, env: NodeJS.ProcessEnv): TextStream {
  const isTTY = stream.isTTY === true;
  const fail = (error: NodeJS.ErrnoException) => {
    // Whoever reads a pipe may stop reading (head, less): that is no error.
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    // A full disk, for instance: it can be said where errors go, unless that is what fails.
    if (stream === process.stdout) {
      process.stderr.write(
        `poolsim: what it prints can't be written (${error.code ?? error.message})\n`,
      );
    }
    process.exit(EXIT_UNWRITABLE);
  };
  stream.on("error", fail);
  return {
    write: isFile(stream)
      ? (text) => writeWhole(stream, text, fail)
      : (text) => {
          stream.write(text);
        },
    isTTY,
    width: widthOf(stream.columns, env),
    hasColour: hasColour(isTTY, env),
  };
}

/** An argument as a shell would have to be given it. */
function shellQuoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** A command line for replaying, without the passwords that may stand in it, also in URLs. */
export function commandLineOf(args: readonly string[]): string {
  const shown = args.map((argument, index) => {
    if (args[index - 1] === "--ethPassword") return "…";
    if (argument.startsWith("--ethPassword=")) return "--ethPassword=…";
    return shellQuoted(argument.replaceAll(/:\/\/[^@\s/]*@/g, "://…@"));
  });
  return ["poolsim", ...shown].join(" ");
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { env, argv, stdout, stderr } = process;
  return {
    stdout: textStream(stdout, env),
    stderr: textStream(stderr, env),
    commandLine: commandLineOf(argv.slice(2)),
    isDebug: (env["POOLSIM_DEBUG"] ?? "") !== "",
  };
}
