/**
 * The orchestrator's side of the API: signs what it sends, tries again, and believes only answers
 * that are signed too. What a node with the proposal's `-poolAPI` flag would do.
 */

import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Agent } from "undici";
import type { z } from "zod";
import { checkInstant, checkNumber, checkObject, checkWhole, TIMER_MS } from "../../core/checks.js";
import { InputError, RemoteError } from "../../core/errors.js";
import { decisionAnswer, errorAnswer, writeAnswer } from "./answers.js";
import type { benchmarkRequest, jobRequest, ticketRequest } from "./requests.js";
import { HEADERS, sameSignature, signAnswer, signRequest } from "./signature.js";
import { TRANSFER } from "./transfer.js";

/** Which pool is told, with which key, and within which limits. */
export interface PoolApiClientOptions {
  /** E.g. `https://pool.example.org:8443`; a path is kept. */
  readonly url: string;
  /** The key's id, and its secret as bytes. */
  readonly key: { readonly id: string; readonly secret: Uint8Array };
  /**
   * Whom to believe. `any`: any certificate, as the pool makes a new one at each start; answers
   * are still known to be the pool's by their signature, but others may read along. Otherwise the
   * PEM of a certificate or authority. @default the system's authorities
   */
  readonly trust?: "any" | { readonly ca: string } | undefined;
  /** How long each try may take, ms. @default 5_000 */
  readonly timeoutMs?: number | undefined;
  /** How often a request is tried at most, at least 1. @default 5 */
  readonly attemptsMax?: number | undefined;
  /** Wait before the second try, ms; doubles at each, plus up to as much by chance. @default 200 */
  readonly backoffMs?: number | undefined;
  /** All tries and the waits between them, ms. @default 60_000 */
  readonly totalMs?: number | undefined;
  /** Chance in the waits: from 0 to below 1. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** What tells the time, in Unix ms. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/**
 * What a write may say besides its content. Who makes the id says the time too: a write that is
 * sent again later must say the same of both.
 */
export type WriteOptions = {
  /** Ends the write when it is aborted. What was already sent may still be recorded. */
  readonly signal?: AbortSignal | undefined;
} & (
  | {
      /** The same for each try and each repetition. @default a random UUID */
      readonly id?: undefined;
      /** When it happened, Unix ms. @default now */
      readonly atMs?: number | undefined;
    }
  | {
      /** Names the write, the same for each try and each repetition. */
      readonly id: string;
      /** When it happened, ms since 1970. */
      readonly atMs: number;
    }
);

/** One job, as the API takes it. */
export type JobDetails = z.input<typeof jobRequest>["jobDetails"];
/** One ticket that won, as the API takes it. */
export type WinningTicketDetails = z.input<typeof ticketRequest>["winningTicket"];
/** A worker's benchmark, as the API takes it. */
export type BenchmarkDetails = z.input<typeof benchmarkRequest>["benchmark"];
/** What the API answers to a write that it recorded. */
export type WriteReceipt = z.output<typeof writeAnswer>;
/** What the API answers to a benchmark: whether the worker may serve, and why. */
export type BenchmarkDecision = z.output<typeof decisionAnswer>;

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly retryAfterMs: number;
  readonly isSigned: boolean;
  /** From the request to the last byte, ms. */
  readonly tookMs: number;
}

/** What bounds one try, and what is sent. */
interface TryOptions {
  readonly signal: AbortSignal | undefined;
  readonly leftMs: number;
  readonly contentType: string;
  /** Of the answer. */
  readonly bytesMax: number;
}

const ANSWER_BYTES_MAX = 64 * 1024;
const BACKOFF_MAX_MS = 30_000;

/** Keeps its connections; `close` ends them. */
export class PoolApiClient {
  readonly #options: PoolApiClientOptions;
  readonly #base: URL;
  readonly #connect: NonNullable<Agent.Options["connect"]>;
  #agent: Promise<Agent> | undefined;
  readonly #now: () => number;

