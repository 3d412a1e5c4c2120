/** The API as a function from requests to answers; no sockets. */

import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { z } from "zod";
import type { AdmissionPolicy } from "../orchestrator/admission/policy.js";
import { AdmissionDesk } from "./admission-desk.js";
import { statusOf } from "./answers.js";
import { type Claim, readClaim, verifyClaim } from "./authenticate.js";
import { BodyReader } from "./body.js";
import type { ApiBooks, ApiRecorder, ApiSettings, WriteOutcome } from "./books.js";
import type { KeyRing } from "./keys.js";
import type { ApiLogEntry } from "./log-entry.js";
import { ApiMetrics } from "./metrics.js";
import { NonceCache } from "./nonces.js";
import { openApiDocument } from "./openapi.js";
import { parseBody, parseQuery } from "./parse.js";
import { Problem, problemOf } from "./problem.js";
import { clientOf, type RateLimit, RateLimiter } from "./rate-limit.js";
import { ReadCache } from "./read-cache.js";
import { checkTime, jobEvent, noQuery, ticketEvent } from "./requests.js";
import { READS, readJobs, readRewards, readWorkers, WRITES } from "./routes.js";
import { HEADERS, signAnswer } from "./signature.js";
import { Standing } from "./standing.js";
import { WriteQueue } from "./write-queue.js";

/** What the API needs, and its bounds. */
export interface PoolApiOptions {
  /** The books that reads are answered from. */
  readonly books: ApiBooks;
  /** What writes the books, best in a thread of its own: {@link recorderThread}. */
  readonly recorder: ApiRecorder;
  /** How the books are kept; asked at most once a second. */
  readonly settings: () => ApiSettings;
  /** The keys that sign writes. */
  readonly keys: KeyRing;
  /** Decides about workers that send their benchmark. */
  readonly admission: AdmissionPolicy;
  /** Version of the pool's software, shown in `/status`. */
  readonly version: string;
  /** Region of jobs whose orchestrator names none. @default "default" */
  readonly region?: string | undefined;
  /** How far timestamps of writes may be from now, ms. @default 300_000 */
  readonly replayWindowMs?: number | undefined;
  /** Nonces remembered per replay window and a half. @default 2_000_000 */
  readonly noncesMax?: number | undefined;
  /** Limit of each client's reads and refused requests. @default 50 per second, 200 at once */
  readonly readLimit?: RateLimit | undefined;
  /** Limit of each orchestrator's writes. @default 2_000 per second, 4_000 at once */
  readonly writeLimit?: RateLimit | undefined;
  /** How long a write may wait to be durable, ms; then it is a 503. @default 3_000 */
  readonly writeWaitMs?: number | undefined;
  /** How old answers to reads may be, ms. @default 2_000 */
  readonly cacheMs?: number | undefined;
  /** Why the books are not those that were opened any more; null: they are. @default null */
  readonly booksTrouble?: (() => string | null) | undefined;
  /** Called once per request. */
  readonly log?: ((entry: ApiLogEntry) => void) | undefined;
  /** What tells the time, in Unix ms. @default Date.now */
  readonly now?: (() => number) | undefined;
}

type Env = {
  Bindings: Partial<HttpBindings>;
  Variables: { client: string; key: string; code: string; error: string };
};
type Call = Context<Env>;

/** What the server needs: the function, and what to say while it stops. */
export interface PoolApi {
  /** Answers one request, as the fetch standard has it. */
  readonly fetch: Hono<Env>["fetch"];
  /** `/healthz` answers 503 from now on. */
  stopping(): void;
}

/** An answer, before it is sent. */
interface Reply {
  readonly status: 200 | 201 | 202 | Problem["status"];
  readonly body: string;
}

const JSON_TYPE = "application/json; charset=utf-8";

