/** Waiting for what must happen sooner or later: how soon depends on the machine. */
import { vi } from "vitest";

/** Repeats a check until it holds; fails as it does if it still does not after two minutes. */
export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: 120_000, interval: 10 });
}
