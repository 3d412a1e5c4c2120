/** The request as it travels (G-1, G-3, K-14). */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { JobCapabilities, ModelConstraint } from "../capabilities.js";
import {
  type CapabilitiesSchema,
  type OrchestratorRequest,
  OrchestratorRequestSchema,
} from "./generated/lp_rpc_pb.js";
import type { RequestIdentity } from "./identity.js";

/** What is asked; the same object may be used for all requests of a discovery. */
export interface OrchestratorQuestion {
  /** Who asks. */
  readonly identity: RequestIdentity;
  /** What the job needs; null = not said, as in polling. */
  readonly job: JobCapabilities | null;
  /** Whether orchestrators that are full answer as well (G-3, G-7). @default false */
  readonly ignoreCapacityCheck?: boolean | undefined;
}

/** Makes the message. */
export function orchestratorRequest(parts: OrchestratorQuestion): OrchestratorRequest {
  const { identity, job, ignoreCapacityCheck = false } = parts;
  return create(OrchestratorRequestSchema, {
    address: bytesOf(identity.address),
    sig: bytesOf(identity.signature),
    ignoreCapacityCheck,
    ...(job === null ? {} : { capabilities: jobMessage(job) }),
  });
}

/** Bits, least version and models; no capacities and no version of the gateway's own (K-14). */
function jobMessage(job: JobCapabilities): MessageInitShape<typeof CapabilitiesSchema> {
  const perCapability = [...(job.perCapability ?? [])].map(
    ([capability, models]) =>
      [capability, { models: Object.fromEntries([...models].map(modelMessage)) }] as const,
  );
  return {
    bitstring: [...job.bitstring],
    constraints: {
      minVersion: job.minVersion,
      PerCapability: Object.fromEntries(perCapability),
    },
  };
}

function modelMessage([id, { capacityInUse = 0, ...model }]: [string, ModelConstraint]) {
  return [id, { ...model, capacityInUse }] as const;
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), "hex"));
}
