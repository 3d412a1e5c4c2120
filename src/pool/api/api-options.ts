/** What the API is made from, and what it is once it is made. */
import type { HttpBindings } from "@hono/node-server";
import type { AdmissionPolicy } from "../orchestrator/admission/policy.js";
import type { ApiBooks, ApiRecorder, ApiSettings } from "./books.js";
import type { KeyRing } from "./keys.js";
import type { ApiLogEntry } from "./log-entry.js";
import type { PageOptions } from "./page/options.js";
import type { ApiTokens } from "./page/tokens.js";
import type { RateLimit } from "./rate-limit.js";

/** What the API needs, and its bounds. */
export interface PoolApiOptions {
  /** The books that reads are answered from. */
  readonly books: ApiBooks;
  /** What writes the books, best in a thread of its own: {@link recorderThread}. */
  readonly recorder: ApiRecorder;
  /** How the books are kept; asked at most once a second. */
  readonly settings: () => ApiSettings;
  /** The keys that sign writes. */
  readonly keys: KeyRing;
  /** Decides about workers that send their benchmark. */
  readonly admission: AdmissionPolicy;
  /** Version of the pool's software, shown in `/status`. */
  readonly version: string;
  /** Region of jobs whose orchestrator names none. @default "default" */
  readonly region?: string | undefined;
  /** How far timestamps of writes may be from now, ms. @default 300_000 */
  readonly replayWindowMs?: number | undefined;
  /** Nonces remembered per replay window and a half. @default 2_000_000 */
  readonly noncesMax?: number | undefined;
  /** Limit of each client's reads and refused requests. @default 50 per second, 200 at once */
  readonly readLimit?: RateLimit | undefined;
  /** Limit of each orchestrator's writes. @default 2_000 per second, 4_000 at once */
  readonly writeLimit?: RateLimit | undefined;
  /** How long a write may wait to be durable, ms; then it is a 503. @default 3_000 */
  readonly writeWaitMs?: number | undefined;
  /** How old answers to reads may be, ms. @default 2_000 */
  readonly cacheMs?: number | undefined;
  /** Why the books are not those that were opened any more; null: they are. @default null */
  readonly booksTrouble?: (() => string | null) | undefined;
  /** Called once per request. */
  readonly log?: ((entry: ApiLogEntry) => void) | undefined;
  /** The page, and the endpoints that it reads. @default there is none */
  readonly page?: PageOptions | undefined;
  /** Who may read; asked at each request. @default everybody, and nobody is the operator */
  readonly tokens?: (() => ApiTokens) | undefined;
  /** What tells the time, in Unix ms. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** What goes along with a request. */
export type ApiEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: { client: string; key: string; code: string; error: string };
};

/** What the server needs: the function, and what to say while it stops. */
export interface PoolApi {
  /**
   * Answers one request, as the fetch standard has it.
   *
   * @param bindings what the server of `@hono/node-server` tells of the connection: by it clients are
   *   told apart
   */
  readonly fetch: (request: Request, bindings?: object) => Response | Promise<Response>;
  /** `/readyz` answers 503 from now on. */
  stopping(): void;
}
