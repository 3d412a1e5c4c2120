/**
 * The door between a command and its node. It counts the questions, makes the chain's blocks (one
 * in each of the command's looks at the chain, or in a share of them, somewhere among its questions), and kills the command
 * at an instant that is counted in questions: none of this depends on how fast the machine is.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Anvil } from "./anvil.js";
import type { RpcCall } from "./rpc-proxy.js";

/** When a command is killed. */
export interface Instant {
  /** Counted from 1. */
  readonly question: number;
  /** Before the node hears of it, before the command has the answer, or some time after that. */
  readonly phase: "asked" | "answered" | "atWork";
  /** Of the time in which the command usually asks again, 0 … 2: how long after the answer. */
  readonly pause: number;
}

/** A whole run has some 80. A command that asks so many goes on and on: that is wrong, not slow. */
export const QUESTIONS_MAX = 2_000;

/** The first question of each look at the chain. */
const FIRST = "eth_chainId";

export class KillGate {
  readonly url: string;
  /** The methods of the questions so far. */
  readonly asked: string[] = [];
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(options: GateOptions): Promise<KillGate> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const gate = new KillGate(server);
    const door = new Door(options, gate);
    server.on("request", (request, response) => {
      // Who asked may be dead before the question is whole.
      void textOf(request).then(
        (body) => door.serve(body, response),
        () => response.destroy(),
      );
    });
    return gate;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export interface GateOptions {
  readonly anvil: Anvil;
  readonly instant: Instant;
  readonly kill: () => void;
  /** Instead of the kill: what the command has to notice by itself. @default none */
  readonly happening?: (() => Promise<void>) | null;
  /** Of the command's looks at the chain, those in which there is a block, 0 … 1. @default 1 */
  readonly blockShare?: number;
  /** The next of a series of numbers, 0 … 1. */
  readonly draw: () => number;
  /** What the node says instead of the truth; null: the truth. */
  readonly lie: (call: RpcCall) => Promise<object | null>;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

class Door {
  readonly #options: GateOptions;
  readonly #gate: KillGate;
  /** Questions of this look so far, of the last one, and before which of them the block comes. */
  #place = 0;
  #places = 1;
  #blockAt = 0;
  #answeredMs: number | null = null;
  /** Of the command's own work between an answer and its next question. */
  readonly #worked = { ms: 0, times: 0 };

  constructor(options: GateOptions, gate: KillGate) {
    this.#options = options;
    this.#gate = gate;
  }

  async serve(body: string, response: ServerResponse): Promise<void> {
    const { anvil, instant, kill, draw, happening = null } = this.#options;
    const { method }: { readonly method: string } = JSON.parse(body);
    const number = this.#gate.asked.push(method);
    const isInstant = number === instant.question;
    if (isInstant) await happening?.();
    const isLast = happening === null && isInstant;
    if (this.#answeredMs !== null) {
      this.#worked.ms += performance.now() - this.#answeredMs;
      this.#worked.times++;
    }
    const isOver = number > (happening === null ? instant.question : QUESTIONS_MAX);
    if (isOver || (isLast && instant.phase === "asked")) {
      kill();
      response.destroy();
      return;
    }
    await this.#makeBlock(method, draw);
    const headers = { "content-type": "application/json" };
    const call: RpcCall = JSON.parse(body);
    const lie = await this.#options.lie(call);
    const answer =
      lie === null
        ? await fetch(anvil.url, { method: "POST", headers, body })
        : new Response(JSON.stringify({ jsonrpc: "2.0", id: call.id, ...lie }));
    const text = await answer.text();
    if (isLast && instant.phase === "answered") {
      kill();
      response.destroy();
      return;
    }
    response.writeHead(answer.status, headers);
    response.end(text);
    this.#answeredMs = performance.now();
    if (!isLast) return;
    const { ms, times } = this.#worked;
    await sleep(times === 0 ? 0 : (instant.pause * ms) / times);
    kill();
  }

  async #makeBlock(method: string, draw: () => number): Promise<void> {
    if (method === FIRST) {
      this.#places = Math.max(this.#place, 1);
      this.#place = 0;
      const hasBlock = draw() < (this.#options.blockShare ?? 1);
      this.#blockAt = hasBlock ? Math.floor(draw() * this.#places) : -1;
    }
    if (this.#place++ === this.#blockAt) await this.#options.anvil.rpc("anvil_mine", "0x1");
  }
}
