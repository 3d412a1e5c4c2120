/**
 * V8 keeps a field as a small whole number until another kind of number comes, and then makes all code
 * anew that knows objects of the class. Counters would get their first such number when the warm-up is
 * over and the code is quick: they get one before anything runs.
 */

/**
 * Has V8 learn that all number fields of a class may be any numbers.
 *
 * @param one an object of the class, which nobody uses afterwards
 */
export function learnNumbers(one: object): void {
  for (const [name, value] of Object.entries(one)) {
    if (typeof value === "number") Reflect.set(one, name, 0.5);
  }
}
