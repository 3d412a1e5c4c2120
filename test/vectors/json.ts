/** Readers of JSON forms that several families share (README.md). */
import type { Capabilities, ModelConstraint } from "poolsim/discovery";
import { Rational } from "poolsim/discovery";

/** Absent or null, which several fields may be. */
export type Maybe<T> = T | null | undefined;

/** A rational, or null for a nil pointer. */
export function rational(text: Maybe<string>): Rational | null {
  return text === null || text === undefined ? null : Rational.parse(text);
}

/** The recorded form of a rational. */
export function rationalText(value: Rational | null): string | null {
  return value === null ? null : value.toString();
}

/** A whole number; none = 0. */
export function whole(text: Maybe<string | number>): bigint {
  return BigInt(text ?? 0);
}

/** The words of a bit string, none = an empty one. */
export function words(list: Maybe<readonly string[]>): bigint[] {
  return (list ?? []).map(BigInt);
}

/** The members of an object by its own keys, whatever they are called; none = no members. */
export function table<T>(json: Maybe<Readonly<Record<string, T>>>): Map<string, T> {
  return new Map(Object.entries(json ?? {}));
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

export type JsonPerCapability = Maybe<
  Readonly<Record<string, Maybe<{ readonly models: Maybe<Readonly<Record<string, JsonModel>>> }>>>
>;
type JsonModel = Maybe<Partial<ModelConstraint>>;

export function perCapability(
  json: JsonPerCapability,
): Map<number, Map<string, ModelConstraint>> | null {
  if (json === null || json === undefined) return null;
  return new Map(
    [...table(json)].map(([capability, constraint]) => [
      Number(capability),
      new Map([...table(constraint?.models)].map(([id, model]) => [id, modelConstraint(model)])),
    ]),
  );
}

function modelConstraint(model: JsonModel): ModelConstraint {
  return {
    warm: model?.warm ?? false,
    capacity: model?.capacity ?? 0,
    runnerVersion: model?.runnerVersion ?? "",
  };
}

export interface JsonCapabilities {
  readonly bitstring?: Maybe<readonly string[]>;
  readonly mandatories?: Maybe<readonly string[]>;
  readonly version?: Maybe<string>;
  readonly capacities?: Maybe<Readonly<Record<string, number>>>;
  readonly constraints?: Maybe<{
    readonly minVersion?: Maybe<string>;
    readonly perCapability?: JsonPerCapability;
  }>;
}

export function capabilities(json: JsonCapabilities): Capabilities {
  const { capacities, constraints } = json;
  return {
    bitstring: words(json.bitstring),
    mandatories: words(json.mandatories),
    version: json.version ?? "",
    capacities: capacities
      ? new Map([...table(capacities)].map(([key, count]) => [Number(key), count]))
      : null,
    constraints: constraints
      ? {
          minVersion: constraints.minVersion ?? "",
          perCapability: perCapability(constraints.perCapability),
        }
      : null,
  };
}
