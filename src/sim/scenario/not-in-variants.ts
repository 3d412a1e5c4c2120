/** What makes runs different in kind: variants, or points of a sweep, that change it compare unlike things. */
export const NOT_IN_VARIANTS: ReadonlySet<string> = new Set([
  "name",
  "description",
  "notes",
  "seed",
  "replications",
  "warmup",
  "duration",
  "variants",
  "decision",
  "sweep",
  "expect",
]);
