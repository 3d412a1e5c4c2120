/**
 * Long work in steps of some milliseconds: whoever does it has other things done between two of them, or goes
 * no further. What comes of it does not depend on that.
 */

/** Work that is done step by step; its last step gives what comes of it. */
export type Steps<T> = Generator<void, T>;

/** Does all steps, one right after the other. */
export function inOneGo<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
