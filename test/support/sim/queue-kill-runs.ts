/**
 * Four workers at a queue, of which two are killed at instants spread over the work, and every second time
 * the command that asks too, which is then run again: the result has the bytes of one machine, and every
 * unit counts once. The queue itself is the clock: the results that
 * lie in it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeKey, uniform } from "../../../src/core/random.js";
import { copyOfBuilt } from "../cli/built-copy.js";
import { ownState } from "../cli/command.js";
import { endsWithUs } from "../ends-with-us.js";
import { type RedisServer, startRedis } from "../servers/redis.js";

export interface QueueKillRuns {
  readonly runs: number;
  readonly kills: number;
  /** Kills while some of the units were computed and some were not. */
  readonly inWindow: number;
  /** Sentences about what was wrong; empty when all is well. */
  readonly wrong: readonly string[];
}

export interface QueueKillOptions {
  readonly runs: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

const WORKERS = 4;
/** How long after a unit was finished a worker lives, ms: somewhere in the next one. */
const JITTER_MS = 40;

const POOL = `name: wide
warmup: 30s
duration: 30s
network: { limit: 3 }
gateway: { region: FRA }
demand: { concurrentStreams: 4 }
stream: { length: { distribution: constant, mean: 3m } }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.4, pricePerUnit: 1000 }
workers:
  - { name: good, count: 2, roundTripMs: 400 }
  - { name: candidate, roundTripMs: 1900 }
`;

const SCENARIO = `${POOL}replications: 8
variants:
  without: { orchestrator.admission.exclude: [candidate] }
  with: {}
decision: { baseline: without, candidate: with }
`;

/** What is asked, in turn. */
const COMMANDS = [
  ["advise", "advise.yaml", "--replications", "16", "--only", "candidate"],
  ["run", "run.yaml", "--sensitivity", "off"],
] as const;

interface Asking {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
}

class Place {
  readonly #main: string;
  readonly path: string;

  constructor(main: string, path: string) {
    this.#main = main;
    this.path = path;
    mkdirSync(path);
    writeFileSync(join(path, "run.yaml"), SCENARIO);
    writeFileSync(join(path, "advise.yaml"), POOL);
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Asking {
    const child = endsWithUs(
      spawn(process.execPath, [this.#main, ...args], {
        cwd: this.path,
        env: { ...ownState(this.path), ...env },
        stdio: ["ignore", "ignore", "pipe"],
      }),
    );
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const ended = once(child, "close").then(([code]) => (code === 0 ? "" : `${code}: ${said}`));
    return { child, ended };
  }

  /** Units that were kept. */
  get kept(): readonly string[] {
    const results = join(this.path, ".poolsim/results");
    const all = existsSync(results) ? readdirSync(results) : [];
    return all.filter((name) => /^[0-9a-f]{64}$/.test(name)).sort();
  }

  /** @returns the result's bytes; how it ended where it did not end well */
  async ask(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string> {
    return this.answer(await this.start([...args, "--json", "out.json", "--quiet"], env).ended);
  }

  /** The same of one that ended like this. */
  answer(how: unknown): string {
    return how === "" ? readFileSync(join(this.path, "out.json"), "utf8") : String(how);
  }
}

async function resultsIn({ client }: RedisServer): Promise<number> {
  return (await client.keys("poolsim:result:*")).length;
}

/** Does them all. */
export async function killQueueWorkers(options: QueueKillOptions): Promise<QueueKillRuns> {
  const { runs, seed, log } = options;
  const root = mkdtempSync(join(tmpdir(), "poolsim-kill-queue-"));
  const redis = await startRedis();
  const env = { POOLSIM_QUEUE: redis.url };
  const queue = ["--queue", "env:POOLSIM_QUEUE"];
  const { k0, k1 } = makeKey(seed, 7);
  let draws = 0;
  const chance = (): number => {
    draws += 1;
    return uniform(k0, k1, draws);
  };
  const wrong: string[] = [];
  let [kills, inWindow] = [0, 0];
  try {
    const main = await copyOfBuilt(root);
    const workers = new Place(main, join(root, "workers"));
    const straight = new Place(main, join(root, "straight"));
    for (let run = 0; run < runs; run += 1) {
      const command = COMMANDS[run % COMMANDS.length] ?? COMMANDS[0];
      const asked = [...command, "--seed", String(1 + run)];
      const before = straight.kept;
      const expected = await straight.ask([...asked, "--threads", "2"]);
      if (!expected.startsWith("{")) throw new Error(`the command itself fails: ${expected}`);
      const own = straight.kept.filter((key) => !before.includes(key));
      await redis.client.flushall();
      const working = Array.from({ length: WORKERS }, () =>
        workers.start(["worker", ...queue, "--threads", "1", "--lost", "2s", "--quiet"], env),
      );
      const asking = new Place(main, join(root, `run-${run}`));
      const asks = [...asked, ...queue];
      const first = asking.start([...asks, "--json", "out.json", "--quiet"], env);
      const isAskerKilled = run % 2 === 0;
      const victims = [working[0], working[1], ...(isAskerKilled ? [first] : [])];
      let isOver = false;
      void first.ended.finally(() => {
        isOver = true;
      });
      const at = Array.from(victims, () => Math.floor(chance() * own.length)).sort((a, b) => a - b);
      const found: number[] = [];
      for (const [index, units] of at.entries()) {
        while (!isOver && (await resultsIn(redis)) < units) await sleep(1);
        await sleep(JITTER_MS * chance());
        victims[index]?.child.kill("SIGKILL");
        kills += 1;
        const there = await resultsIn(redis);
        found.push(there);
        if (!isOver && there < own.length) inWindow += 1;
      }
      const what = `seed ${seed}, run ${run} (${command[0]}): two of ${WORKERS} workers${isAskerKilled ? " and who asks" : ""} killed with ${found.join(", ")} of ${own.length} units computed`;
      log(what);
      const how = await first.ended;
      const answer = isAskerKilled ? await asking.ask(asks, env) : asking.answer(how);
      if (answer !== expected) wrong.push(`${what}: another result: ${answer}`);
      const kept = asking.kept;
      if (kept.join() !== own.join()) wrong.push(`${what}: other units: ${kept.length}`);
      const left = await redis.client.keys("poolsim:units-*:[0-9a-f]*[0-9a-f]");
      if (left.some((key) => /:[0-9a-f]{64}$/.test(key))) wrong.push(`${what}: units are left`);
      for (const { child } of working) child.kill("SIGKILL");
      await Promise.all(working.map(({ ended }) => ended));
    }
    return { runs, kills, inWindow, wrong };
  } finally {
    await redis.stop();
    rmSync(root, { recursive: true, force: true });
  }
}
