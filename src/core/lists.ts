/** Lists that V8 has not to learn about: it takes an empty one for a list of small whole numbers. */

/**
 * An empty list for objects. It has had one before: V8 would make the code of all that use such lists anew
 * when they meet one that is not empty.
 */
export function emptyList<T extends object>(): T[] {
  const list: (T | null)[] = [null];
  list.length = 0;
  return list as T[];
}

/** What lists are that lost their last object. */
const EMPTY: readonly never[] = emptyList();

/** A list and one object more, as a copy: see {@link listOf}. */
export function listWith<T extends object>(list: readonly T[], item: T): readonly T[] {
  return list.toSpliced(list.length, 0, item);
}

/**
 * A list without what is at an index, as a copy. V8 makes what is left of a list of one a list of small whole numbers.
 *
 * @param at index of one of the list's objects
 */
export function listWithout<T extends object>(list: readonly T[], at: number): readonly T[] {
  return list.length === 1 ? EMPTY : list.toSpliced(at, 1);
}

/** One that has an object already: what is copied from it is a list of objects. */
const ONE: readonly (object | null)[] = [null];

/**
 * A list of one, as a copy. V8 takes note of what became of the lists that `[item]` made at a place, and where
 * nearly all of them lived for long, it makes those after them in old space. There they outlive what they
 * belong to until old space is collected, and all that can be reached from them with them.
 */
export function listOf<T extends object>(item: T): T[] {
  return ONE.with(0, item) as T[];
}
