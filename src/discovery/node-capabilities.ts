/** A node's own capabilities, which grow and shrink with the workers behind it (K-15). */
import {
  type BitString,
  bitNumbers,
  bitString,
  type Capabilities,
  clearBit,
  setBit,
} from "./capabilities.js";

/** The capacities of a received message; without any, one of each bit that is set (K-4). */
export function capacitiesOf(
  message: Pick<Capabilities, "bitstring" | "capacities">,
): ReadonlyMap<number, number> {
  return message.capacities !== null && message.capacities.size > 0
    ? message.capacities
    : new Map(bitNumbers(message.bitstring).map((capability) => [capability, 1]));
}

/** Capabilities with how many of each there are. */
export class NodeCapabilities {
  readonly #words: bigint[];
  readonly #capacities = new Map<number, number>();

  /** @param capabilities numbers, one of each to begin with; negative ones have no bit */
  constructor(capabilities: Iterable<number>) {
    const own = [...capabilities];
    this.#words = bitString(own);
    for (const capability of own) this.#capacities.set(capability, 1);
  }

  /** See {@link BitString}. */
  get bitstring(): BitString {
    return this.#words;
  }

  /** How many of each, by capability number. */
  get capacities(): ReadonlyMap<number, number> {
    return this.#capacities;
  }

  /**
   * A worker came: adds its capacities.
   *
   * @throws InputError (`CAPABILITY_RANGE`) for the number of a capability that is not one
   */
  add(worker: Pick<Capabilities, "bitstring" | "capacities">): void {
    for (const [capability, count] of capacitiesOf(worker)) {
      this.#capacities.set(capability, (this.#capacities.get(capability) ?? 0) + count);
      setBit(this.#words, capability);
    }
  }

  /** A worker left: subtracts them, and drops what nobody has any more. */
  remove(worker: Pick<Capabilities, "bitstring" | "capacities">): void {
    for (const [capability, count] of capacitiesOf(worker)) {
      const left = this.#capacities.get(capability);
      if (left === undefined) continue;
      if (left > count) {
        this.#capacities.set(capability, left - count);
      } else {
        this.#capacities.delete(capability);
        clearBit(this.#words, capability);
      }
    }
  }
}
