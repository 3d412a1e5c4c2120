/**
 * When jobs had their turn. A node sends a worker more than it can do at a time, and what waits
 * there is in the response time: jobs are told by when they came and when they were done, and first
 * come is first served.
 */

/** A job by its times, ms. */
export interface Turn {
  readonly cameMs: number;
  readonly doneMs: number;
  /** It failed: when it came is not known, but it had its turn. */
  readonly isFailure: boolean;
}

/**
 * Jobs in order of arrival. Where one failed it is put before whatever was done after it.
 *
 * @param jobs those that were answered, in any order
 * @param failedAtMs when others failed, in order
 */
export function turnsOf(
  jobs: readonly { readonly atMs: number; readonly responseMs: number }[],
  failedAtMs: readonly number[],
): Turn[] {
  const answered = jobs
    .map(({ atMs, responseMs }) => ({
      cameMs: atMs - responseMs,
      doneMs: atMs,
      isFailure: false,
    }))
    .sort((a, b) => a.cameMs - b.cameMs);
  const times = answered.map(({ cameMs, doneMs }) => doneMs - cameMs).sort((a, b) => a - b);
  const usualMs = times[Math.floor(times.length / 2)] ?? 0;
  const failures = failedAtMs.map((doneMs) => {
    const after = answered.find((one) => one.doneMs > doneMs)?.cameMs ?? doneMs;
    const before = answered.findLast((one) => one.doneMs <= doneMs)?.cameMs ?? after;
    const cameMs = Math.min(after, Math.max(before, doneMs - usualMs));
    return { cameMs, doneMs, isFailure: true };
  });
  return [...answered, ...failures].sort((a, b) => a.cameMs - b.cameMs || a.doneMs - b.doneMs);
}

/** A job's turn. */
export interface Service {
  readonly workMs: number;
  /** For how long it waited; negative: for how long it could have begun before it came. */
  readonly waitedMs: number;
  /** Jobs that had their turn when it began, itself included. */
  readonly atATime: number;
}

/**
 * Their turns if a worker does so many at a time.
 *
 * @param turns in order of arrival
 * @param capacity jobs at a time, at least 1
 * @returns in the same order; times are negative where that many cannot have been enough
 */
export function services(turns: readonly Turn[], capacity: number): Service[] {
  if (capacity === 1) return servicesOfOne(turns);
  // The latest ends so far, as many as work at a time: a job begins when the first of them is over.
  const ends: number[] = [];
  return turns.map(({ cameMs, doneMs }) => {
    const freeMs = (ends.length < capacity ? undefined : ends[0]) ?? Number.NEGATIVE_INFINITY;
    const beginMs = Math.max(cameMs, freeMs);
    const atATime = 1 + ends.filter((end) => end > beginMs).length;
    const place = ends.findIndex((end) => end > doneMs);
    ends.splice(place < 0 ? ends.length : place, 0, doneMs);
    if (ends.length > capacity) ends.shift();
    return { workMs: doneMs - beginMs, waitedMs: freeMs - cameMs, atATime };
  });
}

/** One at a time: they end in the order in which they came, which is known better than that. */
function servicesOfOne(turns: readonly Turn[]): Service[] {
  const found = turns.map((): Service => ({ workMs: 0, waitedMs: 0, atATime: 1 }));
  let freeMs = Number.NEGATIVE_INFINITY;
  const inOrder = [...turns.entries()].sort(([, a], [, b]) => a.doneMs - b.doneMs);
  for (const [index, { cameMs, doneMs }] of inOrder) {
    const workMs = doneMs - Math.max(cameMs, freeMs);
    found[index] = { workMs, waitedMs: freeMs - cameMs, atATime: 1 };
    freeMs = doneMs;
  }
  return found;
}

/** The most jobs that were there at a time. */
export function mostAtATime(turns: readonly Turn[]): number {
  let ends: number[] = [];
  let most = 0;
  for (const { cameMs, doneMs } of turns) {
    ends = ends.filter((end) => end > cameMs);
    ends.push(doneMs);
    most = Math.max(most, ends.length);
  }
  return most;
}
