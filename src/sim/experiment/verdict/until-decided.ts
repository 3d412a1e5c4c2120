/**
 * Going on until it is decided: looks at ever more replications, each judged with intervals that hold
 * at all looks. What is looked at next depends on what was found and on nothing else. Somebody else's
 * clock may say that it is enough: the last look that was finished then counts, and the same number
 * of replications asked for by name gives the same.
 */
import { invariant } from "../../../core/errors.js";
import { onAbort } from "../../../io/on-abort.js";
import { looks } from "../statistics/confidence-sequence.js";
import { effective, isHopeless, type Judgement } from "./judge.js";

/** What a look found. */
export interface Looked {
  /** Of one candidate or of several. */
  readonly judgements: readonly Judgement[];
}

/** What is raced against: resolves to `null` when it is enough. */
export type Enough = Promise<null>;

/**
 * Does some work that is told when it is enough, and listens to whoever says so for no longer.
 *
 * @param signal aborts when it is enough, which may be never
 */
export async function withEnough<T>(
  signal: AbortSignal | undefined,
  work: (enough: Enough) => Promise<T>,
): Promise<T> {
  let takeBack = (): void => {};
  const enough = new Promise<null>((resolve) => {
    if (signal?.aborted === true) resolve(null);
    else if (signal !== undefined) takeBack = onAbort(signal, () => resolve(null));
  });
  try {
    return await work(enough);
  } finally {
    takeBack();
  }
}

/**
 * What some work gives, or `null` when it was enough before; the work's failure, if it comes later,
 * is nobody's business.
 */
export function orEnough<T>(work: Promise<T>, enough: Enough): Promise<T | null> {
  work.catch(() => {});
  return Promise.race([work, enough]);
}

/** Whether to look no further: it is decided, or going on would hardly decide it. */
export function isSettled(judgement: Judgement): boolean {
  return effective(judgement).decision !== "undecided" || isHopeless(judgement);
}

function isOver({ judgements }: Looked): boolean {
  return judgements.every(isSettled);
}

/**
 * Looks until all is decided or hopeless, at most at `max` replications.
 *
 * @param options.look looks at so many replications
 * @param options.enough when it resolves, no further look is waited for
 * @returns the last look; `null` where none was finished
 */
export async function untilDecided<T extends Looked>(options: {
  readonly max: number;
  /** Replications of the first look. @default 8 */
  readonly first?: number | undefined;
  readonly look: (count: number) => Promise<T>;
  readonly enough?: Enough | undefined;
}): Promise<T | null> {
  const { max, first, look, enough } = options;
  let last: T | null = null;
  for (const count of looks(max, first)) {
    const work = look(count);
    const found: T | null = await (enough === undefined ? work : orEnough(work, enough));
    if (found === null) return last;
    last = found;
    if (isOver(found)) break;
  }
  invariant(last !== null, "there is a first look");
  return last;
}
