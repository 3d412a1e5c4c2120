/** The API as a function from requests to answers; no sockets. */

import { type Context, Hono } from "hono";
import type { z } from "zod";
import { AdmissionDesk } from "./admission-desk.js";
import { statusOf } from "./answers.js";
import type { ApiEnv, PoolApi, PoolApiOptions } from "./api-options.js";
import { type Claim, readClaim, verifyClaim } from "./authenticate.js";
import { BodyReader } from "./body.js";
import type { WriteOutcome } from "./books.js";
import { checkedOptions } from "./check-options.js";
import { ApiMetrics } from "./metrics.js";
import { NonceCache } from "./nonces.js";
import { openApiDocument } from "./openapi.js";
import type { PageOptions } from "./page/options.js";
import { PAGE_DOCUMENTS, Page } from "./page/page.js";
import { isPagePath, PAGE_READS } from "./page/routes.js";
import { sentAnswer, sentDocument } from "./page/sent.js";
import { type ApiTokens, OPEN_TO_ALL, type Role, roleOf } from "./page/tokens.js";
import { parseBody, parseQuery } from "./parse.js";
import { addProbes } from "./probes.js";
import { Problem } from "./problem.js";
import { clientOf, RateLimiter } from "./rate-limit.js";
import { ReadCache } from "./read-cache.js";
import { type Reply, replyTo, send } from "./reply.js";
import { checkTime, jobEvent, noQuery, ticketEvent } from "./requests.js";
import {
  extraCost,
  isWrite,
  OTHERS,
  READS,
  readJobs,
  readRewards,
  readWorkers,
  WRITES,
} from "./routes.js";
import { HEADERS, signAnswer } from "./signature.js";
import { Standing } from "./standing.js";
import { TRANSFER, TRANSFER_BYTES_MAX, transferQuery, transferred } from "./transfer.js";
import { WriteQueue } from "./write-queue.js";

type Call = Context<ApiEnv>;

const JSON_TYPE = "application/json; charset=utf-8";

