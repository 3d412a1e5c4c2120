/** The selectors of a gateway, one for each (capability, model), for as long as it runs. */
import { InputError } from "../../core/errors.js";
import { AISessionSelector, type AISessionSelectorOptions } from "./session-selector.js";

/** A job's place among the selectors. */
export interface AIJob {
  /** Number of the capability. */
  readonly capability: number;
  /** Id of the model; see `requestedModel` for requests that name none. */
  readonly model: string;
}

/** How to make an {@link AISessionManager}. */
export interface AISessionManagerOptions
  extends Omit<AISessionSelectorOptions, "live" | "chooser" | "draw"> {
  /**
   * How a selector chooses among its sessions: `chooser` and `draw`. @default the first of the list,
   * as off-chain
   */
  readonly selection?:
    | ((job: AIJob) => Pick<AISessionSelectorOptions, "chooser" | "draw">)
    | undefined;
}

/**
 * Keeps the selectors. In go-livepeer it is locked while a selector is made, so that requests for
 * every model wait for that discovery; callers that model time have to say so themselves.
 */
export class AISessionManager<Info = unknown> {
  readonly #options: AISessionManagerOptions;
  readonly #selectors = new Map<string, AISessionSelector<Info>>();
  /** The same by the objects that ask: callers with few of them need no ids. */
  readonly #byJob = new WeakMap<AIJob, AISessionSelector<Info>>();
  #poolSize: number;

  constructor(options: AISessionManagerOptions) {
    this.#options = options;
    this.#poolSize = options.poolSize;
  }

  /** Size of the gateway's orchestrator pool, for all selectors. */
  get poolSize(): number {
    return this.#poolSize;
  }

  set poolSize(size: number) {
    this.#poolSize = size;
    for (const selector of this.#selectors.values()) selector.poolSize = size;
  }

  /** The selectors by their manifest ids, `<capability>_<model>`. */
  get selectors(): ReadonlyMap<string, AISessionSelector<Info>> {
    return this.#selectors;
  }

  /** The selector of a job, if it was made. A job that has been asked about must not change. */
  selectorOf(job: AIJob): AISessionSelector<Info> | undefined {
    const known = this.#byJob.get(job);
    if (known !== undefined) return known;
    const selector = this.#selectors.get(manifestId(job));
    if (selector !== undefined) this.#byJob.set(job, selector);
    return selector;
  }

  /**
   * Makes a selector, which the manager does not have until {@link keep} is called: after its first
   * refresh, if that did not fail.
   *
   * @param live whether it serves live video
   */
  make(job: AIJob, live: boolean): AISessionSelector<Info> {
    const { selection, ...options } = this.#options;
    return new AISessionSelector({
      ...options,
      ...selection?.(job),
      poolSize: this.#poolSize,
      live,
    });
  }

  /**
   * Keeps a selector.
   *
   * @throws InputError (`AI_SELECTOR_TAKEN`) if the job has one: its sessions would be lost
   */
  keep(job: AIJob, selector: AISessionSelector<Info>): void {
    const id = manifestId(job);
    if (this.#selectors.has(id)) {
      throw new InputError(`${id} has a selector already`, { code: "AI_SELECTOR_TAKEN" });
    }
    selector.poolSize = this.#poolSize;
    this.#selectors.set(id, selector);
  }
}

/** What a job's sessions are called, at the gateway and at the orchestrator. */
export function manifestId({ capability, model }: AIJob): string {
  return `${capability}_${model}`;
}
