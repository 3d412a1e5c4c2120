/**
 * Units that somebody waits for, and what workers say of them. Each is asked for once, and counts once,
 * however often it is computed: its worker may have died, and news may be lost with a connection, so one
 * looks again from time to time for what nobody has told.
 */
import type { Queue } from "bullmq";
import { RemoteError } from "../../../core/errors.js";
import { fromPlainError } from "../../experiment/threads/plain-error.js";
import { entryResult } from "../../kept/entry.js";
import type { ReplicationResult } from "../../results.js";
import type { Connection } from "./connection.js";
import { FETCHED_TTL_S, INPUT_TTL_S, inputKeyOf, PREFIX, resultKeyOf } from "./names.js";
import { ANSWER, type Answer, type UnitJob } from "./wire.js";

/** Results are some 30 KB each: not all at once. */
const AT_A_TIME = 100;
const LOOK_AGAIN_MS = 2000;
const LOOK_AGAIN_AT = 1000;
/** A unit whose workers die as often as that is what they die of. */
export const DEATHS_MAX = 10;
const TRIES_MAX = 100;
/** What Redis refuses a worker is tried again a little later. */
const TRIED = { attempts: 5, backoff: { type: "exponential", delay: 500 } } as const;

/** What is asked. */
export interface AskedUnit {
  /** The unit's key. */
  readonly key: string;
  readonly job: UnitJob;
  /** The input's bytes, for who has not got it. */
  readonly input: () => Promise<Uint8Array>;
  /** Computes it here, where its result cannot be sent. */
  readonly here: () => Promise<ReplicationResult>;
}

interface Waiting extends AskedUnit {
  readonly promise: Promise<ReplicationResult>;
  readonly resolve: (result: ReplicationResult) => void;
  readonly reject: (error: unknown) => void;
  users: number;
  tries: number;
}