  /** @throws InputError (`POOL_API_URL`) for a URL that is neither http nor https; (`OPTION_INVALID`) */
  constructor(options: PoolApiClientOptions) {
    checkObject({ options });
    const { url, trust, timeoutMs = 5_000, backoffMs, totalMs, attemptsMax } = options;
    checkObject({ key: options.key });
    checkWhole({ timeoutMs, totalMs }, TIMER_MS);
    checkNumber({ backoffMs }, TIMER_MS);
    checkWhole({ attemptsMax }, [1, Number.POSITIVE_INFINITY]);
    const isUrl = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
    if (!isUrl) {
      throw new InputError(`"${url}" is no http or https URL`, { code: "POOL_API_URL" });
    }
    this.#options = options;
    this.#base = new URL(url);
    this.#now = options.now ?? Date.now;
    this.#connect =
      trust === undefined
        ? { timeout: timeoutMs }
        : trust === "any"
          ? { timeout: timeoutMs, rejectUnauthorized: false }
          : { timeout: timeoutMs, ca: trust.ca };
  }

  /**
   * Reports a transcoder's job that was validated.
   *
   * @throws InputError (`POOL_API_REFUSED`) when the pool refuses it; RemoteError
   *   (`POOL_API_UNREACHABLE`, `POOL_API_ANSWER`) when it does not answer, or not as itself: it may
   *   have recorded the write all the same, and the same id can be sent again at any time; InputError
   *   (`OPTION_INVALID`) for a time that is none; the signal's reason when that aborts
   */
  async recordTranscoderJob(job: JobDetails, options: WriteOptions = {}): Promise<WriteReceipt> {
    return await this.#write("/recordTranscoderJob", { jobDetails: job }, writeAnswer, options);
  }

  /** A ticket won, or was claimed (another write, with an id of its own). @throws as a job */
  async recordWinningTicket(
    ticket: WinningTicketDetails,
    options: WriteOptions = {},
  ): Promise<WriteReceipt> {
    const content = { winningTicket: ticket };
    return await this.#write("/recordWinningTicket", content, writeAnswer, options);
  }

  /** A worker sent its benchmark: is it admitted? @throws as a job */
  async recordBenchmark(
    benchmark: BenchmarkDetails,
    options: WriteOptions = {},
  ): Promise<BenchmarkDecision> {
    return await this.#write("/recordBenchmark", { benchmark }, decisionAnswer, options);
  }

