/** versions.json: is a reported version new enough? */
import { versionCompatible } from "poolsim/discovery";
import { expect } from "vitest";
import { type Driver, isPanic, type Outcome, survive, type VectorCase } from "../driver.js";
import type { Maybe } from "../json.js";

interface In {
  readonly minVersion: Maybe<string>;
  readonly version: Maybe<string>;
}

export const outcome: Outcome = ({ minVersion, version }: In) => ({
  compatible: versionCompatible(minVersion ?? "", version ?? ""),
});

export const driver: Driver = (kase: VectorCase<In>) => {
  if (isPanic(kase.out)) survive(() => outcome(kase.in));
  else expect(outcome(kase.in)).toEqual(kase.out);
};
