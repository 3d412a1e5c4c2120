/** What the way to the pool takes, by real transfers. */
import { randomBytes } from "node:crypto";
import { RemoteError } from "../../core/errors.js";
import type { PoolApiClient } from "../../pool/api/index.js";

/** Times of one number of sessions, ms. */
export interface Transfers {
  readonly downloadMs: readonly number[];
  readonly uploadMs: readonly number[];
}

/** What is carried. */
export interface TransferPlan {
  readonly sourceBytes: number;
  readonly resultBytes: number;
  /** Of each session. */
  readonly transfers: number;
  /** `performance.now()` at which they are given up. */
  readonly untilMs: number;
}

const NOTHING = new Uint8Array(0);

/** Round trips of an empty message over a connection that is open, ms. */
export async function latencies(
  client: PoolApiClient,
  count: number,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const empty = { upload: NOTHING, download: 0 };
  // The first one opens the connection.
  await client.measureTransfer(empty, { signal });
  const all: number[] = [];
  for (let at = 0; at < count; at++) all.push(await client.measureTransfer(empty, { signal }));
  return all;
}

/**
 * As many downloads, then uploads, at a time as there are sessions.
 *
 * @throws RemoteError (`POOL_API_UNREACHABLE`) where they are not over in time; what a transfer throws
 */
export async function transfersAt(
  client: PoolApiClient,
  sessions: number,
  { sourceBytes, resultBytes, transfers, untilMs }: TransferPlan,
  signal: AbortSignal,
): Promise<Transfers> {
  const result = randomBytes(resultBytes);
  const downloadMs: number[] = [];
  const uploadMs: number[] = [];
  const session = async () => {
    await client.measureTransfer({ upload: NOTHING, download: 0 }, { signal });
    for (let at = 0; at < transfers; at++) {
      if (performance.now() > untilMs) {
        const text = `transfers take too long: at ${sessions} sessions after ${at} of ${transfers}; expected fewer --transfers, fewer bytes, or a smaller --maxSessions`;
        throw new RemoteError(text, { code: "POOL_API_UNREACHABLE" });
      }
      const source = { upload: NOTHING, download: sourceBytes };
      downloadMs.push(await client.measureTransfer(source, { signal }));
      uploadMs.push(await client.measureTransfer({ upload: result, download: 0 }, { signal }));
    }
  };
  await Promise.all(Array.from({ length: sessions }, session));
  return { downloadMs, uploadMs };
}
