/**
 * The sessions of one live stream: what `discover` finds becomes sessions with real prices,
 * recipients and expiry times, and a gateway's own rules choose among them. A thin shell around
 * `SessionsManager`: it reads the clock, runs the discoveries that the pools ask for, and turns
 * URIs, addresses and session ids into the cores' handles.
 */
import { checkObject } from "../../core/checks.js";
import { Interner } from "../../core/interner.js";
import type { Rational } from "../../core/rational.js";
import type { OrchestratorDescriptor } from "../../discovery/live/descriptor.js";
import { readPrice } from "../../discovery/live/descriptor.js";
import type { Discovery } from "../../discovery/live/discovery.js";
import type { OrchestratorAnswer } from "../../discovery/rpc/decode.js";
import { inPool } from "../../discovery/score-pool.js";
import type { OrchestratorSource } from "../../discovery/sources/source.js";
import { Suspender, type SuspensionPolicy } from "../../discovery/suspension.js";
import type { SelectionAlgorithm } from "../algorithms/algorithm.js";
import { ProbabilityAlgorithm } from "../algorithms/probability.js";
import { latencyScore } from "../segment-timing.js";
import { type Chooser, firstInOrder, RecipientChooser } from "../selectors/choosers.js";
import { MinLSSelector } from "../selectors/min-ls.js";
import type { Session } from "../session.js";
import { createSessions, renewSession, type SessionAnswer } from "../session-creation.js";
import { type Removal, type RemovalWithoutSender, SessionPool } from "../session-pool.js";
import { SessionPrice } from "../session-price.js";
import { poolNumOrchs, SessionsManager } from "../sessions-manager.js";

/** A session that a discovery made; `info` is what it found. */
export type LiveSession = Session<OrchestratorDescriptor>;

/** The last L1 block that was seen, and when: from it follows when ticket parameters expire. */
export interface L1Head {
  /** Number of the last block. */
  readonly block: bigint;
  /** When the block was seen, in Unix ms. */
  readonly seenAtMs: number;
}

/** How to open a stream's sessions. */
export interface StreamSessionsOptions {
  /** Runs the discoveries; the caller closes it. */
  readonly discovery: Pick<Discovery, "discover">;
  /** What `discovery` asks: counted once, for how many orchestrators each pool wants (M-2). */
  readonly source: Pick<OrchestratorSource, "list">;
  /**
   * Whether the gateway pays, i.e. is on-chain. Then answers without ticket parameters make no
   * session (M-32), and `algorithm` chooses by recipient (L-6); otherwise the fastest in discovery
   * is first (L-5).
   *
   * @default false
   */
  readonly hasSender?: boolean | undefined;
  /** Chooses among recipients where `hasSender`. @default ProbabilityAlgorithm with go-livepeer's weights */
  readonly algorithm?: SelectionAlgorithm | undefined;
  /** Wei per pixel that selection accepts (L-10); null = any. @default null */
  readonly maxPrice?: Rational | null | undefined;
  /** How long suspensions last (S-6). @default "absolute" */
  readonly suspensionPolicy?: SuspensionPolicy | undefined;
  /** What removing a session does without a payment sender (M-24). @default "ignore" */
  readonly removalWithoutSender?: RemovalWithoutSender | undefined;
  /** The last L1 block seen; null = not known: ticket parameters then never expire. @default () => null */
  readonly l1Head?: (() => L1Head | null) | undefined;
  /** What tells the time, in Unix ms. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Uniform in [0, 1). @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Is called when a discovery in the background failed. The sessions that there are stay. */
  readonly onRefreshFailed?: ((error: unknown) => void) | undefined;
}

/** L1 blocks are 12 s apart. */
const L1_BLOCK_MS = 12_000;

/** See the top of the file. Made by {@link StreamSessions.open}. */
export class StreamSessions {
  /** The core: everything that is not offered here can be asked of it. */
  readonly manager: SessionsManager<OrchestratorDescriptor>;
  readonly #options: StreamSessionsOptions;
  readonly #now: () => number;
  // A stream's own: what strangers call themselves is forgotten with the stream.
  readonly #transcoders = new Interner();
  readonly #recipients = new Interner();
  readonly #sessionIds = new Interner();
  readonly #stakes = new Map<number, number>();
  readonly #ended = new AbortController();
  #refreshing: Promise<void> = Promise.resolve();
  #nextId = 0;

