/** A Redis of the test's own: on a free port of loopback, and nothing is written to a disk. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { endsWithUs } from "../ends-with-us.js";

const SERVER = "/usr/bin/redis-server";

/** Why nothing that takes a Redis can be tried here; null: it can. */
export const NO_REDIS: string | null = existsSync(SERVER)
  ? null
  : `${SERVER} is not installed (apt-get install redis-server): queues were not tried`;

/** A running server. */
export interface RedisServer {
  readonly port: number;
  /** Without a password, where it has none. */
  readonly url: string;
  /** A client of the test's own. */
  readonly client: Redis;
  readonly stop: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", resolve));
}

/**
 * Starts one.
 *
 * @param options.port @default a free one; another process may take that meanwhile, so it is tried again
 */
export async function startRedis({
  port: given,
  password,
}: {
  readonly port?: number;
  readonly password?: string;
} = {}): Promise<RedisServer> {
  for (let tries = 1; ; tries += 1) {
    const port = given ?? (await freePort());
    const args = [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
    ];
    const secret = password === undefined ? [] : ["--requirepass", password];
    const child = endsWithUs(
      spawn(SERVER, [...args, ...secret], { cwd: tmpdir(), stdio: "ignore" }),
    );
    const url = `redis://${password === undefined ? "" : `:${password}@`}127.0.0.1:${port}`;
    const client = new Redis(url, { maxRetriesPerRequest: null });
    client.on("error", () => {});
    while (child.exitCode === null && client.status !== "ready") await sleep(5);
    if (child.exitCode === null) {
      return {
        port,
        url,
        client,
        stop: async () => {
          client.disconnect();
          child.kill("SIGKILL");
          await ended(child);
        },
      };
    }
    client.disconnect();
    if (tries >= 10) throw new Error("no Redis could be started");
  }
}
