/**
 * V8 keeps a field as a small whole number until another kind of number comes, and then makes all code
 * anew that knows objects of the class. Counters would get their first such number when the warm-up is
 * over and the code is quick: they get one before anything runs.
 */

/** V8 forgets what it has learned of a class's objects when it collects the last of them as garbage. */
const kept: object[] = [];

/**
 * Has V8 learn that number fields of a class may be any numbers, or other fields anything at any time.
 *
 * @param one an object of the class, which is kept and which nobody uses afterwards
 * @param names of the fields (default: all that are numbers)
 */
export function learnNumbers<T extends object>(one: T, ...names: (keyof T)[]): void {
  kept.push(one);
  for (const [name, value] of Object.entries(one)) {
    const isMeant =
      names.length === 0 ? typeof value === "number" : names.includes(name as keyof T);
    if (isMeant) Reflect.set(one, name, 0.5);
  }
}
