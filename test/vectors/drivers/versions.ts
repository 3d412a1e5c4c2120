/** versions.json: is a reported version new enough? */
import { versionCompatible } from "poolsim/discovery";
import { expect } from "vitest";
import type { Driver, VectorCase } from "../driver.js";

export const driver: Driver = (
  kase: VectorCase<
    { readonly minVersion: string; readonly version: string },
    { readonly compatible: boolean }
  >,
) => {
  expect(versionCompatible(kase.in.minVersion, kase.in.version)).toBe(kase.out.compatible);
};
