/** capabilities_compat.json: bit strings, compatibility of jobs and nodes, names, capacities. */
import {
  bitString,
  bitStringCompatible,
  CAPABILITY_NAMES,
  capabilityText,
  capacitiesOf,
  constraintsCompatible,
  DEFAULT_CAPABILITIES,
  incompatibility,
  type JobCapabilities,
  LEGACY_CAPABILITIES,
  legacyOnly,
  MANDATORY_CAPABILITIES,
  type ModelConstraint,
  NodeCapabilities,
  OPTIONAL_CAPABILITIES,
  parseMinRunnerVersions,
  pipelineToCapability,
  versionCompatible,
} from "poolsim/discovery";
import { expect } from "vitest";
import {
  compareTrace,
  type Driver,
  isPanic,
  type Outcome,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import {
  capabilities,
  type JsonCapabilities,
  type JsonPerCapability,
  type Maybe,
  perCapability,
  words,
} from "../json.js";

interface JsonJob {
  readonly caps: Maybe<readonly number[]>;
  readonly minVersion?: Maybe<string>;
  readonly perCapability?: JsonPerCapability;
}

type In =
  | { readonly fn: "lists" }
  | { readonly fn: "newCapabilityString"; readonly caps: Maybe<readonly number[]> }
  | {
      readonly fn: "bitstringCompatible";
      readonly c1: Maybe<readonly string[]>;
      readonly c2: Maybe<readonly string[]>;
    }
  | {
      readonly fn: "capabilitiesCompatible";
      readonly bcast: Maybe<JsonJob>;
      readonly orch: Maybe<JsonCapabilities>;
    }
  | { readonly fn: "legacyOnly"; readonly caps: Maybe<readonly number[]> }
  | { readonly fn: "capabilityName"; readonly cap: number }
  | { readonly fn: "pipelineToCapability"; readonly pipeline: Maybe<string> }
  | { readonly fn: "fromNetCapabilities"; readonly net: Maybe<JsonCapabilities> }
  | {
      readonly fn: "capacityTrace";
      readonly caps: Maybe<readonly number[]>;
      readonly ops: Maybe<
        readonly { readonly op: "add" | "remove"; readonly net: Maybe<JsonCapabilities> }[]
      >;
    }
  | { readonly fn: "setMinRunnerVersionConstraint"; readonly json: Maybe<string> };

function job({ caps, minVersion, perCapability: models }: JsonJob): JobCapabilities {
  return {
    bitstring: bitString(caps ?? []),
    minVersion: minVersion ?? "",
    perCapability: perCapability(models),
  };
}

function text(bits: readonly bigint[]): string[] {
  return bits.map(String);
}

function counts(capacities: ReadonlyMap<number, number>): Record<string, number> {
  return Object.fromEntries(capacities);
}

function modelsJson(constraints: ReadonlyMap<number, ReadonlyMap<string, ModelConstraint>>) {
  return Object.fromEntries(
    [...constraints].map(([capability, models]) => [
      String(capability),
      { models: Object.fromEntries(models) },
    ]),
  );
}

function compatible(bcast: Maybe<JsonJob>, orch: Maybe<JsonCapabilities>): unknown {
  const wanted = bcast ? job(bcast) : null;
  const node = orch ? capabilities(orch) : null;
  const compatible = incompatibility(wanted, node) === null;
  if (wanted === null) return { compatible };
  const whole = { compatible, jobBitstring: text(wanted.bitstring) };
  if (node === null) return whole;
  return {
    ...whole,
    versionCompatible: versionCompatible(wanted.minVersion, node.version),
    mandatoriesOk: bitStringCompatible(node.mandatories, wanted.bitstring),
    constraintsOk: constraintsCompatible(
      wanted.perCapability,
      node.constraints?.perCapability ?? null,
    ),
    bitstringOk: bitStringCompatible(wanted.bitstring, node.bitstring),
  };
}

type CapacityTrace = Extract<In, { readonly fn: "capacityTrace" }>;
type CapacityOp = NonNullable<CapacityTrace["ops"]>[number];

/** Does one operation after the other, each to the same node. */
function capacitySteps({ caps }: CapacityTrace): (op: CapacityOp) => unknown {
  const node = new NodeCapabilities(caps ?? []);
  return ({ op, net }) => {
    node[op](capabilities(net ?? {}));
    return { bitstring: text(node.bitstring), capacities: counts(node.capacities) };
  };
}

export const outcome: Outcome = (input: In) => {
  switch (input.fn) {
    case "lists":
      return {
        default: DEFAULT_CAPABILITIES,
        defaultBitstring: text(bitString(DEFAULT_CAPABILITIES)),
        optional: OPTIONAL_CAPABILITIES,
        optionalBitstring: text(bitString(OPTIONAL_CAPABILITIES)),
        mandatory: MANDATORY_CAPABILITIES,
        mandatoryBitstring: text(bitString(MANDATORY_CAPABILITIES)),
        legacy: LEGACY_CAPABILITIES,
        legacyBitstring: text(bitString(LEGACY_CAPABILITIES)),
        names: Object.fromEntries(CAPABILITY_NAMES),
        // What the recorded build called itself, not a rule.
        livepeerVersion: expect.any(String),
      };
    case "newCapabilityString":
      return { bitstring: text(bitString(input.caps ?? [])) };
    case "bitstringCompatible":
      return { compatible: bitStringCompatible(words(input.c1), words(input.c2)) };
    case "capabilitiesCompatible":
      return compatible(input.bcast, input.orch);
    case "legacyOnly": {
      const { caps } = input;
      const wanted = caps
        ? { bitstring: bitString(caps), minVersion: "", perCapability: null }
        : null;
      return { legacyOnly: legacyOnly(wanted) };
    }
    case "capabilityName": {
      const name = CAPABILITY_NAMES.get(input.cap);
      return {
        name: name ?? "",
        error: name === undefined ? expect.any(String) : null,
        string: capabilityText(input.cap),
      };
    }
    case "pipelineToCapability": {
      const capability = pipelineToCapability(input.pipeline ?? "");
      return capability === undefined
        ? { cap: expect.any(Number), error: expect.any(String) }
        : { cap: capability, error: null };
    }
    case "fromNetCapabilities": {
      const message = capabilities(input.net ?? {});
      return { bitstring: text(message.bitstring), capacities: counts(capacitiesOf(message)) };
    }
    case "capacityTrace":
      return { steps: (input.ops ?? []).map(capacitySteps(input)) };
    case "setMinRunnerVersionConstraint":
      return { perCapability: modelsJson(parseMinRunnerVersions(input.json ?? "")) };
    default:
      return unknownKind(JSON.stringify(input));
  }
};

export const driver: Driver = ({ in: input, out }: VectorCase<In, object>) => {
  if (input.fn === "capacityTrace") {
    compareTrace(input.ops ?? [], out, capacitySteps(input), (actual, step: object) => {
      expect(actual).toEqual(withEmpty(step));
    });
  } else if (isPanic(out)) {
    survive(() => outcome(input));
  } else if (input.fn === "capabilitiesCompatible") {
    // The parts are there to help, and absent where there is no job.
    const actual = outcome(input) as object;
    expect({ ...actual, ...pick(out, actual) }).toEqual(actual);
    expect(out).toHaveProperty("compatible");
  } else {
    expect(withEmpty(out)).toEqual(outcome(input));
  }
};

/** The recorded parts of those that are told; a null list is an empty one. */
function pick(out: object, actual: object): object {
  return Object.fromEntries(Object.entries(withEmpty(out)).filter(([part]) => part in actual));
}

/** Nil lists and maps, which no output tells from empty ones. */
function withEmpty(out: object): object {
  const empty: Readonly<Record<string, unknown>> = {
    bitstring: [],
    jobBitstring: [],
    capacities: {},
    perCapability: {},
    steps: [],
  };
  return Object.fromEntries(
    Object.entries(out).map(([part, value]) => [part, value ?? empty[part] ?? value]),
  );
}
