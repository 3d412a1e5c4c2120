/**
 * An orchestrator's `/pool/events` as a source (E-20). The node leaves out what was written in the
 * second that it is asked from, and writes more into seconds that were already read (E-21): so
 * polls overlap, and what comes twice is recognised.
 */
import { checkNumber, TIMER_MS } from "../../../core/checks.js";
import { InputError, RemoteError } from "../../../core/errors.js";
import { httpRequest } from "../../../io/http-agent.js";
import type { EventIngest, IngestResult } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import { plain } from "./compressed.js";
import { checkedText, eventSourceEntry } from "./entry.js";
import { type RepeatOptions, repeat } from "./repeat.js";
import { type EventReader, type EventSource, eventSource, type SourceLabels } from "./source.js";
import { type FeedOptions, ingestStream } from "./stream.js";

/** Which orchestrator is asked, and how. */
export interface OrchestratorPollOptions extends FeedOptions {
  /** The node's CLI address, e.g. `http://127.0.0.1:7935`. */
  readonly url: string;
  /** How far a poll reaches back before the last one. @default 600000 (10 minutes) */
  readonly overlapMs?: number | undefined;
  /** Most time for an answer to begin, and between its parts. @default 30000 */
  readonly timeoutMs?: number | undefined;
}

/** The cursor's name. */
function cursorKey(source: string): string {
  return `orchestrator:${source}`;
}

/**
 * Polls once. The cursor moves with the last batch of the answer, to the time at which it was
 * asked for, by whichever clock is behind, the node's or ours; a poll that fails half-way moves
 * nothing and loses nothing.
 *
 * @throws RemoteError (`EVENTS_HTTP`, `EVENTS_UNREACHABLE`, `EVENTS_CUT`); InputError
 *   (`EVENTS_URL`, `FILE_COMPRESSED`); the signal's reason
 */
export async function pollOrchestrator(
  store: PoolStore,
  ingest: EventIngest,
  options: OrchestratorPollOptions,
): Promise<IngestResult> {
  const { source, now, signal, overlapMs = 600_000, timeoutMs } = options;
  checkNumber({ overlapMs, timeoutMs }, TIMER_MS);
  const key = cursorKey(source);
  const askedMs = now();
  const last = store.cursor(key);
  const url = eventsUrl(options.url);
  if (last !== null) {
    const from = Math.max(0, Number(last) - overlapMs);
    url.searchParams.set("lastCheckTime", `${new Date(from).toISOString().slice(0, 19)}Z`);
  }
  return await reached(url, signal, async () => {
    const { headers, body } = await ask(url, options);
    return await ingestStream(ingest, body, {
      ...options,
      origin: originOf(url),
      // The node finds events by its own clock.
      cursor: { key, value: String(Math.min(askedMs, answeredMs(headers["date"]) ?? askedMs)) },
      mustBeWhole: true,
    });
  });
}

/** Reads the beginning of the node's answer. @throws as {@link pollOrchestrator} */
export async function probeOrchestrator(options: OrchestratorPollOptions): Promise<void> {
  const url = eventsUrl(options.url);
  await reached(url, options.signal, async () => {
    const { body } = await ask(url, options);
    await plain(body, originOf(url)).next();
    body.destroy();
  });
}

async function ask(url: URL, { signal, timeoutMs = 30_000 }: OrchestratorPollOptions) {
  const { statusCode, headers, body } = await httpRequest(url, {
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: signal ?? null,
  });
  if (statusCode === 200) return { headers, body };
  await body.dump();
  throw new RemoteError(`${url.origin} answers ${statusCode}`, { code: "EVENTS_HTTP" });
}

async function reached<T>(
  url: URL,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    if (cause instanceof RemoteError || cause instanceof InputError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RemoteError(`${url.origin}: ${why}`, { code: "EVENTS_UNREACHABLE", cause });
  }
}

function originOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** How an orchestrator is followed. */
export interface FollowOptions extends OrchestratorPollOptions, RepeatOptions<IngestResult> {}

/**
 * Polls until the signal aborts. The node's failures only delay it.
 *
 * @throws InputError; RemoteError of the books (`SQLITE_…`)
 */
export async function followOrchestrator(
  store: PoolStore,
  ingest: EventIngest,
  options: FollowOptions,
): Promise<void> {
  await repeat(() => pollOrchestrator(store, ingest, options), options);
}

/** The node's clock, as far as it says it. */
function answeredMs(date: string | string[] | undefined): number | null {
  const ms = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return ms >= 0 ? ms : null;
}

function eventsUrl(base: string): URL {
  if (!URL.canParse(base) || !/^https?:/.test(base)) {
    throw new InputError(`expected an orchestrator's http(s) address, found "${base}"`, {
      code: "EVENTS_URL",
    });
  }
  const url = new URL(base);
  // Behind a proxy the node may not be at the root.
  const root = url.pathname.replace(/\/+$/, "").replace(/\/pool\/events$/, "");
  return new URL(`${root}/pool/events`, url);
}

/** Where a node is, and how far polls reach back. */
export type NodePlace = Pick<OrchestratorPollOptions, "url" | "overlapMs">;

function nodeReader(place: NodePlace): EventReader {
  return {
    poll: async (store, ingest, options) => {
      const result = await pollOrchestrator(store, ingest, { ...options, ...place });
      return { ...result, files: 0, unchanged: 0 };
    },
    probe: (options) => probeOrchestrator({ ...options, ...place }),
  };
}

/** Which node is a source. */
export interface NodeSourceOptions extends SourceLabels, NodePlace {}

/** A node's `/pool/events` as a source of events. */
export function nodeSource({ url, overlapMs, ...labels }: NodeSourceOptions): EventSource {
  return eventSource(nodeEntry.name, labels, nodeReader({ url, overlapMs }));
}

function httpAddress(text: string): string {
  if (URL.canParse(text) && /^https?:\/\/[^@]*$/.test(text)) return text;
  throw new InputError("expected an address", { code: "EVENTS_URL" });
}

const DAY_MS = 86_400_000;

export const nodeEntry = eventSourceEntry({
  name: "orchestrator",
  description: "A node's /pool/events; polls overlap, as nodes write into seconds already read.",
  settings: ({ z, span }) =>
    z.strictObject({
      orchestrator: checkedText(
        "A node's /pool/events, e.g. http://127.0.0.1:7935.",
        "url",
        httpAddress,
        "expected an address such as http://127.0.0.1:7935, without a password",
      ),
      overlap: span("How far a poll reaches back before the last one.")
        .refine((ms) => ms >= 1 && ms <= DAY_MS, "expected a span of time from 1ms to 1d")
        .default(600_000)
        .meta({
          description: "How far a poll reaches back before the last one.",
          placeholder: "span",
        }),
    }),
  create: ({ orchestrator, overlap }) => nodeReader({ url: orchestrator, overlapMs: overlap }),
});
