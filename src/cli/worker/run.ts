/** `poolsim worker`: computes the replications that others ask a queue for. */
import { InputError } from "../../core/errors.js";
import { POOLSIM_VERSION } from "../../core/version.js";
import { counted } from "../../core/wording.js";
import { serveUnits } from "../../sim/live/queue/serve-units.js";
import { queueBuild } from "../../sim/live/queue/unit-queue.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT } from "../shared/failure.js";
import type { QueueFlags } from "../shared/queue-flags.js";
import { queueUrlOf } from "../shared/queue-options.js";
import { stoppable } from "../shared/stoppable.js";
import type { Terminal } from "../shared/terminal.js";
import { threadsOf } from "../shared/threads.js";

export interface WorkerFlags extends QueueFlags {
  readonly extension: readonly string[];
  readonly threads?: number;
  /** ms. */
  readonly lost: number;
  readonly quiet: boolean;
}

/**
 * Works until it is stopped.
 *
 * @returns the exit code
 * @throws InputError, RemoteError, as `serveUnits`
 */
export async function work(flags: WorkerFlags, terminal: Terminal): Promise<number> {
  const { quiet, lost: lostMs } = flags;
  const threads = threadsOf(flags, process.env);
  const url = queueUrlOf(flags, process.env);
  if (url === undefined) {
    throw new InputError("expected --queue env:NAME or --queueFile <path>", { code: "USAGE" });
  }
  const extensions = await extensionsOf(flags.extension);
  const { stderr } = terminal;
  const say = (text: string): void => {
    if (!quiet) stderr.write(`poolsim: ${text}\n`);
  };
  let isTroubled = false;
  const computed = await stoppable((signal) => {
    signal.addEventListener("abort", () => say("leaves when what is at work is over"));
    return serveUnits({
      url,
      threads,
      extensions,
      lostMs,
      signal,
      onReady: (place) => {
        const { code, node } = queueBuild();
        const build = `poolsim ${POOLSIM_VERSION}, build ${code.slice(0, 8)}, Node ${node}`;
        say(`works at ${place} in ${counted(threads, "thread")} (${build})`);
      },
      onComputed: (count) => {
        if (!quiet && stderr.isTTY) stderr.write(`\r\u001b[K${counted(count, "replication")}`);
      },
      onTrouble: (trouble) => {
        if (trouble !== null && !isTroubled) {
          say(`the queue cannot be reached, and is tried again: ${trouble}`);
        }
        isTroubled = trouble !== null;
      },
    });
  });
  if (!quiet && stderr.isTTY) stderr.write("\r\u001b[K");
  say(`computed ${counted(computed, "replication")}`);
  return EXIT.ok;
}
