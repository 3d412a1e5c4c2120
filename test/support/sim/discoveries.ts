/** Discoveries as `poolsim discover --json` writes them. */
import type {
  DiscoveredOrchestrator,
  DiscoveryFile,
} from "../../../src/sim/network/discovery-file.js";

/** One that answered and is used. */
export function answered(facts: Partial<DiscoveredOrchestrator> = {}): DiscoveredOrchestrator {
  return {
    uri: "https://one.example:8935",
    verdict: "found",
    rejection: null,
    turn: 1,
    selectionProbability: null,
    score: 0,
    reply: "answer",
    latencyMs: 35.25,
    advertisedBy: null,
    transcoder: "https://one.example:8935",
    address: `0x${"01".repeat(20)}`,
    recipient: `0x${"a1".repeat(20)}`,
    pricePerUnit: "1200",
    pixelsPerUnit: "1",
    stakeLpt: "1000.50000",
    version: "0.8.9",
    capabilities: [0, 1, 12, 26],
    capacities: null,
    models: null,
    ...facts,
  };
}

/** One of which nothing came. */
export function silent(facts: Partial<DiscoveredOrchestrator> = {}): DiscoveredOrchestrator {
  return answered({
    uri: "https://silent.example:8935",
    verdict: "rejected",
    rejection: { rule: "D-12", reason: "late", detail: "no answer within 6000 ms" },
    turn: null,
    reply: "none",
    transcoder: null,
    address: null,
    latencyMs: null,
    pricePerUnit: null,
    pixelsPerUnit: null,
    version: null,
    capabilities: null,
    ...facts,
  });
}

export function discovery(
  orchestrators: readonly DiscoveredOrchestrator[],
  facts: Partial<DiscoveryFile> = {},
): DiscoveryFile {
  return {
    schemaVersion: 1,
    kind: "discovery",
    poolsim: "0.1.0",
    discoveredAt: "2026-07-12T10:00:00.000Z",
    source: { kind: "onchain", confirmedAt: "2026-07-12T09:59:59.000Z", staleBecause: null },
    onChain: true,
    elapsedMs: 500.5,
    interrupted: false,
    orchestrators: [...orchestrators],
    ...facts,
  };
}

export function discoveryText(...orchestrators: readonly DiscoveredOrchestrator[]): string {
  return JSON.stringify(discovery(orchestrators));
}
