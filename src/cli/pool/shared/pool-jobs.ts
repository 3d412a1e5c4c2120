/** The jobs of a pool's file, each bound to what does it. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../core/errors.js";
import { makeFolder } from "../../../io/make-folder.js";
import type { PoolStore } from "../../../pool/books/store/store.js";
import { INCOME_DIFFERS } from "../../../pool/operate/income/differs.js";
import type { Job, JobCounts, JobRun } from "../../../pool/operate/job.js";
import { lookForAlerts } from "../../../pool/operate/jobs/alerts-job.js";
import { backUp } from "../../../pool/operate/jobs/backup-job.js";
import { closeLastRound } from "../../../pool/operate/jobs/close-round-job.js";
import { type CommandOptions, runCommand } from "../../../pool/operate/jobs/command-job.js";
import { importOnce } from "../../../pool/operate/jobs/import-job.js";
import { watchFiles } from "../../../pool/operate/jobs/watch-files.js";
import { livepeerRound } from "../../../pool/operate/livepeer-round.js";
import type { PoolFile } from "./pool-file.js";
import { JOBS, type JobName } from "./pool-file-schema.js";

/** What jobs work with. */
export interface JobMeans {
  readonly store: PoolStore;
  /** How poolsim itself is started. */
  readonly program: CommandOptions["program"];
}

/** The jobs that a pool's file asks for, by name. */
export function jobNames(file: PoolFile): readonly JobName[] {
  const { sources, chain, income, payouts, backup, advise, alerts } = file;
  const isAskedFor: Readonly<Record<JobName, boolean>> = {
    import: sources.length > 0,
    reconcile: income !== undefined,
    "close-round": chain !== undefined,
    payouts: payouts?.send === true,
    verify: true,
    backup: backup !== undefined,
    advise: advise !== undefined,
    alerts: alerts !== undefined,
    prune: true,
  };
  return (Object.keys(JOBS) as JobName[]).filter((name) => isAskedFor[name]);
}

type Work = Pick<Job, "run" | "watch">;

/** The jobs that a pool's file asks for, in the order in which the documentation has them. */
export function poolJobs(file: PoolFile, means: JobMeans): readonly Job[] {
  return jobNames(file).flatMap((name) => {
    const work = workOf(name, file, means);
    const spec = file.specs.get(name);
    if (work === null || spec === undefined) return [];
    return [{ ...spec, ...work, description: JOBS[name].does }];
  });
}

/** What a job does; null: the file does not ask for it. */
function workOf(name: JobName, file: PoolFile, { store, program }: JobMeans): Work | null {
  const {
    books: db,
    sources,
    watched,
    chain,
    income,
    payouts,
    backup,
    advise,
    alerts,
    keepRuns,
  } = file;
  switch (name) {
    case "import":
      return {
        run: (run) => importOnce(store, sources, run),
        watch: (arrived, signal) => watchFiles(watched, arrived, signal),
      };
    case "reconcile":
      if (income === undefined) return null;
      return {
        run: (run) =>
          reconcile(["pool", "reconcile", ...incomeArguments(db, income)], program, run),
      };
    case "close-round":
      if (chain === undefined) return null;
      return {
        run: (run) => closeLastRound(store, (signal) => livepeerRound(chain, signal), run),
      };
    case "payouts":
      if (payouts === undefined) return null;
      return {
        run: (run) => pay(["pool", "payouts", ...payoutArguments(db, payouts)], program, run),
      };
    case "verify":
      return { run: (run) => verify(["pool", "verify", "--db", db, "--json"], program, run) };
    case "backup":
      if (backup === undefined) return null;
      return {
        run: (run) => backUp(db, backup, run),
      };
    case "advise":
      if (advise === undefined) return null;
      return { run: (run) => adviseInto(advise, program, run) };
    case "alerts": {
      if (alerts === undefined) return null;
      const advice = advise === undefined ? null : join(advise.to, "advice.json");
      const places = { books: db, hasBackups: backup !== undefined, advice };
      return { run: (run) => lookForAlerts(store, { plan: alerts, places }, run) };
    }
    case "prune":
      return { run: async ({ now }) => ({ removed: store.runs.prune(now() - keepRuns) }) };
  }
}

