/** versions.json: is a reported version new enough? */
import { versionCompatible } from "poolsim/discovery";
import { expect } from "vitest";
import type { Driver, Outcome, VectorCase } from "../driver.js";
import type { Maybe } from "../json.js";

interface In {
  readonly minVersion: Maybe<string>;
  readonly version: Maybe<string>;
}

export const outcome: Outcome = ({ minVersion, version }: In) => ({
  compatible: versionCompatible(minVersion ?? "", version ?? ""),
});

export const driver: Driver = (kase: VectorCase<In>) => {
  expect(outcome(kase.in)).toEqual(kase.out);
};
