/**
 * What the books know of a wallet's nonces against how many the chain counts. A nonce that is used
 * and that nothing in the books explains may have paid somebody: then nothing more is paid.
 */

/** Nonces from the first to the last, both counted. */
export interface NonceRange {
  /** The lowest nonce of the range. */
  readonly first: number;
  /** The highest nonce of the range, included. */
  readonly last: number;
}

/** How a wallet's nonces stand. */
export interface NonceState {
  /** The lowest nonce that nothing in the books explains: what is signed next has it. */
  readonly next: number;
  /** Used on chain, and nothing in the books explains them. */
  readonly unknown: readonly NonceRange[];
  /** Neither used nor signed for, below payouts that are under way: these can't be mined. */
  readonly gap: readonly NonceRange[];
}

/** What the books and the chain know of a wallet's nonces. */
export interface NonceInput {
  /** Nonces of payouts and acknowledged ones, in their order. */
  readonly known: readonly number[];
  /** Nonces of payouts that are not closed. */
  readonly open: readonly number[];
  /** Transactions of the wallet on chain. */
  readonly used: number;
}

/** Compares books and chain. */
export function nonceState({ known, open, used }: NonceInput): NonceState {
  const set = new Set(known);
  let next = known.length > 0 && known.at(-1) === set.size - 1 ? set.size : 0;
  while (set.has(next)) next++;
  const top = open.reduce((highest, nonce) => Math.max(highest, nonce), -1);
  return { next, unknown: free(set, next, used), gap: free(set, Math.max(used, next), top) };
}

/** Those of `from` … `end` − 1 that are not in the set; a range counts as one step. */
function free(set: ReadonlySet<number>, from: number, end: number): NonceRange[] {
  const ranges: NonceRange[] = [];
  let first = from;
  for (const nonce of [...set].filter((other) => other >= from && other < end).sort(ascending)) {
    if (nonce > first) ranges.push({ first, last: nonce - 1 });
    first = nonce + 1;
  }
  if (first < end) ranges.push({ first, last: end - 1 });
  return ranges;
}

function ascending(one: number, other: number): number {
  return one - other;
}

/** How many they are. */
export function countOf(ranges: readonly NonceRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** Each of them, at most so many. */
export function noncesOf(ranges: readonly NonceRange[], limit: number): number[] {
  const nonces: number[] = [];
  for (const { first, last } of ranges) {
    for (let nonce = first; nonce <= last && nonces.length < limit; nonce++) nonces.push(nonce);
  }
  return nonces;
}

/** Ranges of these, which are in their order. */
export function rangesOf(nonces: readonly number[]): NonceRange[] {
  const ranges: NonceRange[] = [];
  for (const nonce of nonces) {
    const before = ranges.at(-1);
    if (before?.last === nonce - 1) ranges[ranges.length - 1] = { ...before, last: nonce };
    else ranges.push({ first: nonce, last: nonce });
  }
  return ranges;
}

/** The highest of them, highest first, at most so many. */
export function newestOf(ranges: readonly NonceRange[], limit: number): number[] {
  const nonces: number[] = [];
  for (const { first, last } of ranges.toReversed()) {
    for (let nonce = last; nonce >= first && nonces.length < limit; nonce--) nonces.push(nonce);
  }
  return nonces;
}

/** Writes ranges as `3` or `5..7`, several with commas. */
export function rangesText(ranges: readonly NonceRange[]): string {
  return ranges
    .map(({ first, last }) => (first === last ? String(first) : `${first}..${last}`))
    .join(", ");
}