/** The endpoints with all that they share. */
class Api {
  readonly app = new Hono<ApiEnv>();
  isStopping = false;
  readonly #options: PoolApiOptions;
  readonly #region: string;
  readonly #now: () => number;
  readonly #windowMs: number;
  readonly #nonces: NonceCache;
  readonly #reads: RateLimiter;
  readonly #writes: RateLimiter;
  readonly #cache: ReadCache;
  /** For answers that take long to make. */
  readonly #pageCache: ReadCache;
  readonly #page: Page | null;
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
    this.#pageCache = new ReadCache(PAGE_AGES * cacheMs);
    const { books, recorder, admission, writeWaitMs, settings } = options;
    this.#standing = new Standing({ books, settings, ageMaxMs: cacheMs, now: this.#now });
    this.#queue = new WriteQueue({ recorder, waitLimitMs: writeWaitMs });
    this.#desk = new AdmissionDesk({
      policy: admission,
      books,
      recorder,
      waitLimitMs: writeWaitMs,
    });
    this.#page = options.page === undefined ? null : this.#pageOf(options.page, cacheMs);
    this.app.use(async (call, next) => await this.#observed(call, next));
    this.#addReads();
    if (this.#page !== null) this.#addPage(this.#page);
    this.#addWrites();
    this.#addTransfer();
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
    const route = this.#routeOf(path);
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

  /** What a path counts as: there are few. */
  #routeOf(path: string): string {
    if (path in READS || isWrite(path) || path in OTHERS) return path;
    return this.#page?.routeOf(path) ?? "other";
  }

  #failed(error: Error, call: Call): Response {
    const { status, body } = replyTo(error, call);
    // What a stranger was refused counts as what a stranger reads.
    if (status === 401 || status === 404 || status === 405) this.#charge(call);
    return call.body(body, status, { "Content-Type": JSON_TYPE });
  }

  #charge(call: Call): void {
    this.#reads.take(call.get("client"), this.#now());
  }

  #nothingThere(call: Call): Response {
    const { path } = call.req;
    const allowed = isWrite(path) ? "POST" : this.#routeOf(path) === "other" ? null : "GET, HEAD";
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

  /** Who asks. @throws Problem 401 (`TOKEN`) */
  #role(call: Call): Role {
    return roleOf(call.req.header("authorization"), this.#tokens());
  }

  #tokens(): ApiTokens {
    return this.#options.tokens?.() ?? OPEN_TO_ALL;
  }

  #read<Q extends z.ZodType>(
    path: string,
    schema: Q,
    make: (query: z.output<Q>, role: Role) => unknown,
    cache = this.#cache,
  ): void {
    this.app.get(path, (call) => {
      this.#limitReads(call);
      const role = this.#role(call);
      this.#assertBooks();
      const query = parseQuery(schema, call.req.url);
      const nowMs = this.#now();
      const answer = cache.get(`${path} ${role} ${JSON.stringify(query)}`, nowMs, () => {
        this.#reads.charge(call.get("client"), nowMs, extraCost(query));
        return make(query, role);
      });
      return send(
        call,
        sentAnswer((name) => call.req.header(name), answer),
      );
    });
  }

  #pageOf(options: PageOptions, cacheMs: number): Page {
    const facts = () => ({
      settings: this.#standing.settings(),
      version: this.#options.version,
      commissionRate: this.#standing.commissionRate(this.#region),
    });
    return new Page(options, facts, cacheMs);
  }

  #addPage(page: Page): void {
    for (const path of Object.keys(PAGE_READS)) {
      if (!isPagePath(path)) continue;
      const cache = path === "/pool" || path === "/pool/worker" ? this.#cache : this.#pageCache;
      const asked = (role: Role) => ({ nowMs: this.#now(), role, tokens: this.#tokens() });
      this.#read(
        path,
        PAGE_READS[path].query,
        (query, role) => page.read(path, query, asked(role)),
        cache,
      );
    }
    for (const path of PAGE_DOCUMENTS) {
      this.app.get(path, (call) => {
        this.#limitReads(call);
        const found = page.document(call.req.path, call.req.query("key"), this.#tokens());
        if (found === null) throw new Problem(404, "NOT_FOUND", "there is no such page");
        return send(
          call,
          sentDocument((name) => call.req.header(name), found),
        );
      });
    }
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
      const { claim, bytes } = await this.#claimed(call, bodies);
      return await this.#signed(call, claim, async () => {
        parseQuery(noQuery, call.req.url);
        const request = parseBody(schema, call.req.header("content-type"), bytes);
        return await make(request, claim.key.source);
      });
    });
  }

  /** The body of a signed request, and who signed it. */
  async #claimed(call: Call, bodies: BodyReader): Promise<{ claim: Claim; bytes: Uint8Array }> {
    if (!this.#reads.has(call.get("client"), this.#now())) this.#limitReads(call);
    const header = (name: string): string | undefined => call.req.header(name);
    const claim = readClaim(header, this.#options.keys, this.#now(), this.#windowMs);
    const bytes = await bodies.read({ header, arrayBuffer: () => call.req.arrayBuffer() });
    const url = new URL(call.req.url);
    const signed = { method: call.req.method, path: `${url.pathname}${url.search}`, body: bytes };
    const check = { nonces: this.#nonces, limit: this.#writes, nowMs: this.#now() };
    verifyClaim(claim, signed, check);
    call.set("key", claim.key.id);
    return { claim, bytes };
  }

  /** Takes bytes and sends bytes, for those who may write: nothing is kept. */
  #addTransfer(): void {
    const bodies = new BodyReader(TRANSFER_BYTES_MAX);
    this.app.post(TRANSFER, async (call) => {
      const { claim } = await this.#claimed(call, bodies);
      return transferred(parseQuery(transferQuery, call.req.url).bytes, claim);
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
      reply = replyTo(error, call);
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
    addProbes(this.app, this.#options.books, {
      isStopping: () => this.isStopping,
      assertBooks: () => this.#assertBooks(),
    });
    this.app.get("/metrics", async (call) => {
      this.#limitReads(call);
      this.#role(call);
      const text = await this.#metrics.render(this.#standing.totals(), {
        poolsim_api_nonces: this.#nonces.size,
        poolsim_api_writes_waiting: this.#queue.length,
      });
      return call.body(text, 200, { "Content-Type": this.#metrics.contentType });
    });
    const document = JSON.stringify(openApiDocument(this.#options.version));
    this.app.get("/openapi.json", (call) => {
      this.#limitReads(call);
      return call.body(document, 200, { "Content-Type": JSON_TYPE });
    });
  }
}

/** Answers that take long to make may be so many times as old as others. */
const PAGE_AGES = 5;

/** Makes the API over the books, without a server. @throws InputError (`OPTION_INVALID`) for limits that are none */
export function createPoolApi(options: PoolApiOptions): PoolApi {
  const api = new Api(checkedOptions(options));
  return {
    fetch: api.app.fetch,
    stopping: () => {
      api.isStopping = true;
    },
  };
}
