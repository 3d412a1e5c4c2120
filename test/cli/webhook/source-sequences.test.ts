/**
 * Every source through random sequences of good and bad answers, each kind of failure: never a
 * zombie, never a bug (exit code 3), no list older than its bound. POOLSIM_SEQUENCES says how many:
 * `npm run test:sources` runs 1,000 of each.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { reportFailure } from "../../../src/cli/shared/failure.js";
import type { Terminal } from "../../../src/cli/shared/terminal.js";
import { webhookAnswer } from "../../../src/cli/webhook/entries.js";
import { AnswerKeeper } from "../../../src/cli/webhook/keeper.js";
import {
  HardcodedSource,
  NodeDbSource,
  OnChainSource,
  type OrchestratorSource,
  WebhookSource,
} from "../../../src/discovery/index.js";
import { SubgraphSource } from "../../../src/discovery/sources/subgraph/index.js";
import { type LivepeerChain, startLivepeerChain } from "../../support/chain/livepeer-chain.js";
import { answerError, startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { hexOf, writeNodeDb } from "../../support/cli/discover-command.js";
import { block, startSubgraphServer, transcoder } from "../../support/servers/subgraph-server.js";
import { startWebhookServer } from "../../support/servers/webhook-server.js";

const COUNT = Number(process.env["POOLSIM_SEQUENCES"] ?? 25);
const MINUTES = 60_000;
const STEPS = 8;
const MAX_AGE_MS = 1_000;
/** Waited for who never answers: long for a good answer on a busy machine, and so done seldom. */
const TIMEOUT_MS = 4_000;
/** How often in all. */
const HANGS = 2;

/** A source, and how to make it work or fail. */
interface World {
  open(now: () => number): OrchestratorSource;
  works(): void;
  readonly fails: readonly (() => void)[];
  /** It does not answer at all. */
  readonly hangs?: () => void;
}

/** Uniform in [0, 1), the same for the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function exitCodeOf(error: unknown): number {
  const stream = { write: () => {}, isTTY: false, width: 80, hasColour: false };
  const terminal: Terminal = {
    stdout: stream,
    stderr: stream,
    commandLine: "poolsim",
    isDebug: false,
  };
  return reportFailure(error, terminal);
}

async function runSequence(world: World, seed: number): Promise<void> {
  let mayHang = seed <= HANGS;
  const draw = random(seed);
  const { signal } = new AbortController();
  let now = 1_800_000_000_000;
  let confirmedAtMs: number | null = null;
  const source = world.open(() => now);
  const keeper = new AnswerKeeper({
    source,
    make: (listing) =>
      webhookAnswer(listing, { blocked: new Set(), trusted: new Set(), score: null }),
    maxAgeMs: MAX_AGE_MS,
    readLimitMs: 60_000,
    now: () => now,
    monotonicNow: () => now,
  });
  try {
    for (let step = 0; step <= STEPS; step++) {
      now += Math.floor(draw() * 700);
      // The last one is good: whatever came before, it must have been tried again.
      const isGood = world.fails.length === 0 || step === STEPS || draw() < 0.35;
      const fault = isGood ? -1 : Math.floor(draw() * world.fails.length);
      if (fault < 0) world.works();
      else if (mayHang && world.hangs !== undefined) {
        mayHang = false;
        world.hangs();
      } else world.fails[fault]?.();
      const at = `sequence ${seed}, step ${step}, fault ${fault}`;
      try {
        await keeper.read(signal);
        if (fault < 0) confirmedAtMs = now;
        expect([at, keeper.failure === null]).toEqual([at, fault < 0]);
      } catch (error) {
        if (confirmedAtMs !== null || fault < 0) throw error;
        expect([2, 4], at).toContain(exitCodeOf(error));
      }
      const isServed = confirmedAtMs !== null && now - confirmedAtMs <= MAX_AGE_MS;
      expect([at, keeper.answer?.count]).toEqual([at, isServed ? 2 : undefined]);
    }
  } finally {
    await source.close();
  }
}

async function runAll(world: World): Promise<void> {
  for (let seed = 1; seed <= COUNT; seed++) await runSequence(world, seed);
}

type Fault = (response: ServerResponse) => void;

/** What goes wrong with answers over HTTP, whoever gives them. */
const HTTP_FAULTS: readonly Fault[] = [
  ...[400, 401, 403, 404, 429, 500, 502, 503, 504].map(
    (status): Fault =>
      (response) => {
        response.writeHead(status).end("no");
      },
  ),
  (response) => response.writeHead(302, { location: "/list" }).end(),
  (response) => void response.end("<html>Sign in</html>"),
  (response) => void response.end(),
  (response) => void response.end('{"a"'),
  (response) => void response.end("42"),
  (response) => void response.end(Buffer.from([0xff, 0xfe, 0x00])),
  (response) => void response.end(Buffer.alloc(300_000, 0x20)),
  (response) => void response.destroy(),
  (response) => {
    response.writeHead(200, { "content-length": 1_000 });
    response.write("[");
    setImmediate(() => response.destroy());
  },
];
const HANG: Fault = () => {};

let chain: LivepeerChain;
beforeAll(async () => {
  chain = await startLivepeerChain();
  await chain.register(2);
});
afterAll(() => chain.stop());

