/** Where the code of threads lies. */
import { existsSync } from "node:fs";

/**
 * The compiled entry of threads. Of a module that runs from its TypeScript source it is that of the built
 * command, which loads in half of the time.
 *
 * @returns undefined where there is none, as in a bundle
 */
export function threadEntry(): URL | undefined {
  const places = ["./simulation-thread.js", "../../../../dist/cli/chunks/simulation-thread.js"];
  // Bundles of the CommonJS form have no place of their own.
  const here: string | undefined = import.meta.url;
  if (here === undefined) return undefined;
  return places.map((place) => new URL(place, here)).find((url) => existsSync(url));
}
