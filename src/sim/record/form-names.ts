/** The forms of events by name, for whoever only chooses one. */

/**
 * `bucket`: what nodes put into object storage (E-7). `api`: what their `/pool/events` answers
 * (E-20), without labels. `poolsim`: poolsim's own.
 */
export const FORMS = ["bucket", "api", "poolsim"] as const;

export type Form = (typeof FORMS)[number];
