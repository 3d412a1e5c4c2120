/**
 * Reads the flags `--queue` and `--queueFile`: where units are computed by others. A password is no argument:
 * everybody on a machine can read what its processes were started with.
 */
import { InputError } from "../../core/errors.js";
import { assertSecret, readShort } from "../../io/secret-file.js";
import type { UnitQueue } from "../../sim/live/queue/unit-queue.js";
import type { QueueFlags } from "./queue-flags.js";
import type { TextStream } from "./terminal.js";

const CODE = "QUEUE_URL";
const BYTES_MAX = 4096;

function fromEnvironment(name: string, env: NodeJS.ProcessEnv): string {
  const found = env[name];
  if (found !== undefined && found !== "") return found.trim();
  throw new InputError(`--queue env:${name}: the variable ${name} is not set`, { code: CODE });
}

/**
 * The URL of the queue.
 *
 * @param env the process's environment
 * @returns undefined where none is asked for
 * @throws InputError (`QUEUE_URL`) for one with a password on the command line, and for what cannot be
 *   read
 */
export function queueUrlOf(flags: QueueFlags, env: NodeJS.ProcessEnv): string | undefined {
  const { queue, queueFile } = flags;
  if (queueFile !== undefined) {
    assertSecret(queueFile, "--queueFile", CODE);
    const bytes = readShort(queueFile, { flag: "--queueFile", bytesMax: BYTES_MAX, code: CODE });
    return bytes.toString("utf8").trim();
  }
  if (queue === undefined) return undefined;
  const [, name] = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(queue) ?? [];
  if (name !== undefined) return fromEnvironment(name, env);
  if (queue.includes("@")) {
    const text =
      "--queue: found a URL with a password, which everybody on this machine can read; expected --queue env:NAME or --queueFile <path>";
    throw new InputError(text, { code: CODE });
  }
  return queue;
}

/** What a command needs of a queue while it runs. */
export interface OpenQueue {
  readonly queue: UnitQueue | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Opens the queue that flags name, and lets a progress line tell who works there.
 *
 * @throws InputError; RemoteError (`QUEUE_UNREACHABLE`)
 */
export async function openQueueOf(
  flags: QueueFlags & { readonly quiet: boolean; readonly threads?: number },
  { stderr, env }: { readonly stderr: TextStream; readonly env: NodeJS.ProcessEnv },
): Promise<OpenQueue> {
  const url = queueUrlOf(flags, env);
  if (url === undefined) return { queue: undefined, close: async () => {} };
  if (flags.threads !== undefined) {
    throw new InputError(
      "--threads: expected of poolsim worker, which computes, and not with --queue",
      {
        code: "USAGE",
      },
    );
  }
  const { openUnitQueue } = await import("../../sim/live/queue/unit-queue.js");
  let isTroubled = false;
  const queue = await openUnitQueue(url, {
    onTrouble: (trouble) => {
      if (!flags.quiet && trouble !== null && !isTroubled) {
        stderr.write(`poolsim: the queue cannot be reached, and is tried again: ${trouble}\n`);
      }
      if (!flags.quiet && trouble === null && isTroubled) {
        stderr.write("poolsim: the queue can be reached again\n");
      }
      isTroubled = trouble !== null;
    },
  });
  return { queue, close: () => queue.close() };
}

/** Who works at a queue, for a progress line. */
export function workersText(queue: UnitQueue | undefined): string {
  if (queue === undefined) return "";
  const { workers, threads } = queue.workers();
  if (workers === 0) return "no worker is there yet: poolsim worker";
  return `${workers} ${workers === 1 ? "worker" : "workers"}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}
