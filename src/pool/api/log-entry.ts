/** What the API tells of each request, for whoever keeps a log. */

/** What happened with a request, for a log; nothing secret in it. */
export interface ApiLogEntry {
  /** `warn` for refusals, `error` for failures of the server. */
  readonly level: "info" | "warn" | "error";
  /** The request's HTTP method. */
  readonly method: string;
  /** The route, not the URL. */
  readonly route: string;
  /** The answer's HTTP status. */
  readonly status: number;
  /** Ms from the request to its answer. */
  readonly durationMs: number;
  /** The address that the request came from. */
  readonly client: string;
  /** Id of the key of a write. */
  readonly key?: string | undefined;
  /** Code of a refusal. */
  readonly code?: string | undefined;
  /** Message of an internal error. */
  readonly error?: string | undefined;
}
