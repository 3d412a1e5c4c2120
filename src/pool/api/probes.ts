/** What tells whoever keeps the process going how it is: whether it lives, whether requests may come. */
import type { Hono } from "hono";
import type { ApiEnv, PoolApiOptions } from "./api-options.js";
import { Problem } from "./problem.js";

/** What readiness depends on besides books that can be read. */
export interface Ready {
  readonly isStopping: () => boolean;
  /** Throws if the books are not those that were opened any more. */
  readonly assertBooks: () => void;
}

/** Adds `/livez` and `/readyz`, and `/healthz`, which is the same as `/readyz`. */
export function addProbes(
  app: Hono<ApiEnv>,
  books: PoolApiOptions["books"],
  { isStopping, assertBooks }: Ready,
): void {
  // That it answers is all: whoever gets no answer starts the process again.
  app.get("/livez", (call) => call.json({ status: "ok" }));
  for (const path of ["/readyz", "/healthz"]) {
    app.get(path, (call) => {
      if (isStopping()) throw new Problem(503, "UNAVAILABLE", "the server is stopping");
      assertBooks();
      try {
        books.quarantine.count();
      } catch {
        throw new Problem(503, "UNAVAILABLE", "the books cannot be read");
      }
      return call.json({ status: "ok" });
    });
  }
}
