/** suspender.json: traces of one stream's suspension list. */
import { Interner, Suspender } from "poolsim/discovery";
import { expect } from "vitest";
import {
  type Driver,
  isPanic,
  type Outcome,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import type { Maybe } from "../json.js";

type Op =
  | { readonly op: "suspend"; readonly uri: string; readonly penalty: number }
  | { readonly op: "signalRefresh" }
  | { readonly op: "suspended"; readonly uri: string };

interface In {
  readonly ops: Maybe<readonly Op[]>;
}

interface Out {
  readonly results: Maybe<readonly (number | null)[]>;
  readonly finalCount: number;
  readonly finalList: Maybe<Readonly<Record<string, number>>>;
}

export const outcome: Outcome = ({ ops }: In): Out => {
  const uris = new Interner();
  const suspender = new Suspender();
  const results = (ops ?? []).map((op) => {
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
  });
  const list = [...suspender.entries()].map(([uri, value]) => [uris.text(uri), value]);
  return { results, finalCount: suspender.count, finalList: Object.fromEntries(list) };
};

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  if (isPanic(out)) {
    survive(() => outcome(given));
    return;
  }
  const { results, finalCount, finalList } = out;
  expect(outcome(given)).toEqual({
    results: results ?? [],
    finalCount,
    finalList: finalList ?? {},
  });
};
