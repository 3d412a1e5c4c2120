/** The command `worker`: options, help and examples. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../config/duration.js";
import { EXIT_CODES, examples, type Outcome } from "../shared/help.js";
import { extensionOption } from "../shared/option-values.js";
import { queueOptions } from "../shared/queue-flags.js";
import type { Terminal } from "../shared/terminal.js";
import { threadsOption } from "../shared/threads.js";
import type { WorkerFlags } from "./run.js";

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

function lostSpan(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= SECOND_MS && ms <= HOUR_MS) return ms;
  throw new InvalidArgumentError("expected a span from 1s to 1h, such as 30s");
}

export function addWorker(program: Command, terminal: Terminal, outcome: Outcome): void {
  const worker = program
    .command("worker")
    .description("compute what others ask a queue for, until stopped")
    .addOption(extensionOption())
    .addOption(threadsOption("replications at a time; results do not depend on it"))
    .addOption(
      new Option(
        "--lost <span>",
        "after so long without a sign of life a worker's replications are given to others",
      )
        .argParser(lostSpan)
        .default(15 * SECOND_MS, "15s"),
    )
    .option("--quiet", "say nothing but what fails", false)
    .addHelpText(
      "after",
      `
Workers come and go as they like, on any number of machines, and may be killed: what one had is computed
by another. All need the very same build of poolsim on the same major version of Node. Ctrl-C finishes
what is at work and leaves; a second one leaves at once. Takes the packages bullmq and ioredis.
${examples(
  ["poolsim worker --queue env:POOLSIM_QUEUE", "on each machine"],
  ["poolsim advise pool.yaml --queue env:POOLSIM_QUEUE", "on one: asks, and prints the result"],
  ["poolsim worker --queueFile queue.url --threads 8", "the URL from a file"],
)}${EXIT_CODES}`,
    )
    .action(async (flags: WorkerFlags) => {
      const { work } = await import("./run.js");
      outcome.exitCode = await work(flags, terminal);
    });
  for (const option of queueOptions("where to take replications from")) worker.addOption(option);
}
