/**
 * Sorts items by times that are kept in another list. A typed list of numbers sorts itself twice as fast as a sort
 * written here that compares items. So each item gets a number: its time, with its place in the list in the last bits.
 * Times that differ in these bits only may come out in the wrong order, so a last pass compares neighbours exactly.
 */

/** The half of a number of 8 bytes that has its last bits. */
const LOW = new Uint32Array(new Float64Array([1]).buffer)[0] === 0 ? 0 : 1;

/** Room for the most numbers sorted so far, and the first part of it for each count: a typed list is sorted as a whole. */
let room = new Float64Array(0);
let halves = new Uint32Array(0);
let sorted = new Int32Array(0);
const parts: (Float64Array | undefined)[] = [];

/**
 * Puts a part of a list of items in order of time; of the same time, the smaller item comes first.
 *
 * @param items whole numbers; those from `from` on, `count` of them, are put in order
 * @param times that of item `i` is at `first + i`
 */
export function sortByTime(
  items: Int32Array,
  from: number,
  count: number,
  times: Float64Array,
  first: number,
): void {
  const keys = parts[count] ?? makePart(count);
  const placeBits = 2 ** (32 - Math.clz32(count)) - 1;
  for (let place = 0; place < count; place++) {
    keys[place] = times[first + (items[from + place] as number)] as number;
    const low = 2 * place + LOW;
    halves[low] = ((halves[low] as number) & ~placeBits) | place;
  }
  keys.sort();
  for (let place = 0; place < count; place++) {
    const before = (halves[2 * place + LOW] as number) & placeBits;
    sorted[place] = items[from + before] as number;
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

/** The first numbers of the room, so many of them. */
function makePart(count: number): Float64Array {
  if (count > room.length) {
    room = new Float64Array(2 * count);
    halves = new Uint32Array(room.buffer);
    sorted = new Int32Array(2 * count);
    parts.length = 0;
  }
  const part = room.subarray(0, count);
  parts[count] = part;
  return part;
}