describe(`each source through ${COUNT} sequences`, () => {
  it(
    "a list",
    async () => {
      await runAll({
        open: (now) => new HardcodedSource({ orchAddr: "a:1,b:1", now }),
        works: () => {},
        // It cannot fail, so that whatever is asked of it works.
        fails: [],
      });
    },
    30 * MINUTES,
  );

  it(
    "a webhook",
    async () => {
      const list: Fault = (response) => {
        response.end('[{"address":"https://a:1"},{"address":"https://b:1"}]');
      };
      const server = await startWebhookServer((_, response) => list(response));
      await runAll({
        open: (now) =>
          new WebhookSource({
            url: server.url,
            refreshMs: 0,
            timeoutMs: TIMEOUT_MS,
            maxBytes: 200_000,
            now,
          }),
        works: () => {
          server.answer = (_, response) => list(response);
        },
        fails: HTTP_FAULTS.map((fault) => () => {
          server.answer = (_, response) => fault(response);
        }),
        hangs: () => {
          server.answer = (_, response) => HANG(response);
        },
      });
    },
    30 * MINUTES,
  );

  it(
    "a subgraph",
    async () => {
      const server = await startSubgraphServer(block(1, [transcoder(1), transcoder(2)]));
      const errors: readonly Fault[] = [
        (response) => void response.end('{"errors":[{"message":"bad indexers"}]}'),
        (response) => void response.end('{"data":{"transcoders":[{}]}}'),
        (response) => void response.end('{"data":null}'),
      ];
      await runAll({
        open: (now) =>
          new SubgraphSource({
            ...{ url: server.url, refreshMs: 0, holdOffMs: 0, retries: 0, maxBytes: 200_000, now },
            ...{ requestTimeoutMs: TIMEOUT_MS, timeoutMs: 2 * TIMEOUT_MS },
          }),
        works: () => {
          server.onRequest = () => undefined;
        },
        fails: [...HTTP_FAULTS, ...errors].map((fault) => () => {
          server.onRequest = () => (_, response) => fault(response);
        }),
        hangs: () => {
          server.onRequest = () => (_, response) => HANG(response);
        },
      });
    },
    30 * MINUTES,
  );

  it(
    "a chain",
    async () => {
      const proxy = await startRpcProxy(chain.url);
      const errors = [
        { code: -32000, message: "execution reverted" },
        { code: -32000, message: "header not found" },
        { code: -32005, message: "limit exceeded" },
        { code: -32601, message: "the method does not exist" },
        { code: -32603, message: "internal error" },
        { code: 429, message: "Too many requests" },
      ];
      await runAll({
        open: (now) =>
          new OnChainSource({
            ...{ ethUrl: proxy.url, controller: chain.controller, pollingIntervalMs: 0, now },
            rpc: { attempts: 2, backoffMs: 1, timeoutMs: TIMEOUT_MS, maxBytes: 200_000 },
          }),
        works: () => {
          proxy.intercept = () => false;
        },
        fails: [
          ...HTTP_FAULTS.map((fault) => () => {
            proxy.intercept = (_, response) => {
              fault(response);
              return true;
            };
          }),
          ...errors.map((error) => () => {
            proxy.intercept = (calls, response) => answerError(calls, response, error);
          }),
        ],
      });
    },
    30 * MINUTES,
  );

  it(
    "a node's database",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "poolsim-sequences-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const whole = join(folder, "whole.sqlite3");
      for (const byte of [1, 2]) {
        writeNodeDb(whole, [{ uri: `https://o${byte}:1`, address: hexOf(byte), stake: 1n }]);
      }
      // The driver closes late: what is in the log yet is read from a copy.
      const path = join(folder, "lpdb.sqlite3");
      const bytes = readFileSync(whole);
      const log = readIfThere(`${whole}-wal`);
      const gone = (): void => {
        process.env["TMPDIR"] = temporary;
        rmSync(path, { recursive: true, force: true });
        rmSync(`${path}-wal`, { force: true });
      };
      const temporary = tmpdir();
      onTestFinished(() => {
        process.env["TMPDIR"] = temporary;
      });
      const put = (content: Uint8Array) => (): void => {
        gone();
        writeFileSync(path, content);
        if (log !== null) writeFileSync(`${path}-wal`, log);
      };
      const without =
        (...place: readonly (() => void)[]) =>
        (): void => {
          gone();
          rmSync(`${path}-wal`, { force: true });
          for (const one of place) one();
        };
      await runAll({
        open: (now) => new NodeDbSource({ path, updatedLastDay: false, maxBytes: 10_000_000, now }),
        works: put(bytes),
        fails: [
          without(),
          without(() => mkdirSync(path)),
          without(() => symlinkSync(path, path)),
          without(() => writeFileSync(path, "")),
          without(() => writeFileSync(path, "no database, but a text that is long".repeat(9))),
          without(() => writeFileSync(path, bytes.subarray(0, 16))),
          without(() => writeFileSync(path, bytes.subarray(0, 99))),
          without(() =>
            writeFileSync(path, Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(4_000)])),
          ),
          without(() => writeFileSync(path, Buffer.alloc(10_000_001, bytes))),
          () => {
            put(bytes)();
            process.env["TMPDIR"] = join(folder, "none");
          },
          () => {
            put(bytes)();
            process.env["TMPDIR"] = path;
          },
        ],
      });
    },
    30 * MINUTES,
  );
});

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
