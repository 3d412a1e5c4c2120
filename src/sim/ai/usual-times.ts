/** What a job takes where a scenario does not say it: by the table of AI models, mostly a guess. */
import { type AIModel, aiModelKey, imputedAIShare, parseAIModels } from "../network/ai-models.js";
import { packagedData } from "../scenario/packaged-data.js";

const FILE = "ai-models.csv";

/** Says how long units take, and counts of how many models it was not known. */
export class UsualTimes {
  #table: ReadonlyMap<string, AIModel> | null = null;
  #all = 0;
  #imputed = 0;

  /** Share of the models that are served whose time nobody measured, 0 … 1. */
  get imputedShare(): number {
    return this.#all === 0 ? 0 : this.#imputed / this.#all;
  }

  /**
   * The time of a model's unit, ms.
   *
   * @param served as the scenario has it; where it says no time at all, the table's is taken, and of a
   *   model that it does not have that of the pipeline's first one
   */
  of(
    served: { readonly fixedMs: number; readonly msPerUnit: number },
    { pipeline, model }: { readonly pipeline: string; readonly model: string },
  ): number {
    this.#all += 1;
    if (served.fixedMs > 0 || served.msPerUnit > 0) return served.msPerUnit;
    this.#table ??= parseAIModels({ name: FILE, text: packagedData(FILE) });
    const exact = this.#table.get(aiModelKey(pipeline, model));
    const found = exact ?? [...this.#table.values()].find((one) => one.pipeline === pipeline);
    if (found === undefined || found.requestUnits === 0n) return 0;
    this.#imputed +=
      exact === undefined ? 1 : imputedAIShare([{ model: found, figures: ["requestTime"] }]);
    return found.requestMs / Number(found.requestUnits);
  }
}
