/** suspension_queue.json: traces of the heap of suspended orchestrators. */
import { Interner, SuspensionQueue } from "poolsim/discovery";
import { expect } from "vitest";
import {
  type Driver,
  isPanic,
  type Outcome,
  type Panic,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import type { Maybe } from "../json.js";

interface Entry {
  readonly id: string;
  readonly penalty: number;
}

type Op = (Entry & { readonly op: "push" }) | { readonly op: "pop" };

interface In {
  readonly ops: Maybe<readonly Op[]>;
}

type Out = { readonly pops?: Maybe<readonly (Entry | Panic | null)[]> } | Panic;

export const outcome: Outcome = ({ ops }: In): { pops: (Entry | null)[] } => {
  const ids = new Interner();
  const queue = new SuspensionQueue();
  const pops: (Entry | null)[] = [];
  for (const op of ops ?? []) {
    switch (op.op) {
      case "push":
        queue.push(ids.handle(op.id), op.penalty);
        break;
      case "pop": {
        const entry = queue.pop();
        pops.push(entry ? { id: ids.text(entry.id), penalty: entry.penalty } : null);
        break;
      }
      default:
        unknownKind(JSON.stringify(op));
    }
  }
  return { pops };
};

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  const { pops } = outcome(given) as { readonly pops: readonly (Entry | null)[] };
  if (!("pops" in out)) {
    expect(isPanic(out)).toBe(true);
    return;
  }
  const recorded = out.pops ?? [];
  const crash = recorded.findIndex(isPanic);
  if (crash < 0 && !isPanic(out)) {
    expect(pops).toEqual(recorded);
    return;
  }
  // The reference crashed on an empty queue, where there is nothing to pop.
  const before = crash < 0 ? recorded : recorded.slice(0, crash);
  expect(pops.slice(0, before.length)).toEqual(before);
  expect(pops[before.length] ?? null).toBeNull();
};
