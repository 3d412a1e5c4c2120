/** suspender.json: traces of one stream's suspension list. */
import { Interner, Suspender } from "poolsim/discovery";
import { expect } from "vitest";
import { type Driver, unknownKind, type VectorCase } from "../driver.js";

type Op =
  | { readonly op: "suspend"; readonly uri: string; readonly penalty: number }
  | { readonly op: "signalRefresh" }
  | { readonly op: "suspended"; readonly uri: string };

interface In {
  readonly ops: readonly Op[];
}

interface Out {
  readonly results: readonly (number | null)[];
  readonly finalCount: number;
  readonly finalList: Readonly<Record<string, number>>;
}

export const driver: Driver = (kase: VectorCase<In, Out>) => {
  const uris = new Interner();
  const suspender = new Suspender();
  const run = (op: Op): number | null => {
    switch (op.op) {
      case "suspend":
        suspender.suspend(uris.handle(op.uri), op.penalty);
        return null;
      case "signalRefresh":
        suspender.signalRefresh();
        return null;
      case "suspended":
        return suspender.suspended(uris.handle(op.uri));
      default:
        return unknownKind(JSON.stringify(op));
    }
  };
  expect(kase.in.ops.map(run)).toEqual(kase.out.results);
  expect(suspender.count).toBe(kase.out.finalCount);
  const list = [...suspender.entries()].map(([uri, value]) => [uris.text(uri), value]);
  expect(Object.fromEntries(list)).toEqual(kase.out.finalList);
};
