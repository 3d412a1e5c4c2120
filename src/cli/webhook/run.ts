/** `poolsim webhook`: serves a source's list to gateways that are told `-orchWebhookUrl` (W-4). */
import { setTimeout as sleep } from "node:timers/promises";
import { formatDuration } from "../../config/duration.js";
import { InputError, RemoteError } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { SourcePace } from "../../discovery/sources/entry.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT, Interrupted } from "../shared/failure.js";
import { GatewayPrices, type MaxPriceFlags } from "../shared/gateway-prices.js";
import {
  type OpenSource,
  openSource,
  type SourceFlags,
  sourceEntryOf,
} from "../shared/orchestrator-source.js";
import { stoppable } from "../shared/stoppable.js";
import type { Terminal } from "../shared/terminal.js";
import { type KeyFlags, openAccount, type SignerFlags } from "../shared/wallet.js";
import { type EntryRules, readRules, webhookAnswer } from "./entries.js";
import { AnswerKeeper } from "./keeper.js";
import { serveAnswer } from "./server.js";
import { SIGNER_PATH, SignerTable } from "./signer-answer.js";

export interface WebhookFlags extends SourceFlags, KeyFlags, SignerFlags, MaxPriceFlags {
  readonly ethUrl?: string;
  readonly format: "webhook" | "signer";
  readonly verifyCertificates: boolean;
  readonly concurrency: number;
  readonly port: number;
  readonly host: string;
  /** Ms. */
  readonly refresh?: number;
  /** Ms. */
  readonly maxAge?: number;
  readonly orchBlocklist: string;
  readonly trusted: string;
  readonly score?: "0" | "1";
}

/** How often sources are read, and how old a list may be, where a kind of source says nothing. */
const PACE: SourcePace = { refreshMs: 60_000, maxAgeMs: 3_600_000 };
/** With polls: `-liveAICapReportInterval`. */
const POLLED_PACE: SourcePace = { refreshMs: 1_500_000, maxAgeMs: 3_600_000 };
/** The longest that a reading may take. */
const READ_LIMIT_MS = 300_000;

/**
 * Runs the command until it is told to stop.
 *
 * @returns the exit code: 0 when it was told to stop
 * @throws InputError for bad input; RemoteError when the source cannot be read at the start
 */
export async function serveWebhook(flags: WebhookFlags, terminal: Terminal): Promise<number> {
  await extensionsOf(flags.extension ?? []);
  const isSigner = flags.format === "signer";
  const { pace = PACE } = isSigner ? { pace: POLLED_PACE } : sourceEntryOf(flags);
  const rules = readRules(flags);
  if (isSigner && (flags.trusted !== "" || flags.score !== undefined)) {
    throw new InputError(
      "--format signer: expected neither --trusted nor --score: all have 1 (A-72)",
      {
        code: "USAGE",
      },
    );
  }
  const spans = spansOf(flags, pace);
  return await stoppable(async (signal) => {
    const opened = await openSource(flags, { asksEachTime: true });
    let prices: GatewayPrices | null = null;
    let table: SignerTable | null = null;
    try {
      if (isSigner) {
        const { identity } = await openAccount(flags, signal);
        prices = await GatewayPrices.open(flags, true, signal);
        const { verifyCertificates, concurrency } = flags;
        const { blocked } = rules;
        const options = { identity, prices, blocked, verifyCertificates, concurrency };
        table = new SignerTable({ ...options, source: opened.source, now: Date.now });
      }
      await serve(opened, { rules, table, prices }, { ...flags, spans }, terminal, signal);
      return EXIT.ok;
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      if (!(error instanceof RemoteError)) throw error;
      const { message, code } = error;
      throw new RemoteError(`${opened.label}: ${message}`, { code, cause: error });
    } finally {
      table?.close();
      await prices?.close();
      await opened.close();
    }
  });
}

interface Spans {
  /** Ms between readings. */
  readonly refresh: number;
  /** Ms that a list may be old. */
  readonly maxAge: number;
}

function spansOf({ refresh, maxAge }: WebhookFlags, pace: SourcePace): Spans {
  const most = maxAge ?? pace.maxAgeMs;
  // Read again in time for a failure or two before the list is too old.
  const often = refresh ?? Math.min(pace.refreshMs, Math.ceil(most / 2));
  if (often < most) return { refresh: often, maxAge: most };
  const [one, other] = [formatDuration(often), formatDuration(most)];
  throw new InputError(
    `--refresh ${one}: expected less than --maxAge ${other}, after which a list is not served any more`,
    { code: "USAGE" },
  );
}

async function serve(
  { source, label }: OpenSource,
  {
    rules,
    table,
    prices,
  }: {
    readonly rules: EntryRules;
    readonly table: SignerTable | null;
    readonly prices: GatewayPrices | null;
  },
  { host, port, spans: { refresh, maxAge } }: WebhookFlags & { readonly spans: Spans },
  { stdout, stderr }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const say = (text: string): void =>
    stderr.write(`poolsim: ${text.replaceAll(/[\p{Cc}\s]+/gu, " ")}\n`);
  const keeper = new AnswerKeeper({
    source,
    make: (listing, limited) =>
      table === null ? webhookAnswer(listing, rules) : table.answer(listing, limited),
    maxAgeMs: maxAge,
    readLimitMs: READ_LIMIT_MS,
    now: Date.now,
    monotonicNow: () => performance.now(),
  });
  for (const note of prices?.notes ?? []) say(note);
  await keeper.read(signal);
  const server = await serveAnswer({
    host,
    port,
    answer: () => keeper.answer,
    ...(table === null ? {} : { path: SIGNER_PATH, posts: table.posts }),
    onFailure: (error) => say(error.message),
  });
  try {
    const again = `read again every ${formatDuration(refresh)}, not served when older than ${formatDuration(maxAge)}`;
    const count = keeper.answer?.count ?? 0;
    stdout.write(`${counted(count, "orchestrator")} of the ${label} at ${server.url} (${again})\n`);
    if (keeper.failure !== null) say(`an old list: ${label}: ${keeper.failure}`);
    await keepReading(keeper, { refresh, label, say, stdout, signal });
  } finally {
    await server.close();
  }
}

/** Reads again and again until the signal aborts, and tells what has changed. */
async function keepReading(
  keeper: AnswerKeeper,
  {
    refresh,
    label,
    say,
    stdout,
    signal,
  }: {
    readonly refresh: number;
    readonly label: string;
    readonly say: (text: string) => void;
    readonly stdout: Terminal["stdout"];
    readonly signal: AbortSignal;
  },
): Promise<void> {
  let { failure, answer } = keeper;
  let wasTold = answer === null;
  while (true) {
    await sleep(keeper.pauseMs(refresh), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    await keeper.read(signal).catch((error: unknown) => {
      if (!signal.aborted) say(error instanceof Error ? error.message : String(error));
    });
    if (signal.aborted) return;
    const now = keeper.answer;
    if (now === null && !wasTold) say(`the list is too old to be served: ${label}`);
    if (failure === null && keeper.failure !== null && now !== null) {
      say(`the old list stays: ${label}: ${keeper.failure}`);
    }
    const isNew =
      now !== null && (now.tag !== answer?.tag || (failure !== null && keeper.failure === null));
    if (isNew) stdout.write(`now ${counted(now.count, "orchestrator")}\n`);
    wasTold = now === null;
    ({ failure } = keeper);
    answer = now;
  }
}