/** The endpoints with all that they share. */
class Api {
  readonly app = new Hono<Env>();
  isStopping = false;
  readonly #options: PoolApiOptions;
  readonly #region: string;
  readonly #now: () => number;
  readonly #windowMs: number;
  readonly #nonces: NonceCache;
  readonly #reads: RateLimiter;
  readonly #writes: RateLimiter;
  readonly #cache: ReadCache;
  readonly #standing: Standing;
  readonly #queue: WriteQueue;
  readonly #desk: AdmissionDesk;
  readonly #metrics = new ApiMetrics();

  constructor(options: PoolApiOptions) {
    const { replayWindowMs = 300_000, noncesMax = 2_000_000, cacheMs = 2_000 } = options;
    const { readLimit = { perSecond: 50, burst: 200 } } = options;
    const { writeLimit = { perSecond: 2_000, burst: 4_000 } } = options;
    this.#options = options;
    this.#region = options.region ?? "default";
    this.#now = options.now ?? Date.now;
    this.#windowMs = replayWindowMs;
    // A timestamp ahead by the window counts for twice the window.
    this.#nonces = new NonceCache(2 * replayWindowMs, noncesMax);
    this.#reads = new RateLimiter(readLimit);
    this.#writes = new RateLimiter(writeLimit);
    this.#cache = new ReadCache(cacheMs);
    const { books, recorder, admission, writeWaitMs, settings } = options;
    this.#standing = new Standing({ books, settings, ageMaxMs: cacheMs, now: this.#now });
    this.#queue = new WriteQueue({ recorder, waitLimitMs: writeWaitMs });
    this.#desk = new AdmissionDesk({
      policy: admission,
      books,
      recorder,
      waitLimitMs: writeWaitMs,
    });
    this.app.use(async (call, next) => await this.#observed(call, next));
    this.#addReads();
    this.#addWrites();
    this.#addOthers();
    this.app.onError((error, call) => this.#failed(error, call));
    this.app.notFound((call) => this.#nothingThere(call));
  }

  async #observed(call: Call, next: () => Promise<void>): Promise<void> {
    const startedMs = performance.now();
    const client = clientOf(call.env?.incoming?.socket.remoteAddress);
    call.set("client", client);
    await next();
    if (this.isStopping) call.header("Connection", "close");
    const { method, path } = call.req;
    const isKnown = path in READS || path in WRITES || path in OTHERS;
    const route = isKnown ? path : "other";
    const { status } = call.res;
    const durationMs = performance.now() - startedMs;
    this.#metrics.request(route, status, durationMs);
    const [key, code, error] = [call.get("key"), call.get("code"), call.get("error")];
    if (code !== undefined) this.#metrics.refusal(code);
    this.#options.log?.({
      level: status >= 500 ? "error" : status >= 400 ? "warn" : "info",
      method,
      route,
      status,
      durationMs: Math.round(durationMs * 1000) / 1000,
      client,
      ...(key === undefined ? {} : { key }),
      ...(code === undefined ? {} : { code }),
      ...(error === undefined ? {} : { error }),
    });
  }

  #failed(error: Error, call: Call): Response {
    const { status, body } = this.#reply(error, call);
    // What a stranger was refused counts as what a stranger reads.
    if (status === 401 || status === 404 || status === 405) this.#charge(call);
    return call.body(body, status, { "Content-Type": JSON_TYPE });
  }

  /** What is answered to what went wrong; the rest of it is for the log. */
  #reply(error: unknown, call: Call): Reply {
    const problem = problemOf(error);
    if (problem !== error) call.set("error", error instanceof Error ? error.message : `${error}`);
    call.set("code", problem.code);
    const { status, retryAfterS } = problem;
    if (retryAfterS !== null) call.header("Retry-After", String(retryAfterS));
    return { status, body: problem.toJson() };
  }

  #charge(call: Call): void {
    this.#reads.take(call.get("client"), this.#now());
  }

  #nothingThere(call: Call): Response {
    const { path } = call.req;
    const allowed = path in WRITES ? "POST" : path in READS || path in OTHERS ? "GET, HEAD" : null;
    if (allowed === null) {
      return this.#failed(new Problem(404, "NOT_FOUND", "there is no such endpoint"), call);
    }
    call.header("Allow", allowed);
    const message = `${path} takes ${allowed}`;
    return this.#failed(new Problem(405, "METHOD_NOT_ALLOWED", message), call);
  }

  #limitReads(call: Call): void {
    if (this.#reads.take(call.get("client"), this.#now())) return;
    throw new Problem(429, "TOO_MANY_REQUESTS", "too many requests; try again later", {
      retryAfterS: 1,
    });
  }

  /** Answers from a file that was replaced would be of no use to anybody. */
  #assertBooks(): void {
    const trouble = this.#options.booksTrouble?.() ?? null;
    if (trouble !== null) throw new Problem(503, "UNAVAILABLE", `the books: ${trouble}`);
  }

  #read<Q extends z.ZodType>(path: string, schema: Q, make: (query: z.output<Q>) => unknown): void {
    this.app.get(path, (call) => {
      this.#limitReads(call);
      this.#assertBooks();
      const query = parseQuery(schema, call.req.url);
      const nowMs = this.#now();
      const answer = this.#cache.get(`${path} ${JSON.stringify(query)}`, nowMs, () => {
        this.#reads.charge(call.get("client"), nowMs, extraCost(query));
        return make(query);
      });
      const headers = { ETag: answer.tag, "Cache-Control": "no-cache" };
      if (call.req.header("if-none-match") === answer.tag) return call.body(null, 304, headers);
      return call.body(answer.body, 200, { ...headers, "Content-Type": JSON_TYPE });
    });
  }

  #addReads(): void {
    const { books, version } = this.#options;
    const context = () => ({ books, standing: this.#standing, nowMs: this.#now() });
    this.#read("/getTranscodersJobs", READS["/getTranscodersJobs"].query, (query) =>
      readJobs(context(), query),
    );
    this.#read("/getTranscoderJobs", READS["/getTranscoderJobs"].query, (query) =>
      readJobs(context(), query, query.transcoderAddress),
    );
    this.#read("/getRewards", READS["/getRewards"].query, (query) => readRewards(context(), query));
    this.#read("/getTranscoderRewards", READS["/getTranscoderRewards"].query, (query) =>
      readRewards(context(), query, query.transcoderAddress),
    );
    this.#read("/status", READS["/status"].query, () =>
      statusOf(this.#standing.totals(), {
        version,
        region: this.#region,
        commissionRate: this.#standing.commissionRate(this.#region),
      }),
    );
    this.#read("/transcoder", READS["/transcoder"].query, ({ transcoderAddress, ...page }) =>
      transcoderAddress === undefined
        ? readWorkers(context(), { ...page, nodeType: "transcode" })
        : readWorkers(context(), { ...page, address: transcoderAddress }),
    );
    this.#read("/workers", READS["/workers"].query, ({ filtered, ...page }) =>
      readWorkers(context(), { ...page, isConnected: filtered === "true" }),
    );
  }

  #write<B extends z.ZodType>(
    path: string,
    { body: schema, bytesMax }: { readonly body: B; readonly bytesMax: number },
    make: (
      request: z.output<B>,
      source: string,
    ) => Promise<{ status: 200 | 201 | 202; answer: unknown }>,
  ): void {
    const bodies = new BodyReader(bytesMax);
    this.app.post(path, async (call) => {
      if (!this.#reads.has(call.get("client"), this.#now())) this.#limitReads(call);
      const header = (name: string): string | undefined => call.req.header(name);
      const claim = readClaim(header, this.#options.keys, this.#now(), this.#windowMs);
      const bytes = await bodies.read({ header, arrayBuffer: () => call.req.arrayBuffer() });
      const url = new URL(call.req.url);
      const signed = { method: call.req.method, path: `${url.pathname}${url.search}`, body: bytes };
      const check = { nonces: this.#nonces, limit: this.#writes, nowMs: this.#now() };
      verifyClaim(claim, signed, check);
      call.set("key", claim.key.id);
      return await this.#signed(call, claim, async () => {
        parseQuery(noQuery, call.req.url);
        const request = parseBody(schema, header("content-type"), bytes);
        return await make(request, claim.key.source);
      });
    });
  }

  /** Answers a request whose sender is known, with a signature. */
  async #signed(
    call: Call,
    { nonce, key }: Claim,
    make: () => Promise<{ status: 200 | 201 | 202; answer: unknown }>,
  ): Promise<Response> {
    let reply: Reply;
    try {
      const { status, answer } = await make();
      reply = { status, body: JSON.stringify(answer) };
    } catch (error) {
      reply = this.#reply(error, call);
    }
    const { status, body } = reply;
    const signature = signAnswer(key.secret, { nonce, status, body: Buffer.from(body) });
    return call.body(body, status, {
      "Content-Type": JSON_TYPE,
      [HEADERS.signature]: signature,
    });
  }

  #addWrites(): void {
    const defaults = () => ({
      nowMs: this.#now(),
      region: this.#region,
      isPerJob: this.#standing.settings().scheme.basis === "fees",
    });
    const recordJob = "/recordTranscoderJob";
    this.#write(recordJob, WRITES[recordJob], async (request, source) => {
      const outcome = await this.#queue.add({ source, event: jobEvent(request, defaults()) });
      return this.#recorded(recordJob, request.id, outcome);
    });
    const recordTicket = "/recordWinningTicket";
    this.#write(recordTicket, WRITES[recordTicket], async (request, source) => {
      const outcome = await this.#queue.add({ source, event: ticketEvent(request, defaults()) });
      return this.#recorded(recordTicket, request.id, outcome);
    });
    const recordBenchmark = "/recordBenchmark";
    this.#write(recordBenchmark, WRITES[recordBenchmark], async (request, source) => {
      checkTime("at", request.at, this.#now());
      const decision = await this.#desk.decide(source, request, this.#now());
      this.#metrics.write(recordBenchmark, decision.admitted ? "admitted" : "refused");
      return { status: 200, answer: { id: request.id, ...decision } };
    });
  }

  #recorded(
    route: string,
    id: string,
    outcome: WriteOutcome,
  ): { status: 200 | 201 | 202; answer: unknown } {
    this.#metrics.write(route, outcome);
    if (outcome === "conflict") {
      throw new Problem(409, "CONFLICT", "that id was sent before with other content", {
        path: "id",
      });
    }
    const status = outcome === "recorded" ? 201 : outcome === "quarantined" ? 202 : 200;
    return { status, answer: { id, outcome } };
  }

  #addOthers(): void {
    this.app.get("/healthz", (call) => {
      if (this.isStopping) throw new Problem(503, "UNAVAILABLE", "the server is stopping");
      this.#assertBooks();
      try {
        this.#options.books.quarantine.count();
      } catch {
        throw new Problem(503, "UNAVAILABLE", "the books cannot be read");
      }
      return call.json({ status: "ok" });
    });
    this.app.get("/metrics", (call) => {
      this.#limitReads(call);
      const text = this.#metrics.render(this.#standing.totals(), {
        poolsim_api_nonces: this.#nonces.size,
        poolsim_api_writes_waiting: this.#queue.length,
      });
      return call.body(text, 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
    });
    const document = JSON.stringify(openApiDocument(this.#options.version));
    this.app.get("/openapi.json", (call) => {
      this.#limitReads(call);
      return call.body(document, 200, { "Content-Type": JSON_TYPE });
    });
  }
}

const OTHERS = { "/healthz": true, "/metrics": true, "/openapi.json": true } as const;

/** A long page that is made, not remembered, counts as one read for each hundred rows. */
function extraCost(query: unknown): number {
  if (typeof query !== "object" || query === null || !("limit" in query)) return 0;
  return typeof query.limit === "number" ? Math.max(0, Math.ceil(query.limit / 100) - 1) : 0;
}

/** Makes the API over the books, without a server: it answers requests that it is given. */
export function createPoolApi(options: PoolApiOptions): PoolApi {
  const api = new Api(options);
  return {
    fetch: api.app.fetch,
    stopping: () => {
      api.isStopping = true;
    },
  };
}
