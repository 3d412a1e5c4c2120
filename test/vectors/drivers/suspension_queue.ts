/** suspension_queue.json: traces of the heap of suspended orchestrators. */
import { Interner, SuspensionQueue } from "poolsim/discovery";
import { expect } from "vitest";
import { type Driver, unknownKind, type VectorCase } from "../driver.js";

interface Entry {
  readonly id: string;
  readonly penalty: number;
}

type Op = (Entry & { readonly op: "push" }) | { readonly op: "pop" };

export const driver: Driver = (
  kase: VectorCase<{ readonly ops: readonly Op[] }, { readonly pops: readonly (Entry | null)[] }>,
) => {
  const ids = new Interner();
  const queue = new SuspensionQueue();
  const pops: (Entry | null)[] = [];
  for (const op of kase.in.ops) {
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
  expect(pops).toEqual(kase.out.pops);
};
