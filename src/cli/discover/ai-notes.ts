/** What surprises of AI jobs, by name, where it can be seen in what was found. */
import { CAPABILITY_LIVE_VIDEO } from "../../selection/index.js";
import { stateOf } from "./choice.js";
import type { Findings, Judged } from "./gather.js";
import type { AIJobAsked } from "./job.js";

const TEXT_TO_SPEECH = 36;

/** Notes on an AI job. */
export function aiNotes({ orchestrators }: Findings, ai: AIJobAsked): string[] {
  const tried = orchestrators.filter(({ turn }) => turn !== null);
  const isLive = ai.capability === CAPABILITY_LIVE_VIDEO;
  const stateIs = (wanted: string) => (one: Judged) => stateOf(one.report, ai) === wanted;
  const [warm, cold] = [tried.filter(stateIs("warm")), tried.filter(stateIs("cold"))];
  const notes: (string | false)[] = [
    tried.length === 0 &&
      !isLive &&
      "a batch request that finds nobody gets no answer: its connection drops, instead of 503 (A-43)",
    warm.length > 0 &&
      cold.length > 0 &&
      `${cold.length} of ${tried.length} have not loaded the model: they serve only when none of the others is left, busy or not (A-24)`,
    isLive &&
      tried.length > 0 &&
      "every stream starts on the first of them until that refuses (A-45), and a swap may take it again (A-50)",
    !isLive &&
      tried.some((one) => capacityOf(one, ai) > 0) &&
      "capacities of models are what orchestrators say: with remote workers that grows by one with each request (A-53)",
    ai.capability === TEXT_TO_SPEECH &&
      tried.length > 0 &&
      "orchestrators debit about 1000 times what a gateway pays for text-to-speech, so that balances run out (A-37)",
  ];
  return notes.filter((note) => note !== false);
}

function capacityOf({ report }: Judged, { capability, model }: AIJobAsked): number {
  const models = report.models?.get(capability);
  const wanted = model === null ? [...(models?.values() ?? [])] : [models?.get(model)];
  return wanted.reduce((sum, one) => sum + (one?.capacity ?? 0), 0);
}
