/** ai_latency_score.json: seconds per unit and step. */
import { aiLatencyScore } from "poolsim/selection";
import { expect } from "vitest";
import {
  type Driver,
  float,
  isPanic,
  type Outcome,
  type RecordedFloat,
  survive,
  type VectorCase,
} from "../driver.js";
import { type Maybe, whole } from "../json.js";

interface In {
  readonly pipeline: string;
  readonly tookNs?: Maybe<string>;
  readonly units?: Maybe<string>;
  readonly model?: Maybe<string>;
  readonly steps?: Maybe<number>;
}

export const outcome: Outcome = ({ pipeline, tookNs, units, model, steps }: In) => ({
  score: aiLatencyScore({
    pipeline,
    tookNs: whole(tookNs),
    units: whole(units),
    model: model ?? "",
    steps: steps ?? null,
  }),
});

export const driver: Driver = ({ in: given, out }: VectorCase<In, { score: RecordedFloat }>) => {
  if (isPanic(out)) survive(() => outcome(given));
  // −0 and 0 are recorded alike.
  else expect((outcome(given) as { score: number }).score + 0).toBe(float(out.score) + 0);
};
