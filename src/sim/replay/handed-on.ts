/**
 * Streams that a worker left behind when it went, and that another one took with their next segment: no gateway
 * notices (O-16, O-17). In the books they are two sessions, or more; here they are one stream again.
 */
import { isSameRate, type RecordedSession } from "../calibrate/fits/sessions.js";

/** A session, and the worker that had it. */
export interface WorkerSession extends RecordedSession {
  readonly worker: string;
}

/**
 * A pool's sessions, each together with those that went on with it at other workers.
 *
 * @param sessions of all workers of the nodes, in any order
 * @returns in the order in which they began; the worker is that which had the stream's end
 */
export function handedOn(sessions: readonly WorkerSession[]): readonly WorkerSession[] {
  const begun = [...sessions].sort((a, b) => a.fromMs - b.fromMs);
  const nexts = new Map<WorkerSession, WorkerSession>();
  const taken = new Set<WorkerSession>();
  const cut = begun.filter(({ leftMs }) => leftMs !== null);
  for (const session of cut.sort((a, b) => a.nextMs - b.nextMs)) {
    const next = nextOf(session, begun, taken);
    if (next === null) continue;
    nexts.set(session, next);
    taken.add(next);
  }
  return begun.flatMap((session) => {
    if (taken.has(session)) return [];
    let whole = session;
    for (let next = nexts.get(session); next !== undefined; next = nexts.get(next)) {
      whole = together(whole, next);
    }
    return [whole];
  });
}

/** The session that begins nearest to when the next segment was due, and not before the worker had left. */
function nextOf(
  { fromMs, leftMs, nextMs, slackMs, blurMs, rate, worker }: WorkerSession,
  begun: readonly WorkerSession[],
  taken: ReadonlySet<WorkerSession>,
): WorkerSession | null {
  const soonestMs = Math.max(nextMs - slackMs, (leftMs ?? nextMs) - blurMs);
  let best: WorkerSession | null = null;
  for (let at = placeOf(begun, soonestMs); at < begun.length; at++) {
    const other = begun[at];
    if (other === undefined || other.fromMs > nextMs + slackMs) break;
    // The later of two always begins later, so that none can be of a chain twice.
    if (other.fromMs <= fromMs || other.worker === worker) continue;
    if (taken.has(other) || !isSameRate(other.rate, rate)) continue;
    if (best === null || Math.abs(other.fromMs - nextMs) < Math.abs(best.fromMs - nextMs)) {
      best = other;
    }
  }
  return best;
}

/** Where the first is that began at a time, or later. */
function placeOf(begun: readonly WorkerSession[], fromMs: number): number {
  let low = 0;
  let high = begun.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((begun[middle]?.fromMs ?? 0) < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function together(first: WorkerSession, next: WorkerSession): WorkerSession {
  return {
    ...next,
    fromMs: first.fromMs,
    lengthMs: next.fromMs + next.lengthMs - first.fromMs,
    segments: first.segments + next.segments,
  };
}
