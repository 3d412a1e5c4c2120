/** A stream with its two session pools, as tests drive it: sessions are named by transcoder handle. */
import { Suspender } from "../../../src/discovery/suspension.js";
import { MinLSSelector } from "../../../src/selection/selectors/min-ls.js";
import { Session } from "../../../src/selection/session.js";
import { type RemovalWithoutSender, SessionPool } from "../../../src/selection/session-pool.js";
import { poolNumOrchs, SessionsManager } from "../../../src/selection/sessions-manager.js";

export interface StreamOptions {
  /** Handles of the trusted orchestrators, in order of discovery. */
  readonly trusted?: readonly number[];
  /** Handles of the untrusted orchestrators, in order of discovery. */
  readonly untrusted?: readonly number[];
  readonly verificationFreq?: number;
  /** The draws, in order; then 0. */
  readonly draws?: readonly number[];
  /** Off-chain: what removing a session does (M-24). */
  readonly removalWithoutSender?: RemovalWithoutSender;
}

let nextId = 0;

export function makeSession(transcoder: number, score: number): Session {
  return new Session({
    id: nextId++,
    transcoder,
    score,
    recipient: transcoder,
    info: "as discovered",
  });
}

function makePool(poolSize: number, numOrchs: number, mode?: RemovalWithoutSender): SessionPool {
  return new SessionPool({
    poolSize,
    numOrchs,
    selector: new MinLSSelector(),
    suspender: new Suspender(),
    ...(mode === undefined ? {} : { hasSender: false, removalWithoutSender: mode }),
  });
}

/** Runs a refresh of a pool that finds these orchestrators. */
export function refresh(
  pool: SessionPool,
  transcoders: readonly number[],
  score: number,
): Session[] {
  const sessions = transcoders.map((transcoder) => makeSession(transcoder, score));
  if (pool.beginRefresh()) pool.endRefresh(sessions);
  return sessions;
}

export interface Stream {
  readonly manager: SessionsManager;
  readonly trusted: readonly Session[];
  readonly untrusted: readonly Session[];
}

/** A stream after its first refreshes (M-3). */
export function makeStream(options: StreamOptions = {}): Stream {
  const { trusted = [], untrusted = [], draws = [], removalWithoutSender: mode } = options;
  const numOrchs = poolNumOrchs(trusted.length, untrusted.length);
  let drawn = 0;
  const manager = new SessionsManager({
    trusted: makePool(trusted.length, numOrchs.trusted, mode),
    untrusted: makePool(untrusted.length, numOrchs.untrusted, mode),
    verificationFreq: options.verificationFreq ?? 0,
    draw32: () => draws[drawn++] ?? 0,
  });
  return {
    manager,
    trusted: refresh(manager.trusted, trusted, 1),
    untrusted: refresh(manager.untrusted, untrusted, 0),
  };
}

/** The penalty a transcoder bears in a pool, whatever the count of refreshes. */
export function penaltyOf(pool: SessionPool, transcoder: number): number {
  for (const [suspended, penalty] of pool.suspender.entries()) {
    if (suspended === transcoder) return penalty;
  }
  return 0;
}

/** Which transcoders a pool has sessions for. */
export function mapped(pool: SessionPool): number[] {
  return [...pool.sessMap.keys()];
}
