/** Readers of JSON forms that several families share (README.md). */
import type { Capabilities, ModelConstraint } from "poolsim/discovery";
import { Rational } from "poolsim/discovery";

/** A rational, or null for a nil pointer. */
export function rational(text: string | null): Rational | null {
  return text === null ? null : Rational.parse(text);
}

/** The recorded form of a rational. */
export function rationalText(value: Rational | null): string | null {
  return value === null ? null : value.toString();
}

/** The words of a bit string, null = absent. */
export function words(list: readonly string[] | null): bigint[] {
  return (list ?? []).map(BigInt);
}

/** What an operation with an expected error did: its value, or the fact that it threw. */
export function attempt<T>(run: () => T): { readonly value: T } | { readonly threw: Error } {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof Error) return { threw: error };
    throw error;
  }
}

export type JsonPerCapability = Readonly<
  Record<string, { readonly models: Readonly<Record<string, ModelConstraint>> }>
> | null;

export function perCapability(
  json: JsonPerCapability,
): Map<number, Map<string, ModelConstraint>> | null {
  if (json === null) return null;
  return new Map(
    Object.entries(json).map(([capability, { models }]) => [
      Number(capability),
      new Map(Object.entries(models)),
    ]),
  );
}

export interface JsonCapabilities {
  readonly bitstring: readonly string[] | null;
  readonly mandatories: readonly string[] | null;
  readonly version: string;
  readonly capacities: Readonly<Record<string, number>> | null;
  readonly constraints: {
    readonly minVersion: string;
    readonly perCapability: JsonPerCapability;
  } | null;
}

export function capabilities(json: JsonCapabilities): Capabilities {
  return {
    bitstring: words(json.bitstring),
    mandatories: words(json.mandatories),
    version: json.version,
    capacities:
      json.capacities === null
        ? null
        : new Map(Object.entries(json.capacities).map(([key, count]) => [Number(key), count])),
    constraints:
      json.constraints === null
        ? null
        : {
            minVersion: json.constraints.minVersion,
            perCapability: perCapability(json.constraints.perCapability),
          },
  };
}