/** All units that this process asks for. */
export class AskedUnits {
  readonly #connection: Connection;
  readonly #queue: Queue;
  readonly #waiting = new Map<string, Waiting>();
  readonly #sent = new Set<string>();
  #fresh: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(connection: Connection, queue: Queue) {
    this.#connection = connection;
    this.#queue = queue;
    this.#lookAgainLater();
  }

  /** Asks for a unit, and waits for it. */
  ask(unit: AskedUnit): Promise<ReplicationResult> {
    const known = this.#waiting.get(unit.key);
    if (known !== undefined) {
      known.users += 1;
      return known.promise;
    }
    const { promise, resolve, reject } = withResolvers<ReplicationResult>();
    // Whoever asked may be gone.
    promise.catch(() => {});
    const waiting: Waiting = { ...unit, promise, resolve, reject, users: 1, tries: 0 };
    this.#waiting.set(unit.key, waiting);
    this.#askSoon(waiting);
    return promise;
  }

  /** One who asked for a unit waits no longer. */
  async forget(key: string): Promise<void> {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    waiting.users -= 1;
    if (waiting.users > 0) return;
    this.#waiting.delete(key);
    // One that is being computed stays.
    await this.#queue.remove(key).catch(() => 0);
  }

  /** A worker's answer, as it came. */
  answered(key: string, said: unknown): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    const { data } = ANSWER.safeParse(said);
    void this.#take(waiting, data ?? { type: "skipped" });
  }

  /** BullMQ has given a unit up. */
  failed(key: string, reason: string): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    const isStalled = reason.includes("stalled");
    const why = isStalled ? `${DEATHS_MAX + 1} workers ended while they computed it` : reason;
    const error = new RemoteError(`replication ${waiting.job.replication} was given up: ${why}`, {
      code: "QUEUE_UNIT_FAILED",
    });
    this.#settle(waiting, () => waiting.reject(error));
  }

  /** All that is waited for fails. */
  failAll(error: unknown): void {
    for (const waiting of [...this.#waiting.values()]) {
      this.#settle(waiting, () => waiting.reject(error));
    }
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #settle(waiting: Waiting, how: () => void): void {
    if (this.#waiting.get(waiting.key) !== waiting) return;
    this.#waiting.delete(waiting.key);
    how();
  }

  #askSoon(waiting: Waiting): void {
    this.#fresh.push(waiting);
    if (this.#fresh.length === 1) setImmediate(() => void this.#askFresh());
  }

  async #askFresh(): Promise<void> {
    const all = this.#fresh;
    this.#fresh = [];
    for (let from = 0; from < all.length; from += AT_A_TIME) {
      const some = all.slice(from, from + AT_A_TIME).filter((one) => this.#isWanted(one));
      try {
        await this.#askFor(some);
      } catch (error) {
        if (this.#isOver) return;
        for (const one of some) this.#settle(one, () => one.reject(this.#problem(error)));
      }
    }
  }

  #isWanted(waiting: Waiting): boolean {
    return !this.#isOver && this.#waiting.get(waiting.key) === waiting;
  }

  #problem(error: unknown): Error {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("QUEUE_")) {
      return error;
    }
    const why = error instanceof Error ? error.message : String(error);
    const text = `the queue at ${this.#connection.place} refuses a unit: ${why}`;
    return new RemoteError(text, { code: "QUEUE_UNREACHABLE", cause: error });
  }

  /** What lies there from before is taken; the rest is put into the queue. */
  async #askFor(some: readonly Waiting[]): Promise<void> {
    const missing = await this.#fetch(some);
    for (const { job, input } of missing) {
      if (this.#sent.has(job.input)) continue;
      const bytes = Buffer.from(await input());
      await this.#connection.redis.set(inputKeyOf(job.input), bytes, "EX", INPUT_TTL_S);
      this.#sent.add(job.input);
    }
    await this.#queue.addBulk(
      missing.map(({ key, job }) => ({
        name: "unit",
        data: job,
        opts: { jobId: key, removeOnComplete: true, removeOnFail: true, ...TRIED },
      })),
    );
  }

  /** @returns those whose results are not there */
  async #fetch(some: readonly Waiting[]): Promise<readonly Waiting[]> {
    if (some.length === 0) return [];
    const keys = some.map(({ key }) => resultKeyOf(key));
    const found = await this.#connection.redis.mgetBuffer(...keys);
    return some.filter((waiting, index) => {
      const bytes = found[index] ?? undefined;
      const result = bytes && entryResult(waiting.key, bytes);
      if (result === undefined) return this.#isWanted(waiting);
      void this.#connection.redis.expire(resultKeyOf(waiting.key), FETCHED_TTL_S).catch(() => {});
      this.#settle(waiting, () => waiting.resolve(result));
      return false;
    });
  }

  async #take(waiting: Waiting, answer: Answer): Promise<void> {
    try {
      if (answer.type === "failure") {
        return this.#settle(waiting, () => waiting.reject(fromPlainError(answer.error)));
      }
      if (answer.type === "unsendable") {
        const result = await waiting.here();
        return this.#settle(waiting, () => waiting.resolve(result));
      }
      if (answer.type === "inputMissing") this.#sent.delete(waiting.job.input);
      const [missing] = await this.#fetch([waiting]);
      if (missing !== undefined) this.#askAgain(missing);
    } catch (error) {
      if (!this.#isOver) this.#settle(waiting, () => waiting.reject(error));
    }
  }

  #askAgain(waiting: Waiting): void {
    waiting.tries += 1;
    if (waiting.tries <= TRIES_MAX) this.#askSoon(waiting);
    else this.failed(waiting.key, `its result was lost ${TRIES_MAX} times`);
  }

  #lookAgainLater(): void {
    this.#timer = setTimeout(() => {
      this.#lookAgain()
        .catch(() => {
          // It is looked for again, once the connection is back.
        })
        .finally(() => {
          if (!this.#isOver) this.#lookAgainLater();
        });
    }, LOOK_AGAIN_MS);
    this.#timer.unref();
  }

  /** Finds what nobody told of: a result that lies there, and a unit that is not in the queue. */
  async #lookAgain(): Promise<void> {
    const fresh = new Set(this.#fresh);
    const some = [...this.#waiting.values()]
      .filter((one) => !fresh.has(one))
      .slice(0, LOOK_AGAIN_AT);
    if (some.length === 0) return;
    const asked = this.#connection.redis.pipeline();
    // First the job: one that is over by then has left its result.
    for (const { key } of some) {
      asked.exists(`${PREFIX}:${this.#queue.name}:${key}`).exists(resultKeyOf(key));
    }
    const found = (await asked.exec()) ?? [];
    for (const [index, waiting] of some.entries()) {
      const [isQueued, hasResult] = [found[2 * index]?.[1], found[2 * index + 1]?.[1]];
      if (hasResult === 1) await this.#fetch([waiting]);
      else if (isQueued === 0 && this.#isWanted(waiting)) {
        this.#sent.delete(waiting.job.input);
        this.#askAgain(waiting);
      }
      // Those that were not looked at come first next time.
      if (this.#waiting.get(waiting.key) !== waiting) continue;
      this.#waiting.delete(waiting.key);
      this.#waiting.set(waiting.key, waiting);
    }
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
