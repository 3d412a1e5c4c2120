/** What a job needs, what a node offers, and whether one fits the other (K-1 … K-8, K-13). */
import { InputError } from "../core/errors.js";
import { counted } from "../core/wording.js";
import { capabilityText, LEGACY_CAPABILITIES } from "./capability.js";
import type { Rejection } from "./rejection.js";
import { versionCompatible } from "./version.js";

/** 64-bit words, lowest capabilities first: capability c is bit c mod 64 of word c div 64 (K-1). */
export type BitString = readonly bigint[];

/** What is asked of, or said about, one AI model. */
export interface ModelConstraint {
  /** Whether the model is loaded already. */
  readonly warm: boolean;
  /** How many requests the model can serve at a time. */
  readonly capacity: number;
  /** Version of the container that runs it; empty = any or unknown. */
  readonly runnerVersion: string;
  /** How much of the capacity is taken, where a node tells it. */
  readonly capacityInUse?: number | undefined;
}

/** Models by id, by capability number. */
export type PerCapability = ReadonlyMap<number, ReadonlyMap<string, ModelConstraint>>;

/** Limits that go with capabilities. */
export interface Constraints {
  /** The lowest go-livepeer version that a job accepts; empty = any (K-9). */
  readonly minVersion: string;
  /** The models of each capability, null when none were sent. */
  readonly perCapability: PerCapability | null;
}

/** The message in which a node says what it can do; null = that part was not sent. */
export interface Capabilities {
  /** One bit per capability (K-1). */
  readonly bitstring: BitString;
  /** What it demands of a job (K-3). */
  readonly mandatories: BitString;
  /** How many of each at a time; null or empty: one of each bit (K-4). */
  readonly capacities: ReadonlyMap<number, number> | null;
  /** The node's own version. */
  readonly version: string;
  /** What holds beside the bits, null when it was not sent. */
  readonly constraints: Constraints | null;
}

/** What a gateway's job needs. */
export interface JobCapabilities {
  /** One bit for each capability that the job needs (K-1). */
  readonly bitstring: BitString;
  /** Least version of an orchestrator; empty = any (K-10). */
  readonly minVersion: string;
  /** The models that the job needs of each capability; null = none. */
  readonly perCapability: PerCapability | null;
}

/** Capability numbers are below this: a bit string grows up to its highest bit. */
const MAX_CAPABILITY = 2 ** 20;

/**
 * The bit string of capability numbers; negative ones are skipped, repeats do no harm (K-1).
 *
 * @throws InputError (`CAPABILITY_RANGE`) for a number that is not whole, or not below 2^20
 */
export function bitString(capabilities: Iterable<number>): bigint[] {
  const words: bigint[] = [];
  for (const capability of capabilities) {
    if (!(capability < 0)) setBit(words, capability);
  }
  return words;
}

/**
 * Sets a bit, growing the list as needed (K-1).
 *
 * @throws InputError (`CAPABILITY_RANGE`) for a number that is not whole, or not from 0 to 2^20 − 1
 */
export function setBit(words: bigint[], capability: number): void {
  if (!Number.isInteger(capability) || capability < 0 || capability >= MAX_CAPABILITY) {
    throw new InputError(`${capability} is no capability, expected a whole number below 2^20`, {
      code: "CAPABILITY_RANGE",
    });
  }
  const word = Math.floor(capability / 64);
  while (words.length <= word) words.push(0n);
  words[word] = (words[word] ?? 0n) | (1n << BigInt(capability % 64));
}

/** Clears a bit. The list keeps its length. */
export function clearBit(words: bigint[], capability: number): void {
  const word = Math.floor(capability / 64);
  const value = words[word];
  if (value !== undefined) words[word] = value & ~(1n << BigInt(capability % 64));
}

/** The capability numbers of a bit string, ascending. */
export function bitNumbers(words: BitString): number[] {
  return words.flatMap((word, index) =>
    Array.from({ length: 64 }, (_, bit) => bit)
      .filter((bit) => (word >> BigInt(bit)) & 1n)
      .map((bit) => index * 64 + bit),
  );
}

/**
 * Whether all bits of `part` are in `whole`. A longer `part` never fits, even if its further
 * words are zero (K-2).
 */
export function bitStringCompatible(part: BitString, whole: BitString): boolean {
  return (
    part.length <= whole.length &&
    part.every((word, index) => (word & (whole[index] ?? 0n)) === word)
  );
}

const legacy = bitString(LEGACY_CAPABILITIES);

/** Whether a job needs nothing that an orchestrator without capabilities lacks (K-13). */
export function legacyOnly(job: JobCapabilities | null): boolean {
  return job !== null && bitStringCompatible(job.bitstring, legacy);
}

/**
 * Whether a node has the models that a job asks for (K-7). Capacities are not compared (K-8).
 *
 * @param wanted of the job
 * @param offered of the node; a capability that is not in it is taken to fit
 */
export function constraintsCompatible(
  wanted: PerCapability | null,
  offered: PerCapability | null,
): boolean {
  for (const [capability, models] of wanted ?? []) {
    const available = offered?.get(capability);
    if (available === undefined) continue;
    for (const [id, model] of models) {
      const there = available.get(id);
      if (there === undefined) return false;
      if (model.warm && !there.warm) return false;
      if (!versionCompatible(model.runnerVersion, there.runnerVersion)) return false;
    }
  }
  return true;
}

/**
 * The first reason why a node cannot do a job (K-6), or null when it can.
 *
 * @param job null = the gateway asks for nothing in particular, which no node fits
 * @param node null = it sent no capabilities, which is for D-23 to judge; here it does not fit,
 *   where the reference process would crash
 */
export function incompatibility(
  job: JobCapabilities | null,
  node: Capabilities | null,
): Rejection | null {
  if (job === null) return rejection("K-6", "capabilities", "the job has no capabilities");
  if (node === null) return rejection("K-6", "capabilities-missing", "none were sent");
  if (!versionCompatible(job.minVersion, node.version)) {
    return rejection("K-9", "version", `"${node.version}", wanted at least ${job.minVersion}`);
  }
  if (!bitStringCompatible(node.mandatories, job.bitstring)) {
    return rejection("K-6", "mandatories", describe(node.mandatories, job.bitstring, "demands"));
  }
  if (!constraintsCompatible(job.perCapability, node.constraints?.perCapability ?? null)) {
    return rejection("K-7", "constraints", "a model is missing, not warm or too old");
  }
  if (!bitStringCompatible(job.bitstring, node.bitstring)) {
    return rejection("K-6", "capabilities", describe(job.bitstring, node.bitstring, "lacks"));
  }
  return null;
}

function rejection(rule: string, reason: Rejection["reason"], detail: string): Rejection {
  return { rule, reason, detail };
}

function describe(part: BitString, whole: BitString, verb: string): string {
  const missing = bitNumbers(part.map((word, index) => word & ~(whole[index] ?? 0n)));
  return missing.length === 0
    ? `its bit string is ${counted(part.length, "word")} long, the other ${whole.length}`
    : `${verb} ${missing.map(capabilityText).join(", ")}`;
}
