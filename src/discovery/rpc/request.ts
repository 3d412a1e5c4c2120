/** The request as it travels (G-1, G-3, K-14). */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { getBytes } from "ethers/utils";
import type { JobCapabilities } from "../capabilities.js";
import {
  type CapabilitiesSchema,
  type OrchestratorRequest,
  OrchestratorRequestSchema,
} from "./generated/lp_rpc_pb.js";
import type { RequestIdentity } from "./identity.js";

export interface RequestParts {
  readonly identity: RequestIdentity;
  /** What the job needs; null = not said, as in polling. */
  readonly job: JobCapabilities | null;
  /** @default false True: orchestrators that are full answer as well (G-3, G-7). */
  readonly ignoreCapacityCheck?: boolean;
}

/** Makes the message that is sent to every orchestrator of a discovery. */
export function orchestratorRequest(parts: RequestParts): OrchestratorRequest {
  const { identity, job, ignoreCapacityCheck = false } = parts;
  return create(OrchestratorRequestSchema, {
    address: getBytes(identity.address),
    sig: getBytes(identity.signature),
    ignoreCapacityCheck,
    ...(job === null ? {} : { capabilities: jobMessage(job) }),
  });
}

/** Bits, least version and models; no capacities and no version of the gateway's own (K-14). */
function jobMessage(job: JobCapabilities): MessageInitShape<typeof CapabilitiesSchema> {
  const perCapability = [...(job.perCapability ?? [])].map(
    ([capability, models]) => [capability, { models: Object.fromEntries(models) }] as const,
  );
  return {
    bitstring: [...job.bitstring],
    constraints: {
      minVersion: job.minVersion,
      PerCapability: Object.fromEntries(perCapability),
    },
  };
}