  private constructor(options: StreamSessionsOptions, trusted: number, untrusted: number) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const chooser = this.#chooser();
    const wanted = poolNumOrchs(trusted, untrusted);
    this.manager = new SessionsManager({
      trusted: this.#pool(trusted, wanted.trusted, chooser),
      untrusted: this.#pool(untrusted, wanted.untrusted, chooser),
    });
  }

  /**
   * Opens a stream: counts the source's orchestrators (M-2, D-6) and runs the first discovery of each
   * pool (M-3). A source that lists nobody now leaves the stream without anybody to its end (W-16).
   *
   * @param options see {@link StreamSessionsOptions}
   * @throws whatever the source and the first discoveries throw
   */
  static async open(options: StreamSessionsOptions): Promise<StreamSessions> {
    checkObject({ options });
    checkObject({ source: options.source }, "list");
    const { endpoints } = await options.source.list();
    const count = (pool: "trusted" | "untrusted") =>
      endpoints.filter(({ score }) => inPool(score, pool)).length;
    const stream = new StreamSessions(options, count("trusted"), count("untrusted"));
    for (const pool of stream.manager.creationOrder) {
      if (pool.beginRefresh()) await stream.#discover(pool);
    }
    return stream;
  }

  /**
   * The session for the next segment (M-27), now in use: give it back by {@link completed},
   * {@link suspend} or {@link remove}. Begins discoveries in the background where the pools ask
   * for them (M-11).
   *
   * @param durationMs length of the segment
   * @returns null = nobody
   */
  select(durationMs: number): LiveSession | null {
    const session = this.manager.selectOne(this.#now());
    this.#refreshInBackground();
    session?.pushSegInFlight(this.#now(), durationMs);
    return session;
  }

  /**
   * The orchestrator has answered in full: the session is measured (T-22) and back in its pool.
   *
   * @param tookAllMs from before sending to the end of the answer (T-20)
   * @param durationMs length of the segment
   */
  completed(session: LiveSession, tookAllMs: number, durationMs: number): void {
    session.latencyScore = latencyScore(tookAllMs, durationMs);
    this.manager.complete(session);
  }

  /** The session failed: its orchestrator is suspended and the session dropped (M-25, S-12). */
  suspend(session: LiveSession): Removal {
    return this.manager.suspendAndRemove(session);
  }

  /** The session is dropped; its orchestrator may be found again at once (M-23). */
  remove(session: LiveSession): Removal {
    return this.manager.remove(session);
  }

  /**
   * A new answer of the session's orchestrator, asked for because `shouldRefresh` said so (M-35),
   * or come with a result (M-36).
   *
   * @returns false if the answer has no auth token: the session cannot be used (S-12 row 2)
   */
  renew(session: LiveSession, info: OrchestratorAnswer): boolean {
    return renewSession(session, this.#answer({ ...session.info, info, price: readPrice(info) }));
  }

  /** Waits for the discoveries that are running. */
  async refreshed(): Promise<void> {
    await this.#refreshing;
  }

  /**
   * The stream has ended (M-26); discoveries that are running end, too.
   *
   * @returns every session, used or not: to be ended at its orchestrator (`EndTranscodingSession`)
   */
  close(): LiveSession[] {
    this.#ended.abort();
    return this.manager.cleanup();
  }

  #chooser(): Chooser {
    const { hasSender = false, maxPrice = null } = this.#options;
    if (!hasSender) return firstInOrder;
    return new RecipientChooser({
      algorithm: this.#options.algorithm ?? new ProbabilityAlgorithm(),
      stakes: {
        readStakes: (recipients) => recipients.map((handle) => this.#stakes.get(handle) ?? 0),
      },
      maxPrice,
    });
  }

  #pool(size: number, numOrchs: number, chooser: Chooser): SessionPool<OrchestratorDescriptor> {
    const { hasSender = false, removalWithoutSender = "ignore" } = this.#options;
    return new SessionPool<OrchestratorDescriptor>({
      poolSize: size,
      numOrchs,
      selector: new MinLSSelector<OrchestratorDescriptor>({
        chooser,
        draw: this.#options.random ?? Math.random,
      }),
      suspender: new Suspender(this.#options.suspensionPolicy ?? "absolute"),
      hasSender,
      removalWithoutSender,
    });
  }

  #refreshInBackground(): void {
    for (;;) {
      const pool = this.manager.beginWantedRefresh();
      if (pool === null) return;
      const running = this.#discover(pool).catch((error: unknown) => {
        if (!this.#ended.signal.aborted) this.#options.onRefreshFailed?.(error);
      });
      this.#refreshing = Promise.all([this.#refreshing, running]).then(() => {});
    }
  }

  /** One discovery of a pool whose refresh has begun; ends the refresh whatever happens. */
  async #discover(pool: SessionPool<OrchestratorDescriptor>): Promise<void> {
    const { discovery, hasSender = false } = this.#options;
    let sessions: LiveSession[] | null = null;
    try {
      // A pool without orchestrators has nobody to ask (M-31).
      if (pool.poolSize === 0) return;
      const { orchestrators } = await discovery.discover({
        pool: pool === this.manager.trusted ? "trusted" : "untrusted",
        wanted: pool.numOrchs,
        suspensions: {
          suspender: pool.suspender,
          handleOf: (transcoder) => this.#transcoders.known(transcoder),
        },
        signal: this.#ended.signal,
      });
      const answers = orchestrators.map((found) => this.#answer(found));
      sessions = createSessions(answers, { hasSender, nextId: () => this.#nextId++ });
    } finally {
      pool.endRefresh(sessions);
    }
  }

  #answer(found: OrchestratorDescriptor): SessionAnswer<OrchestratorDescriptor> {
    const { authToken, ticketParams } = found.info;
    const recipient = ticketParams === null ? -1 : this.#recipients.handle(ticketParams.recipient);
    if (recipient >= 0 && found.stake !== null) this.#stakes.set(recipient, Number(found.stake));
    return {
      transcoder: this.#transcoders.handle(found.transcoder),
      score: found.score,
      recipient,
      price: found.price === null ? null : new SessionPrice(found.price),
      initialLatencyMs: found.latencyMs,
      authTokenExpiresAtMs: authToken === null ? null : Number(authToken.expiration) * 1000,
      ticketParamsExpireAtMs: this.#expiry(ticketParams?.expirationBlock),
      sessionKey: authToken === null ? -1 : this.#sessionIds.handle(authToken.sessionId),
      info: found,
    };
  }

  /** When terms lapse: one L1 block before the one that they name (P-6), unix ms. */
  #expiry(block: bigint | undefined): number {
    const head = this.#options.l1Head?.() ?? null;
    if (block === undefined || head === null) return Number.POSITIVE_INFINITY;
    return head.seenAtMs + Number(block - 1n - head.block) * L1_BLOCK_MS;
  }
}
