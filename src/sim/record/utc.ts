/** Times as texts. */

/** RFC 3339 in UTC, whole seconds as nodes have them (E-7). @param atMs ms since 1970 */
export function utcSeconds(atMs: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: writes down a time that it is given
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
