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
import { type Driver, isPanic, type Panic, unknownKind, type VectorCase } from "../driver.js";
import {
  capabilities,
  type JsonCapabilities,
  type JsonPerCapability,
  perCapability,
  words,
} from "../json.js";

interface JsonJob {
  readonly caps: readonly number[];
  readonly minVersion: string;
  readonly perCapability: JsonPerCapability;
}

type In =
  | { readonly fn: "lists" }
  | { readonly fn: "newCapabilityString"; readonly caps: readonly number[] }
  | {
      readonly fn: "bitstringCompatible";
      readonly c1: readonly string[];
      readonly c2: readonly string[];
    }
  | {
      readonly fn: "capabilitiesCompatible";
      readonly bcast: JsonJob | null;
      readonly orch: JsonCapabilities | null;
    }
  | { readonly fn: "legacyOnly"; readonly caps: readonly number[] | null }
  | { readonly fn: "capabilityName"; readonly cap: number }
  | { readonly fn: "pipelineToCapability"; readonly pipeline: string }
  | { readonly fn: "fromNetCapabilities"; readonly net: JsonCapabilities }
  | {
      readonly fn: "capacityTrace";
      readonly caps: readonly number[];
      readonly ops: readonly { readonly op: "add" | "remove"; readonly net: JsonCapabilities }[];
    }
  | { readonly fn: "setMinRunnerVersionConstraint"; readonly json: string };

function job({ caps, minVersion, perCapability: models }: JsonJob): JobCapabilities {
  return { bitstring: bitString(caps), minVersion, perCapability: perCapability(models) };
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

interface Compatibility {
  readonly compatible: boolean;
  readonly versionCompatible?: boolean;
  readonly mandatoriesOk?: boolean;
  readonly constraintsOk?: boolean;
  readonly bitstringOk?: boolean;
  readonly jobBitstring?: readonly string[] | null;
}

function compatible(
  bcast: JsonJob | null,
  orch: JsonCapabilities | null,
  out: Compatibility | Panic,
): void {
  const wanted = bcast && job(bcast);
  const node = orch && capabilities(orch);
  const unfit = incompatibility(wanted, node);
  if (isPanic(out)) {
    // A node that sent nothing: the reference process crashes, poolsim says that it does not fit.
    expect(node).toBeNull();
    expect(unfit).toMatchObject({ rule: "K-6", reason: "capabilities-missing" });
    return;
  }
  const parts = wanted &&
    node && {
      versionCompatible: versionCompatible(wanted.minVersion, node.version),
      mandatoriesOk: bitStringCompatible(node.mandatories, wanted.bitstring),
      constraintsOk: constraintsCompatible(
        wanted.perCapability,
        node.constraints?.perCapability ?? null,
      ),
      bitstringOk: bitStringCompatible(wanted.bitstring, node.bitstring),
    };
  expect(out).toMatchObject({ compatible: unfit === null, ...parts });
  expect(words(out.jobBitstring ?? null)).toEqual(wanted?.bitstring ?? []);
}

function run(input: In, out: Compatibility | Panic): unknown {
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
      return { bitstring: text(bitString(input.caps)) };
    case "bitstringCompatible":
      return { compatible: bitStringCompatible(words(input.c1), words(input.c2)) };
    case "capabilitiesCompatible":
      compatible(input.bcast, input.orch, out);
      return out;
    case "legacyOnly": {
      const { caps } = input;
      const wanted = caps && { bitstring: bitString(caps), minVersion: "", perCapability: null };
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
      const capability = pipelineToCapability(input.pipeline);
      return capability === undefined
        ? { cap: expect.any(Number), error: expect.any(String) }
        : { cap: capability, error: null };
    }
    case "fromNetCapabilities": {
      const message = capabilities(input.net);
      return { bitstring: text(message.bitstring), capacities: counts(capacitiesOf(message)) };
    }
    case "capacityTrace": {
      const node = new NodeCapabilities(input.caps);
      return {
        steps: input.ops.map(({ op, net }) => {
          node[op](capabilities(net));
          return { bitstring: text(node.bitstring), capacities: counts(node.capacities) };
        }),
      };
    }
    case "setMinRunnerVersionConstraint":
      return { perCapability: modelsJson(parseMinRunnerVersions(input.json)) };
    default:
      return unknownKind(JSON.stringify(input));
  }
}

export const driver: Driver = (kase: VectorCase<In, Compatibility | Panic>) => {
  expect(kase.out).toEqual(run(kase.in, kase.out));
};
