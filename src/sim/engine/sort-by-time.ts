/**
 * Sorts items by times that are kept in another list. Each item goes into a bucket by its time. There are as many
 * buckets as items, so that few share one; those are put in order one by one. A sort that compares costs more:
 * the processor guesses the outcome of each comparison, and half of its guesses are wrong.
 */

/** All buckets together reach three times as far from the least time as the mean is; the last one takes what is beyond. */
const MEANS = 3;
/** Buckets, where there are fewer items. */
const FEW = 64;
/** With more than that in one bucket all are sorted by comparing: one by one, the work grows with the square. */
const MOST_IN_BUCKET = 64;

let keys = new Float64Array(0);
let bucketOf = new Int32Array(0);
let sorted = new Int32Array(0);
/** Of each bucket how many it has; then where its next item goes. */
let places = new Int32Array(0);

/**
 * Puts a part of a list of items in order of time; of the same time, the smaller item comes first.
 *
 * @param items whole numbers; those from `from` on, `count` of them, are put in order
 * @param times that of item `i` is at `first + i`, ms from 0
 */
export function sortByTime(
  items: Int32Array,
  from: number,
  count: number,
  times: Float64Array,
  first: number,
): void {
  if (count >= keys.length) makeRoom(count);
  if (distribute(items, from, count, times, first) > MOST_IN_BUCKET) {
    const compare = (one: number, other: number) =>
      (times[first + one] as number) - (times[first + other] as number) || one - other;
    items.subarray(from, from + count).sort(compare);
    return;
  }
  for (let place = 0; place < count; place++) {
    const item = sorted[place] as number;
    const time = times[first + item] as number;
    let hole = from + place;
    for (; hole > from; hole--) {
      const other = items[hole - 1] as number;
      const otherTime = times[first + other] as number;
      if (otherTime < time || (otherTime === time && other < item)) break;
      items[hole] = other;
    }
    items[hole] = item;
  }
}

/**
 * Lists items by bucket.
 *
 * @returns how many the fullest has
 */
function distribute(
  items: Int32Array,
  from: number,
  count: number,
  times: Float64Array,
  first: number,
): number {
  const buckets = Math.max(FEW, count);
  const last = buckets - 1;
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let place = 0; place < count; place++) {
    const time = times[first + (items[from + place] as number)] as number;
    keys[place] = time;
    sum += time;
    if (time < least) least = time;
  }
  for (let bucket = 0; bucket < buckets; bucket++) places[bucket] = 0;
  // Of times that differ in their last bits only, the mean may come out below the least.
  const spread = sum / count - least;
  const scale = spread > 0 ? buckets / (MEANS * spread) : 0;
  for (let place = 0; place < count; place++) {
    const at = ((keys[place] as number) - least) * scale;
    // Of a time that never comes it is no number.
    const bucket = at < last ? at | 0 : last;
    bucketOf[place] = bucket;
    places[bucket] = (places[bucket] as number) + 1;
  }
  let most = 0;
  let before = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const size = places[bucket] as number;
    if (size > most) most = size;
    places[bucket] = before;
    before += size;
  }
  for (let place = 0; place < count; place++) {
    const bucket = bucketOf[place] as number;
    const to = places[bucket] as number;
    places[bucket] = to + 1;
    sorted[to] = items[from + place] as number;
  }
  return most;
}

function makeRoom(count: number): void {
  const length = Math.max(FEW, 2 * count);
  keys = new Float64Array(length);
  bucketOf = new Int32Array(length);
  sorted = new Int32Array(length);
  places = new Int32Array(length);
}
