/**
 * A worker: takes units from a queue and computes them in threads. This thread stays free, so that BullMQ
 * renews its locks on them: a unit whose worker is not heard of is another's. It may be ended at any
 * instant; what it had is computed again elsewhere, and counts once.
 */
import type { Job } from "bullmq";
import { LRUCache } from "lru-cache";
import { InputError } from "../../../core/errors.js";
import { toPlainError } from "../../experiment/threads/plain-error.js";
import { threadEntry } from "../../experiment/threads/thread-entry.js";
import { ThreadPool } from "../../experiment/threads/thread-pool.js";
import type { Extension } from "../../extensions/extension.js";
import type { SimulationInput } from "../../input.js";
import { entryBytes, entryResult } from "../../kept/entry.js";
import { UnitKeys } from "../../kept/key.js";
import type { ReplicationResult } from "../../results.js";
import { DEATHS_MAX } from "./asked-units.js";
import { connect } from "./connection.js";
import { inputKeyOf, PREFIX, queueName, RESULT_TTL_S, resultKeyOf } from "./names.js";
import { Presence } from "./presence.js";
import { atMost, queueBuild } from "./unit-queue.js";
import { type Answer, inputOf, UNIT_JOB, type UnitJob } from "./wire.js";

/** How a worker works. */
export interface ServeUnitsOptions {
  /** Of Redis or Valkey; it may hold a password. */
  readonly url: string;
  /** How many units are computed at a time. */
  readonly threads: number;
  /** What scenarios may name: no other code is run. */
  readonly extensions: readonly Extension[];
  /** After so long without a sign of life a unit is given to another worker, ms. */
  readonly lostMs: number;
  /** When it aborts, no more units are taken; it leaves when those at work are over. */
  readonly signal: AbortSignal;
  /** It is there, at `host:port`. */
  readonly onReady: (place: string) => void;
  /** A unit is over; so many were computed. */
  readonly onComputed: (count: number) => void;
  /** The queue cannot be reached, and why; `null`: it can be again. */
  readonly onTrouble: (trouble: string | null) => void;
}

/** The stack is of no use on another machine. */
function failure(error: unknown): Answer {
  return { type: "failure", error: { ...toPlainError(error), stack: "" } };
}

const INPUTS_KEPT = 100;
const LEAVE_MS = 1000;

/**
 * Works until it is told to leave.
 *
 * @returns how many units it computed
 * @throws InputError (`QUEUE_URL`, `QUEUE_PACKAGES`, `QUEUE_BUILD`: another build is at work there);
 *   RemoteError (`QUEUE_UNREACHABLE`)
 */
export async function serveUnits(options: ServeUnitsOptions): Promise<number> {
  const { url, threads, extensions, lostMs, signal, onReady, onComputed, onTrouble } = options;
  const build = queueBuild();
  const keys = new UnitKeys(build);
  const entry = threadEntry();
  if (entry === undefined) throw new InputError("there are no threads", { code: "QUEUE_BUILD" });
  const connection = await connect(url);
  const { bullmq, redis, place } = connection;
  connection.onTrouble(onTrouble);
  let computed = 0;
  let end = (_?: unknown): void => {};
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  const presence = new Presence(connection, { build, threads, onRefused: end });
  const pool = new ThreadPool({ entry, threads });
  const inputs = new LRUCache<string, SimulationInput>({ max: INPUTS_KEPT });

  async function inputFor({ input: hash }: UnitJob): Promise<SimulationInput | undefined> {
    const known = inputs.get(hash);
    if (known !== undefined) return known;
    const bytes = await redis.getBuffer(inputKeyOf(hash));
    if (bytes === null) return undefined;
    const input = inputOf(bytes, hash, { extensions, keys });
    inputs.set(hash, input);
    return input;
  }

  async function isWanted({ asker }: UnitJob): Promise<boolean> {
    if (presence.has(asker)) return true;
    await presence.refresh();
    return presence.has(asker);
  }

  async function answer(key: string, data: unknown): Promise<Answer> {
    const { data: unit } = UNIT_JOB.safeParse(data);
    if (unit === undefined) throw new InputError("a job is no unit", { code: "QUEUE_UNIT" });
    if (!(await isWanted(unit))) return { type: "skipped" };
    const there = await redis.getBuffer(resultKeyOf(key));
    if (there !== null && entryResult(key, there) !== undefined) return { type: "done" };
    const input = await inputFor(unit);
    if (input === undefined) return { type: "inputMissing" };
    const { seed, replication } = unit;
    if (keys.of({ input, seed, replication }) !== key) {
      throw new InputError("a job is not the unit that its id says", { code: "QUEUE_UNIT" });
    }
    let result: ReplicationResult;
    try {
      result = await pool.run(input, { seed, replication });
    } catch (error) {
      // It would be the same with any other worker.
      return failure(error);
    }
    computed += 1;
    onComputed(computed);
    const bytes = entryBytes(key, result);
    if (bytes === undefined) return { type: "unsendable" };
    await redis.set(resultKeyOf(key), Buffer.from(bytes), "EX", RESULT_TTL_S);
    return { type: "done" };
  }

  try {
    await presence.come();
    const worker = new bullmq.Worker(
      queueName(build),
      async ({ id = "", data }: Job): Promise<Answer> => {
        try {
          return await answer(id, data);
        } catch (error) {
          // What Redis refuses may go another time; a unit that is none stays so.
          if (error instanceof InputError) return failure(error);
          throw error;
        }
      },
      {
        connection: redis,
        prefix: PREFIX,
        concurrency: threads,
        lockDuration: lostMs,
        stalledInterval: lostMs,
        maxStalledCount: DEATHS_MAX,
      },
    );
    worker.on("error", () => {});
    await worker.waitUntilReady();
    onReady(place);
    signal.addEventListener("abort", () => end(), { once: true });
    if (signal.aborted) end();
    const refused = await ended;
    await worker.close();
    if (refused !== undefined) throw refused;
    return computed;
  } finally {
    await pool.close();
    await atMost(LEAVE_MS, presence.leave());
    redis.disconnect();
  }
}
