/** The command `bench-worker`: options, help and examples. */
import { type Command, Option } from "commander";
import { EXIT_CODES, examples, type Outcome } from "../shared/help.js";
import { wholeNumber } from "../shared/option-values.js";
import type { Terminal } from "../shared/terminal.js";
import type { BenchWorkerFlags } from "./run.js";

export function addBenchWorker(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("bench-worker")
    .description("measure this machine as a worker, and ask a pool whether it is admitted")
    .requiredOption("--api <url>", "the pool's API (poolsim pool serve), e.g. https://pool:8443")
    .requiredOption(
      "--key <file>",
      "a key of the pool, as the file of keys has it; readable by its owner only",
    )
    .requiredOption("--transcoder <address>", "the worker's address")
    .option("--bench <file>", "what livepeer_bench printed here; without it, ffmpeg transcodes")
    .option("--name <name>", "the worker's name, as the pool's admission rules spell it")
    .addOption(
      new Option(
        "--maxSessions <n>",
        "sessions that the worker offers (default: the most that were measured)",
      ).argParser(wholeNumber(1, 1000)),
    )
    .addOption(
      new Option("--transfers <n>", "transfers of each session, at each number of sessions")
        .argParser(wholeNumber(1, 1000))
        .default(10),
    )
    .addOption(
      new Option("--sourceBytes <n>", "bytes of a segment that comes in")
        .argParser(wholeNumber(1, 4_194_304))
        .default(1_500_000),
    )
    .addOption(
      new Option("--resultBytes <n>", "bytes of a segment's renditions that go back")
        .argParser(wholeNumber(1, 4_194_304))
        .default(1_000_000),
    )
    .addOption(
      new Option("--segments <n>", "segments that ffmpeg transcodes in each session")
        .argParser(wholeNumber(1, 1000))
        .default(30),
    )
    .option("--ca <file>", "certificate, or authority, of the pool (default: the system's)")
    .option("--anyCertificate", "any certificate: the pool is known by its signature alone", false)
    .option("--out <file>", "keep what was measured, as poolsim calibrate reads it")
    .addHelpText(
      "after",
      `
Download and upload are real transfers from and to the pool, as many at a time as there are sessions; the
transcoding comes from livepeer_bench, at the numbers of sessions that it was run with, or from ffmpeg with
libx264 (Debian: apt install ffmpeg), which is slower than most graphics cards. Exit code 1: refused.
${examples(
  [
    "poolsim bench-worker --api https://pool:8443 --key key.json --transcoder 0xab… --bench rtx.txt --anyCertificate",
    "with what livepeer_bench printed",
  ],
  [
    "poolsim bench-worker --api http://127.0.0.1:8080 --key key.json --transcoder 0xab… --maxSessions 2",
    "ffmpeg, at 1 and 2 sessions",
  ],
)}${EXIT_CODES}`,
    )
    .action(async (flags: BenchWorkerFlags) => {
      const { benchWorker } = await import("./run.js");
      outcome.exitCode = await benchWorker(flags, terminal);
    });
}
