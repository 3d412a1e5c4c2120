/** A real server on loopback for tests, and requests of every kind to it. */
import { randomBytes } from "node:crypto";
import { request } from "undici";
import { Rational } from "../../../src/core/rational.js";
import {
  type ApiKey,
  type ApiLogEntry,
  type ApiSettings,
  createPoolApi,
  HEADERS,
  KeyRing,
  type PoolApiOptions,
  type PoolServer,
  type ServerCertificate,
  type ServerLimits,
  servePoolApi,
  signRequest,
} from "../../../src/pool/api/index.js";
import { perJob } from "../../../src/pool/books/attribution/per-job.js";
import { CommissionSchedule } from "../../../src/pool/books/commission.js";
import { createAdmission } from "../../../src/pool/orchestrator/admission/create.js";
import type { AdmissionConfig } from "../../../src/pool/orchestrator/admission/schema.js";
import { MemoryBooks } from "../books/memory-books.js";

export const NOW_MS = Date.parse("2026-03-01T12:00:00Z");
export const AT = "2026-03-01T11:59:00Z";
export const WORKER = `0x${"AB".repeat(20)}`;
export const OTHER = `0x${"c".repeat(40)}`;
export const HASH = `0x${"1".repeat(64)}`;

export function key(id: string, more: Partial<ApiKey> = {}): ApiKey {
  const secret = Buffer.from(id.padEnd(32, "-"));
  return {
    id,
    source: id,
    secret,
    notBeforeMs: 0,
    notAfterMs: Number.POSITIVE_INFINITY,
    ...more,
  };
}

export const KEY = key("orch-1");

/** How books in memory are kept: by job, a quarter for the operator. */
export const SETTINGS: ApiSettings = {
  commission: new CommissionSchedule([
    { rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null },
  ]),
  scheme: perJob,
  weights: {
    duration: Rational.ONE,
    pixels: Rational.of(1n, 1_000_000n),
    renditions: Rational.ONE,
  },
  renditions: 1n,
};

export interface RunningApi extends AsyncDisposable {
  readonly books: MemoryBooks;
  readonly server: PoolServer;
  readonly keys: KeyRing;
  readonly log: ApiLogEntry[];
  /** The server's time. */
  readonly clock: { nowMs: number };
}

export async function runApi(
  options: Partial<PoolApiOptions> & {
    readonly policies?: AdmissionConfig;
    readonly tls?: ServerCertificate;
    readonly port?: number;
    readonly limits?: Partial<ServerLimits>;
  } = {},
): Promise<RunningApi> {
  const books = new MemoryBooks();
  const clock = { nowMs: NOW_MS };
  const log: ApiLogEntry[] = [];
  const keys = new KeyRing([KEY]);
  const api = createPoolApi({
    books,
    recorder: books,
    settings: () => SETTINGS,
    keys,
    admission: createAdmission(options.policies ?? {}),
    version: "1.2.3",
    cacheMs: 0,
    readLimit: { perSecond: 1e6, burst: 1e6 },
    now: () => clock.nowMs,
    log: (entry) => log.push(entry),
    ...options,
  });
  const { tls = null, port = 0, limits } = options;
  const server = await servePoolApi({ api, host: "127.0.0.1", port, tls, limits });
  return {
    books,
    server,
    keys,
    log,
    clock,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The body as JSON; null if it is none. */
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export async function get(
  { server }: RunningApi,
  path: string,
  headers: Record<string, string> = {},
  method: "GET" | "HEAD" | "PUT" | "DELETE" = "GET",
): Promise<Answer> {
  const response = await request(`${server.url}${path}`, { method, headers });
  return await read(response);
}

/** What to do otherwise than right. */
export interface PostOptions {
  readonly key?: ApiKey;
  readonly timestamp?: string;
  readonly nonce?: string;
  readonly signature?: string;
  readonly contentType?: string;
  /** Sent instead of what was signed. */
  readonly sentBody?: string | Buffer;
  /** Left out. */
  readonly without?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export async function post(
  running: RunningApi,
  path: string,
  content: unknown,
  options: PostOptions = {},
): Promise<Answer> {
  const { key: signer = KEY, contentType = "application/json" } = options;
  const { timestamp = String(running.clock.nowMs) } = options;
  const { nonce = randomBytes(18).toString("base64url") } = options;
  const body = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
  const signed = { method: "POST", path, timestamp, nonce, body };
  const { signature = signRequest(signer.secret, signed) } = options;
  const headers: Record<string, string> = {
    "content-type": contentType,
    [HEADERS.key]: signer.id,
    [HEADERS.timestamp]: timestamp,
    [HEADERS.nonce]: nonce,
    [HEADERS.signature]: signature,
    ...options.headers,
  };
  for (const name of options.without ?? []) delete headers[name];
  const response = await request(`${running.server.url}${path}`, {
    method: "POST",
    headers,
    body: options.sentBody ?? body,
  });
  return await read(response);
}

async function read(response: Awaited<ReturnType<typeof request>>): Promise<Answer> {
  const text = await response.body.text();
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Not everything is.
  }
  return { status: response.statusCode, text, json, headers: response.headers };
}

export function jobBody(id: string, more: object = {}): object {
  return {
    id,
    at: AT,
    jobDetails: {
      transcoder: WORKER,
      pixels: "69120000",
      duration: 2,
      profiles: 4,
      faceValue: "180000000000000000",
      fees: "9007199254740993",
      roundJob: 3_200,
      ...more,
    },
  };
}

export function ticketBody(id: string, more: object = {}): object {
  return {
    id,
    at: AT,
    winningTicket: { value: "180000000000000000", paymentStatus: "Not claimed", ...more },
  };
}

export function benchmarkBody(
  id: string,
  totalMs: readonly (number | null)[],
  more: object = {},
): object {
  return {
    id,
    at: AT,
    benchmark: {
      transcoder: WORKER,
      maxSessions: 10,
      latencies: [20, 21],
      runs: totalMs.map((total, index) => ({
        sessions: 2 ** index,
        segments: Array.from({ length: 200 }, () => ({
          cold: false,
          download: 100,
          transcode: total === null ? null : total - 200,
          upload: 100,
        })),
      })),
      ...more,
    },
  };
}

/** The code of a refusal. */
export function codeOf({ json }: Answer): unknown {
  const error = field(json, "error");
  return field(error, "code");
}

export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
