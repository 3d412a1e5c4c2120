/** `list`: named workers are admitted or excluded; how a variant says "with" and "without". */
import { AdmitEveryone, admitted, refused } from "./none.js";
import type { AdmissionCandidate, AdmissionDecision } from "./policy.js";

/** Who is admitted by name. */
export interface ListConfig {
  /** Workers, or kinds of worker, that are refused. @default none */
  readonly exclude?: readonly string[] | undefined;
  /** If given, nobody else is admitted. Whoever is in both lists is refused. */
  readonly include?: readonly string[] | undefined;
}

export class ListPolicy extends AdmitEveryone {
  override readonly policy = "list";
  readonly #excluded: ReadonlySet<string>;
  readonly #included: ReadonlySet<string> | null;

  constructor({ exclude = [], include }: ListConfig) {
    super();
    this.#excluded = new Set(exclude);
    this.#included = include === undefined ? null : new Set(include);
  }

  override onRegister(candidate: AdmissionCandidate): AdmissionDecision {
    const { name, kind, maxSessions } = candidate;
    const isIn = (list: ReadonlySet<string>) =>
      list.has(name) || (kind !== undefined && list.has(kind));
    if (isIn(this.#excluded)) return refused(`${name} is on the list of the excluded`);
    if (this.#included !== null && !isIn(this.#included)) {
      return refused(`${name} is not on the list of the admitted`);
    }
    return admitted(maxSessions, `${name} is not excluded`);
  }
}
