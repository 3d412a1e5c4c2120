/** Which connections from gateways to orchestrators are open: those used in the last minute (G-17). */

/** Idle connections are kept so long. */
export const CONNECTION_IDLE_MS = 60_000;
/** Round trips of a new connection: TCP and TLS. */
export const CONNECT_ROUND_TRIPS = 2;

/** Whether a connection that was used then is still open (G-17). */
export function isKept(lastUsedMs: number, nowMs: number): boolean {
  return nowMs - lastUsedMs <= CONNECTION_IDLE_MS;
}

/** The connections of all sites to all URIs. */
export class Connections {
  readonly #lastUsedMs: Float64Array;
  readonly #uris: number;

  constructor(sites: number, uris: number) {
    this.#uris = uris;
    this.#lastUsedMs = new Float64Array(sites * uris).fill(Number.NEGATIVE_INFINITY);
  }

  /** When a connection was used last, ms; −Infinity of one that never was. */
  lastUsedMs(site: number, uri: number): number {
    return this.#lastUsedMs[site * this.#uris + uri] ?? 0;
  }

  /** Whether no new connection is needed. */
  isOpen(site: number, uri: number, nowMs: number): boolean {
    return isKept(this.lastUsedMs(site, uri), nowMs);
  }

  /** Uses a connection; segments done at once state their use ahead of time. */
  use(site: number, uri: number, nowMs: number): void {
    const at = site * this.#uris + uri;
    if (nowMs > (this.#lastUsedMs[at] ?? 0)) this.#lastUsedMs[at] = nowMs;
  }

  /** Uses a connection, a new one if need be: time to set it up, ms. */
  setUpMs(site: number, uri: number, rttMs: number, nowMs: number): number {
    const isOpen = this.isOpen(site, uri, nowMs);
    this.use(site, uri, nowMs);
    return isOpen ? 0 : CONNECT_ROUND_TRIPS * rttMs;
  }
}