/** The options of `pool payouts` that a file's `payouts` stands for. */
function payoutArguments(db: string, payouts: NonNullable<PoolFile["payouts"]>): readonly string[] {
  const { send, partial, ...values } = payouts;
  return [
    ...["--db", db, "--json"],
    ...(send ? ["--send"] : []),
    ...(partial ? ["--partial"] : []),
    ...Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    ),
  ];
}

/** The options of `pool reconcile` that a file's `income` stands for. */
function incomeArguments(db: string, income: NonNullable<PoolFile["income"]>): readonly string[] {
  const { enter, region, ...values } = income;
  const why = ["--region", region, "--reason", "income.enter of pool.yaml", "--author", "pool up"];
  return [
    ...["--db", db, "--json"],
    ...(enter ? ["--enter", ...why] : []),
    ...Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    ),
  ];
}

/** 1: what nodes told and what the chain has differ. */
async function reconcile(
  args: readonly string[],
  program: CommandOptions["program"],
  run: JobRun,
): Promise<JobCounts> {
  const { exitCode, stdout } = await runCommand(args, { program, good: [0, 1] }, run);
  const { block, redemptions, agreed, entered, untold, unfound, different } = parsed(stdout, args);
  const apart = {
    untold: lengthOf(untold),
    unfound: lengthOf(unfound),
    different: lengthOf(different),
  };
  const counts = { redemptions: Number(redemptions), agreed: Number(agreed) };
  const all = { ...counts, entered: Number(entered), ...apart, block: Number(block) };
  run.say(
    Object.entries(all)
      .map(([name, count]) => `${name} ${count}`)
      .join(", "),
  );
  if (exitCode === 0) return all;
  throw new InputError(
    `${INCOME_DIFFERS}: ${apart.untold} not told, ` +
      `${apart.unfound} not found, ${apart.different} of another amount; poolsim pool reconcile shows them`,
    { code: "INCOME_DIFFERS" },
  );
}

/** 1: somebody who is due was not paid, or a payment reverted. */
async function pay(
  args: readonly string[],
  program: CommandOptions["program"],
  run: JobRun,
): Promise<JobCounts> {
  const { exitCode, stdout } = await runCommand(args, { program, good: [0, 1] }, run);
  const { payouts, owed } = parsed(stdout, args);
  const hindered = (Array.isArray(owed) ? owed : []).filter((one) => textIn(one, "hindrance"));
  // Alerts read these lines.
  for (const one of hindered) {
    run.say(`hindered ${textIn(one, "hindrance")} ${textIn(one, "address")}`);
  }
  const counts = { payouts: lengthOf(payouts), hindered: hindered.length };
  if (exitCode === 0) return counts;
  throw new InputError("somebody who is due was not paid, or a payment reverted", {
    code: "PAYOUTS_HINDERED",
  });
}

/** 1: the books are wrong. */
async function verify(
  args: readonly string[],
  program: CommandOptions["program"],
  run: JobRun,
): Promise<JobCounts> {
  const { exitCode, stdout } = await runCommand(args, { program, good: [0, 1] }, run);
  const { wrong, events, entries } = parsed(stdout, args);
  const sentences = Array.isArray(wrong) ? wrong.map(String) : [];
  for (const sentence of sentences) run.say(sentence);
  if (exitCode === 0) return { events: Number(events), entries: Number(entries) };
  throw new InputError(`the books are wrong: ${sentences[0] ?? "see the log"}`, {
    code: "BOOKS_WRONG",
  });
}

async function adviseInto(
  { scenario, to, budget }: NonNullable<PoolFile["advise"]>,
  program: CommandOptions["program"],
  run: JobRun,
): Promise<JobCounts> {
  const args = ["advise", scenario, "--json", "--budget", budget];
  const { stdout } = await runCommand(args, { program, niceness: 19 }, run);
  const { workers } = parsed(stdout, args);
  makeFolder(to, 0o700);
  const path = join(to, "advice.json");
  // Whoever reads it reads the whole of it.
  writeFileSync(`${path}.unfinished`, stdout);
  renameSync(`${path}.unfinished`, path);
  run.say(`written to ${path}`);
  return { workers: lengthOf(workers) };
}

function parsed(json: string, args: readonly string[]): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw new InputError(`${args.slice(0, 2).join(" ")}: what it printed is no result`, {
    code: "COMMAND",
  });
}

function textIn(value: unknown, name: string): string {
  const part: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : "";
  return typeof part === "string" ? part : "";
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
