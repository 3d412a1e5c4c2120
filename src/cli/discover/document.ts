/** Findings as the JSON that a scenario takes as its network file. */
import { isPoolsimError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { POOLSIM_VERSION } from "../../core/version.js";
import type { OrchestratorReport } from "../../discovery/index.js";
import type { DiscoveredOrchestrator, DiscoveryFile } from "../../sim/network/discovery-file.js";
import type { Findings, Judged } from "./gather.js";

/** Hundred-thousandths in an LPT (B-9). */
const STAKE_UNITS = 100_000n;
const TEXT_MAX = 4096;

/** The findings as JSON: what is a big integer is text, what is not known is null. */
export function discoveryDocument(
  findings: Findings,
  { kind, onChain }: { readonly kind: string; readonly onChain: boolean },
): DiscoveryFile {
  const { listing, elapsedMs, interrupted, startedAtMs, orchestrators } = findings;
  return {
    schemaVersion: 1,
    kind: "discovery",
    poolsim: POOLSIM_VERSION,
    discoveredAt: instant(startedAtMs),
    source: {
      kind,
      confirmedAt: instant(listing.confirmedAtMs),
      staleBecause: listing.staleBecause?.message.slice(0, TEXT_MAX) ?? null,
    },
    onChain,
    elapsedMs: rounded(elapsedMs),
    interrupted,
    orchestrators: orchestrators.map(entry),
  };
}

function entry({ report, verdict, reason, turn, probability }: Judged): DiscoveredOrchestrator {
  const { price, models, info } = report;
  return {
    uri: report.uri.slice(0, TEXT_MAX),
    verdict,
    rejection: reason === null ? null : { ...reason, detail: reason.detail.slice(0, TEXT_MAX) },
    turn,
    selectionProbability: probability,
    score: report.score,
    reply: replyOf(report),
    latencyMs: report.latencyMs === null ? null : rounded(report.latencyMs),
    advertisedBy: report.advertisedBy,
    transcoder: report.transcoder,
    address: report.address,
    recipient: report.recipient !== null && isAddress(report.recipient) ? report.recipient : null,
    pricePerUnit: price === null ? null : String(price.num),
    pixelsPerUnit: price === null ? null : String(price.den),
    stakeLpt: report.stake === null ? null : stakeText(report.stake),
    version: report.version,
    capabilities: report.capabilities === null ? null : [...report.capabilities],
    capacities: toldCapacities(report),
    models:
      info === null || models === null
        ? null
        : Object.fromEntries(
            [...models].map(([capability, byId]) => [
              String(capability),
              Object.fromEntries([...byId].map(([id, model]) => [id, { ...model }])),
            ]),
          ),
  };
}

function replyOf({ info, error }: OrchestratorReport): DiscoveredOrchestrator["reply"] {
  if (info !== null) return "answer";
  return isPoolsimError(error) && error.code === "RPC_FAILED" ? "error" : "none";
}

/** Only what it says itself; K-4's ones are no capacities that anybody told. */
function toldCapacities({ info }: OrchestratorReport): Record<string, number> | null {
  const told = info?.capabilities?.capacities;
  if (told === undefined || told === null || told.size === 0) return null;
  return Object.fromEntries([...told].map(([capability, count]) => [String(capability), count]));
}

function isAddress(text: string): boolean {
  return /^0x[0-9a-fA-F]{40}$/.test(text);
}

/** A stake in LPT, all five digits. */
export function stakeText(stake: bigint): string {
  return Rational.of(stake, STAKE_UNITS).toFixed(5);
}

function instant(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
