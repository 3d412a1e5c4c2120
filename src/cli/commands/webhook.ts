/** `poolsim webhook`: serves a source's list to gateways that are told `-orchWebhookUrl` (W-4). */
import { setTimeout as sleep } from "node:timers/promises";
import { InputError, invariant, RemoteError } from "../../core/errors.js";
import type { OrchestratorSource } from "../../discovery/index.js";
import { formatDuration } from "../../sim/scenario/fields.js";
import type { SourceFlags } from "../discover/flags.js";
import { type OpenSource, openSource } from "../discover/source.js";
import { EXIT, Interrupted } from "../failure.js";
import { stoppable } from "../stoppable.js";
import type { Terminal } from "../terminal.js";
import {
  type EntryRules,
  readRules,
  type WebhookAnswer,
  webhookAnswer,
} from "../webhook/entries.js";
import { serveAnswer } from "../webhook/server.js";

export interface WebhookFlags extends SourceFlags {
  readonly from: "list" | "onchain" | "subgraph" | "nodeDb";
  readonly port: number;
  readonly host: string;
  /** Ms. */
  readonly refresh?: number;
  readonly orchBlocklist: string;
  readonly trusted: string;
  readonly score?: "0" | "1";
}

/** The flag that says where each kind of source is. */
const NEEDS = {
  list: "orchAddr",
  onchain: "ethUrl",
  subgraph: "subgraphUrl",
  nodeDb: "nodeDb",
} as const;

/** How often sources are read: the subgraph changes by the round. */
const REFRESH_MS = {
  list: 60_000,
  onchain: 60_000,
  subgraph: 12 * 3_600_000,
  nodeDb: 60_000,
} as const;

/**
 * Runs the command until it is told to stop.
 *
 * @returns the exit code: 0 when it was told to stop
 * @throws InputError for bad input; RemoteError when the source cannot be read at the start
 */
export async function serveWebhook(flags: WebhookFlags, terminal: Terminal): Promise<number> {
  const needed = NEEDS[flags.from];
  if (flags[needed] === undefined) {
    throw new InputError(`--from ${flags.from}: expected --${needed} too`, { code: "USAGE" });
  }
  const rules = readRules(flags);
  return await stoppable(async (signal) => {
    const opened = await openSource(flags, { signal, asksEachTime: true });
    try {
      await serve(opened, rules, flags, terminal, signal);
      return EXIT.ok;
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      if (!(error instanceof RemoteError)) throw error;
      const { message, code } = error;
      throw new RemoteError(`${opened.label}: ${message}`, { code, cause: error });
    } finally {
      await opened.close();
    }
  });
}

async function serve(
  { source, label }: OpenSource,
  rules: EntryRules,
  { host, port, from, refresh = REFRESH_MS[from] }: WebhookFlags,
  { stdout, stderr }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const keeper = new AnswerKeeper(source, rules);
  await keeper.read(signal);
  const server = await serveAnswer({ host, port, answer: () => keeper.answer });
  const again = `read again every ${formatDuration(refresh)}`;
  stdout.write(`${counted(keeper.answer.count)} of the ${label} at ${server.url} (${again})\n`);
  let { failure } = keeper;
  if (failure !== null) stderr.write(`poolsim: an old list: ${label}: ${failure}\n`);
  while (!signal.aborted) {
    await sleep(refresh, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    const before = keeper.answer;
    await keeper.read(signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    const isNew = keeper.answer.tag !== before.tag || (failure !== null && keeper.failure === null);
    if (isNew) stdout.write(`now ${counted(keeper.answer.count)}\n`);
    if (failure === null && keeper.failure !== null) {
      stderr.write(`poolsim: the old list stays: ${label}: ${keeper.failure}\n`);
    }
    failure = keeper.failure;
  }
  await server.close();
}

/** The last answer that could be made, which outlives failures of the source (W-8). */
class AnswerKeeper {
  readonly #source: OrchestratorSource;
  readonly #rules: EntryRules;
  #answer: WebhookAnswer | null = null;
  /** Why the answer is an old one. */
  failure: string | null = null;

  constructor(source: OrchestratorSource, rules: EntryRules) {
    this.#source = source;
    this.#rules = rules;
  }

  get answer(): WebhookAnswer {
    invariant(this.#answer !== null, "it is read before it is served");
    return this.#answer;
  }

  /** @throws RemoteError when there is no earlier answer; the signal's reason */
  async read(signal: AbortSignal): Promise<void> {
    try {
      const listing = await this.#source.list({ signal });
      this.#answer = webhookAnswer(listing, this.#rules);
      this.failure = listing.staleBecause?.message ?? null;
    } catch (error) {
      if (signal.aborted || this.#answer === null || !(error instanceof RemoteError)) throw error;
      this.failure = error.message;
    }
  }
}

function counted(count: number): string {
  return `${count} orchestrator${count === 1 ? "" : "s"}`;
}
