/**
 * `sessionCap`: at most so many sessions for named workers. Helps against overload; a black hole
 * it only slows down.
 */
import { admissionEntry } from "./entry.js";
import { AdmitEveryone, admitted, refused } from "./none.js";
import type { AdmissionCandidate, AdmissionDecision } from "./policy.js";

/** Sessions at most, by worker or kind of worker; a worker's own entry goes before its kind's. */
export type SessionCapConfig = Readonly<Record<string, number>>;

export class SessionCapPolicy extends AdmitEveryone {
  override readonly policy = "sessionCap";
  readonly #caps: ReadonlyMap<string, number>;

  constructor(caps: SessionCapConfig) {
    super();
    this.#caps = new Map(Object.entries(caps));
  }

  override onRegister(candidate: AdmissionCandidate): AdmissionDecision {
    const { name, kind, maxSessions } = candidate;
    const cap = this.#caps.get(name) ?? (kind === undefined ? undefined : this.#caps.get(kind));
    if (cap === undefined || cap >= maxSessions) return admitted(maxSessions, "no cap applies");
    if (cap <= 0) return refused(`${name} is capped at 0 sessions`);
    return admitted(cap, `${name} is capped at ${cap} sessions`);
  }
}

export const sessionCap = admissionEntry({
  name: "sessionCap",
  description: "Sessions at most, by worker or kind of worker.",
  settings: ({ z, integer }) => z.record(z.string(), integer("Sessions at most.", 0, 10_000)),
  needs: [],
  create: (settings: SessionCapConfig) => new SessionCapPolicy(settings),
});
