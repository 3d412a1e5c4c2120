/** Units that workers compute, on any number of machines: an executor that asks a queue for them. */
import { InputError } from "../../../core/errors.js";
import { closedError, type Executor } from "../../experiment/executor.js";
import { loadedExtensions } from "../../extensions/load-extensions.js";
import { type Build, thisBuild } from "../../kept/build.js";
import { isKeepable, UnitKeys } from "../../kept/key.js";
import { AskedUnits } from "./asked-units.js";
import { connect } from "./connection.js";
import { PREFIX, queueName } from "./names.js";
import { Presence } from "./presence.js";
import { inputBytes } from "./wire.js";
import type { Workers } from "./workers.js";

/** A queue that one asks. */
export interface UnitQueue {
  /**
   * Asks for the replications of a seed.
   *
   * @param local computes the few whose results cannot be sent; closed with this one
   */
  readonly executor: (seed: number, local: Executor) => Executor;
  /** Who is there to compute, as was known some seconds ago. */
  readonly workers: () => Workers;
  /** Leaves. What was asked for and is not computed yet is taken back. */
  readonly close: () => Promise<void>;
}

/** How a queue is opened. */
export interface UnitQueueOptions {
  /** Is told that the queue cannot be reached, and why; with `null` that it can be again. */
  readonly onTrouble?: ((trouble: string | null) => void) | undefined;
}

/** How long leaving may take. */
const LEAVE_MS = 1000;

/**
 * The build that everybody at a queue has to have.
 *
 * @throws InputError (`QUEUE_BUILD`) in a bundle
 */
export function queueBuild(): Build {
  const build = thisBuild();
  if (build !== null) return build;
  throw new InputError("a bundle has no build that others could have, expected poolsim installed", {
    code: "QUEUE_BUILD",
  });
}

/** Waits for some work, at most for so long, and does not mind how it ends. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([
    work.then(
      () => {},
      () => {},
    ),
    over,
  ]);
  clearTimeout(timer);
}

/**
 * Opens a queue to ask for replications: `poolsim worker` computes them, on any machine that reaches it.
 * Takes the packages `bullmq` and `ioredis`.
 *
 * @param url of Redis or Valkey, `redis://…` or `rediss://…`; it may hold a password, which no message
 *   repeats. Whoever can write to it can forge results
 * @throws InputError (`QUEUE_URL`, `QUEUE_PACKAGES`, `QUEUE_BUILD`: another build is at work there);
 *   RemoteError (`QUEUE_UNREACHABLE`)
 */
export async function openUnitQueue(
  url: string,
  { onTrouble }: UnitQueueOptions = {},
): Promise<UnitQueue> {
  const build = queueBuild();
  const keys = new UnitKeys(build);
  const connection = await connect(url);
  const { bullmq, redis } = connection;
  if (onTrouble !== undefined) connection.onTrouble(onTrouble);
  let refuse = (_: unknown): void => {};
  const presence = new Presence(connection, {
    build,
    threads: 0,
    onRefused: (error) => refuse(error),
  });
  try {
    await presence.come();
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  const name = queueName(build);
  const queue = new bullmq.Queue(name, { connection: redis, prefix: PREFIX });
  const events = new bullmq.QueueEvents(name, {
    connection: redis,
    prefix: PREFIX,
    // As long as that it keeps the process alive where Redis is away.
    blockingTimeout: 1000,
  });
  // Told by the connection itself.
  queue.on("error", () => {});
  events.on("error", () => {});
  const units = new AskedUnits(connection, queue);
  refuse = (error) => units.failAll(error);
  events.on("completed", ({ jobId, returnvalue }) => units.answered(jobId, returnvalue));
  events.on("failed", ({ jobId, failedReason }) => units.failed(jobId, failedReason));
  await events.waitUntilReady();
  const leaving = new Set<Promise<unknown>>();
  return {
    workers: () => presence.workers(),
    executor: (seed, local) => {
      const own = new Set<{ readonly key: string; readonly reject: (error: unknown) => void }>();
      let isClosed = false;
      return {
        run: (input, replication) => {
          if (isClosed) return Promise.reject(closedError());
          if (!isKeepable(input)) {
            const text =
              "an extension imports others' code, so that its hash does not say what a worker would compute; expected extensions that import nothing, or no queue";
            return Promise.reject(new InputError(text, { code: "QUEUE_UNIT" }));
          }
          const key = keys.of({ input, seed, replication });
          const inputHash = keys.ofInput(input);
          const unit = units.ask({
            key,
            job: { form: 1, asker: presence.member, input: inputHash, seed, replication },
            input: async () => inputBytes(input, await loadedExtensions(input.extensions ?? [])),
            here: () => local.run(input, replication),
          });
          return new Promise((resolve, reject) => {
            const one = { key, reject };
            own.add(one);
            unit.then(resolve, reject).finally(() => own.delete(one));
          });
        },
        close: async () => {
          isClosed = true;
          const open = [...own];
          own.clear();
          for (const { reject } of open) reject(closedError());
          // Nobody waits for that: what stays in the queue is passed over once we have left.
          const taken = Promise.all(open.map(({ key }) => units.forget(key)));
          leaving.add(taken);
          void taken.finally(() => leaving.delete(taken));
          await local.close();
        },
      };
    },
    close: async () => {
      // Where Redis is away, nothing is told to it.
      const isThere = redis.status === "ready";
      if (isThere) await atMost(LEAVE_MS, Promise.all([...leaving]));
      units.close();
      if (isThere) await atMost(LEAVE_MS, presence.leave());
      else presence.stop();
      await atMost(LEAVE_MS, Promise.all([events.close(), queue.close()]));
      // An open connection would keep the process alive.
      await atMost(LEAVE_MS, Promise.all([events.disconnect(), queue.disconnect()]));
      redis.disconnect();
    },
  };
}
