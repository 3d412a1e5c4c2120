/**
 * What is waited for, until it is given up. `Promise.race` with one promise that lives as long as all of it
 * would keep whatever was ever raced against it.
 */

/** Waits for some work, all of which can be given up at once. */
export class Waiting {
  readonly #rejects = new Set<(error: Error) => void>();

  /** What the work gives; rejects with it, or when it is given up before. */
  until<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      const over = () => this.#rejects.delete(reject);
      work.then(
        (found) => {
          over();
          resolve(found);
        },
        (error: unknown) => {
          over();
          reject(error);
        },
      );
    });
  }

  /** Whoever waits is told so. What begins later is waited for again. */
  giveUp(error: Error): void {
    for (const reject of this.#rejects) reject(error);
    this.#rejects.clear();
  }
}
