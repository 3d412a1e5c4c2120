import { setFlagsFromString } from "node:v8";
import { expect, test } from "vitest";
import { emptyList, listOf, listWith, listWithout } from "../../src/core/lists.js";
import { Suspender } from "../../src/discovery/suspension.js";
import { MinLSSelector, Session, SessionPool } from "../../src/selection/index.js";

setFlagsFromString("--allow-natives-syntax");
/** Whether V8 has made an object where a scavenge sees it die. */
const isYoung = new Function("object", "return %InYoungGeneration(object)") as (
  object: object,
) => boolean;

/** Whether V8 takes it for a list of objects, empty or not. */
const isOfObjects = new Function("list", "return %HasObjectElements(list)") as (
  list: readonly object[],
) => boolean;

/** So many live at a time: V8 moves some to old space, and takes note of where they were made. */
const LIVE = 200_000;
const MADE = 400_000;

/** Where V8 makes them old, nearly all of them are; a collection may move a few that were just made. */
const FEW = 100;

/** How many of what is made go straight to old space, where nearly all of it lives for long. */
function madeOld(make: (index: number) => readonly object[]): number {
  const live: unknown[] = [];
  let old = 0;
  for (let index = 0; index < MADE; index++) {
    const made = make(index);
    for (const object of made) if (!isYoung(object)) old++;
    live[index % LIVE] = made;
  }
  return old;
}

test("a list of one is made young, however long those before it lived", () => {
  expect(madeOld((index) => [listOf({ index })])).toBeLessThan(FEW);
  // What it is for.
  const literal = (item: object) => {
    const list: (object | null)[] = [null];
    list[0] = item;
    return list as object[];
  };
  expect(madeOld((index) => [literal({ index })])).toBeGreaterThan(MADE / 2);
});

test("lists of a stream's session pool are made young: in old space they would keep the stream", () => {
  const lists = (index: number) => {
    const selector = new MinLSSelector<number>();
    const suspender = new Suspender();
    const pool = new SessionPool<number>({ poolSize: 1, numOrchs: 1, selector, suspender });
    pool.beginRefresh();
    pool.endRefresh([new Session({ id: index, transcoder: 1, info: index })]);
    const session = pool.selectOne(0);
    session?.pushSegInFlight(0.5, 2000);
    if (session !== null) {
      session.latencyScore = 2;
      pool.complete(session);
    }
    return [pool.lastSess, selector.knownHeap];
  };
  expect(madeOld(lists)).toBeLessThan(FEW);
});

test("a list that gets objects and loses them all stays one of objects", () => {
  const [first, second] = [{ at: 1 }, { at: 2 }];
  const one = listWith(emptyList<typeof first>(), first);
  const two = listWith(one, second);
  expect([one, two]).toEqual([[first], [first, second]]);
  expect(listWithout(two, 0)).toEqual([second]);
  expect(listWithout(one, 0)).toEqual([]);
  for (const list of [one, two, listWithout(two, 0), listWithout(one, 0)]) {
    expect(isOfObjects(list)).toBe(true);
  }
  // What it is for.
  expect(isOfObjects(one.toSpliced(0, 1))).toBe(false);
});
