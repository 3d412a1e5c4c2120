/**
 * Who is at a queue. It is one build's as long as anybody of that build is there: what another computes
 * would be no part of the same result. Who is not heard of for a while is not there any more.
 */

import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { z } from "zod";
import { InputError } from "../../../core/errors.js";
import { POOLSIM_VERSION } from "../../../core/version.js";
import type { Build } from "../../kept/build.js";
import type { Connection } from "./connection.js";
import { BUILD_KEY, MEMBERS_KEY } from "./names.js";
import type { Workers } from "./workers.js";

/** After so many seconds without a sign of life one is gone. */
const GONE_S = 30;
const SIGN_MS = 2000;

// By the clock of Redis: those of the machines need not agree.
const SIGN = `
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[1] then return { found } end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[2], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[3]))
redis.call('EXPIRE', KEYS[2], 2 * tonumber(ARGV[3]))
local members = redis.call('ZRANGE', KEYS[2], 0, -1)
table.insert(members, 1, '')
return members`;

const LEAVE = `
redis.call('ZREM', KEYS[2], ARGV[2])
if redis.call('ZCARD', KEYS[2]) == 0 and redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return {}`;

function buildText({ code, node }: Build): string {
  return JSON.stringify({ poolsim: POOLSIM_VERSION, code: code.slice(0, 16), node });
}

const BUILD = z.object({ poolsim: z.string(), code: z.string(), node: z.string() });

function aboutBuild(text: string): string {
  try {
    const { poolsim, code, node } = BUILD.parse(JSON.parse(text));
    return `poolsim ${poolsim}, build ${code.slice(0, 8)}, Node ${node}`;
  } catch {
    return "something else";
  }
}

/** One's own presence. */
export class Presence {
  readonly #connection: Connection;
  readonly #build: string;
  /** How others see this process: `asker` or the threads of a worker, the machine, and a number. */
  readonly member: string;
  readonly #onRefused: (error: InputError) => void;
  #members: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /**
   * @param options.threads of a worker; 0: one who asks
   * @param options.onRefused the queue has become another build's
   */
  constructor(
    connection: Connection,
    options: {
      readonly build: Build;
      readonly threads: number;
      readonly onRefused: (error: InputError) => void;
    },
  ) {
    this.#connection = connection;
    this.#build = buildText(options.build);
    this.#onRefused = options.onRefused;
    const id = randomBytes(6).toString("hex");
    this.member = `${options.threads} ${hostname().slice(0, 80)} ${process.pid} ${id}`;
  }

  /**
   * Comes, and stays until it leaves.
   *
   * @throws InputError (`QUEUE_BUILD`) where another build is
   */
  async come(): Promise<void> {
    await this.refresh();
    const next = (): void => {
      if (this.#isOver) return;
      this.#timer = setTimeout(() => {
        this.refresh().then(next, (error: unknown) => {
          if (error instanceof InputError) this.#onRefused(error);
          else next();
        });
      }, SIGN_MS);
    };
    next();
  }

  /** Gives a sign of life, and looks who else is there. */
  async refresh(): Promise<void> {
    const found = await this.#call(SIGN);
    const [other = "", ...members] = found;
    if (other !== "") {
      const text = `the queue at ${this.#connection.place} is in use by ${aboutBuild(other)}; this is ${aboutBuild(this.#build)}: expected the very same build and major version of Node on all machines`;
      throw new InputError(text, { code: "QUEUE_BUILD" });
    }
    this.#members = members;
  }

  /** Whether somebody was there when one last looked. */
  has(member: string): boolean {
    return this.#members.includes(member);
  }

  /** The workers that were there. */
  workers(): Workers {
    const threads = this.#members.map((member) => Number.parseInt(member, 10) || 0);
    const working = threads.filter((count) => count > 0);
    return { workers: working.length, threads: working.reduce((sum, count) => sum + count, 0) };
  }

  /** Gives no more signs of life. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** Leaves, once Redis can be reached. */
  async leave(): Promise<void> {
    this.stop();
    await this.#call(LEAVE);
  }

  async #call(script: string): Promise<readonly string[]> {
    const keys = [BUILD_KEY, MEMBERS_KEY];
    const found = await this.#connection.redis.eval(
      script,
      2,
      ...keys,
      this.#build,
      this.member,
      GONE_S,
    );
    return Array.isArray(found) ? found.map(String) : [];
  }
}