  /**
   * Sends bytes and receives bytes that mean nothing, once: how long that takes.
   *
   * @param transfer how many bytes, at most 4 MiB each way
   * @returns from the request to the last byte of the answer, ms
   * @throws as a job
   */
  async measureTransfer(
    { upload, download }: { readonly upload: Uint8Array; readonly download: number },
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    const { totalMs = 60_000 } = this.#options;
    const endpoint = `${TRANSFER}?bytes=${download}`;
    const answer = await this.#try(endpoint, Buffer.from(upload), {
      signal,
      leftMs: totalMs,
      contentType: "application/octet-stream",
      bytesMax: Math.max(ANSWER_BYTES_MAX, download),
    });
    if (answer instanceof Error) throw answer;
    const { status, body, isSigned, tookMs } = answer;
    if (status === 200 && isSigned && body.length === download) return tookMs;
    if (status === 404) {
      throw new RemoteError(`${TRANSFER}: 404, expected a pool served by this version`, {
        code: "POOL_API_ANSWER",
      });
    }
    if (status !== 200) readAnswer(answer, writeAnswer, TRANSFER);
    const why = isSigned ? `${body.length} bytes, expected ${download}` : "not signed by the pool";
    throw new RemoteError(`${TRANSFER}: the answer is ${why}`, { code: "POOL_API_ANSWER" });
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await (await this.#agent)?.close();
  }

  /** Whoever only serves does not load what sends. */
  async #newAgent(): Promise<Agent> {
    const { Agent } = await import("undici");
    return new Agent({ connect: this.#connect });
  }

  async #write<S extends z.ZodType>(
    endpoint: string,
    content: object,
    schema: S,
    { id = randomUUID(), atMs = this.#now(), signal }: WriteOptions,
  ): Promise<z.output<S>> {
    checkInstant({ atMs });
    const body = Buffer.from(
      JSON.stringify({ id, at: new Date(atMs).toISOString(), ...content }, (_, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      ),
    );
    const { attemptsMax = 5, backoffMs = 200, totalMs = 60_000 } = this.#options;
    const { random = Math.random } = this.#options;
    const startMs = performance.now();
    for (let attempt = 1; ; attempt++) {
      const leftMs = totalMs - (performance.now() - startMs);
      const tried = await this.#try(endpoint, body, {
        signal,
        leftMs,
        contentType: "application/json",
        bytesMax: ANSWER_BYTES_MAX,
      });
      const isFinal = !(tried instanceof Error) && tried.status < 500 && tried.status !== 429;
      const asked = tried instanceof Error ? 0 : tried.retryAfterMs;
      const doubled = Math.min(BACKOFF_MAX_MS, backoffMs * 2 ** (attempt - 1));
      const waitMs = Math.min(BACKOFF_MAX_MS, Math.max(asked, doubled * (1 + random())));
      const isOver = performance.now() - startMs + waitMs >= totalMs;
      if (isFinal || attempt >= attemptsMax || isOver) {
        if (tried instanceof Error) throw tried;
        return readAnswer(tried, schema, endpoint);
      }
      await sleep(waitMs, undefined, { signal }).catch((error) => {
        signal?.throwIfAborted();
        throw error;
      });
    }
  }

  /** One try, signed anew: the answer, or why there is none. */
  async #try(
    endpoint: string,
    body: Buffer,
    { signal, leftMs, contentType, bytesMax }: TryOptions,
  ): Promise<Answer | RemoteError> {
    const { key, timeoutMs = 5_000 } = this.#options;
    const path = `${this.#base.pathname.replace(/\/$/, "")}${endpoint}`;
    const timestamp = String(Math.round(this.#now()));
    const nonce = randomBytes(18).toString("base64url");
    const signature = signRequest(key.secret, { method: "POST", path, timestamp, nonce, body });
    const limit = AbortSignal.timeout(Math.max(1, Math.ceil(Math.min(timeoutMs, leftMs))));
    try {
      this.#agent ??= this.#newAgent();
      const agent = await this.#agent;
      const startMs = performance.now();
      const response = await agent.request({
        origin: this.#base.origin,
        path,
        method: "POST",
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        body,
        headers: {
          "content-type": contentType,
          [HEADERS.key]: key.id,
          [HEADERS.timestamp]: timestamp,
          [HEADERS.nonce]: nonce,
          [HEADERS.signature]: signature,
        },
      });
      const answer = await bounded(response.body, bytesMax);
      const tookMs = performance.now() - startMs;
      const status = response.statusCode;
      const expected = signAnswer(key.secret, { nonce, status, body: answer });
      const given = response.headers[HEADERS.signature];
      const retryAfter = Number(response.headers["retry-after"]);
      return {
        status,
        body: answer,
        retryAfterMs: Number.isFinite(retryAfter) ? Math.max(0, retryAfter) * 1_000 : 0,
        isSigned: typeof given === "string" && sameSignature(given, expected),
        tookMs,
      };
    } catch (error) {
      signal?.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      return new RemoteError(`${this.#base.host}: ${why}`, {
        code: "POOL_API_UNREACHABLE",
        cause: error,
      });
    }
  }
}

async function bounded(body: AsyncIterable<unknown>, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    if (!(part instanceof Uint8Array)) continue;
    length += part.length;
    if (length > bytesMax) throw new Error("the answer is too large");
    parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts);
}

function readAnswer<S extends z.ZodType>(
  { status, body, isSigned }: Answer,
  schema: S,
  endpoint: string,
): z.output<S> {
  let value: unknown = null;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    // Said below.
  }
  const isDone = status === 200 || status === 201 || status === 202;
  if (isDone && !isSigned) {
    throw new RemoteError(`${endpoint}: the answer is not signed by the pool`, {
      code: "POOL_API_ANSWER",
    });
  }
  const parsed = schema.safeParse(value);
  if (isDone && parsed.success) return parsed.data;
  const problem = errorAnswer.safeParse(value);
  const why = problem.success
    ? `${problem.data.error.code}: ${problem.data.error.message}${
        problem.data.error.path === undefined ? "" : ` (${problem.data.error.path})`
      }`
    : "not an answer of a pool";
  // What the pool says about a write's content decides what becomes of it: nobody else may say it.
  const isForged = !isSigned && (status === 400 || status === 409);
  const message = `${endpoint}: ${status} ${why}${isForged ? ", not signed by the pool" : ""}`;
  if (problem.success && status < 500 && status !== 429 && !isForged) {
    throw new InputError(message, { code: "POOL_API_REFUSED" });
  }
  throw new RemoteError(message, { code: "POOL_API_ANSWER" });
}
