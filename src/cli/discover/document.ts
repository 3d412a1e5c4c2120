/** Findings as the JSON that a scenario takes as its network file. */
import { isPoolsimError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { POOLSIM_VERSION } from "../../core/version.js";
import type { OrchestratorReport, RunnerGpu, RunnerPrice } from "../../discovery/index.js";
import type { DiscoveredOrchestrator, DiscoveryFile } from "../../sim/network/discovery-file.js";
import type { Findings, Judged } from "./gather.js";
import { runnersOf } from "./runners.js";

/** Hundred-thousandths in an LPT (B-9). */
const STAKE_UNITS = 100_000n;
const TEXT_MAX = 4096;

/** The findings as JSON: what is a big integer is text, what is not known is null. */
export function discoveryDocument(
  findings: Findings,
  {
    kind,
    onChain,
    maxPrice,
  }: {
    readonly kind: string;
    readonly onChain: boolean;
    /** The global one, which runners are held against. */
    readonly maxPrice: Rational | null;
  },
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
    orchestrators: orchestrators.map((one) => entry(one, maxPrice)),
  };
}

function entry(judged: Judged, maxPrice: Rational | null): DiscoveredOrchestrator {
  const { report, verdict, reason, turn, probability } = judged;
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
    ...detailsOf(judged, maxPrice),
  };
}

/** What it told who asked without a job; nothing where it was not asked. */
function detailsOf(
  judged: Judged,
  maxPrice: Rational | null,
): Pick<DiscoveredOrchestrator, "hardware" | "capabilitiesPrices" | "runners"> {
  const { details } = judged;
  if (details === null) return {};
  const { answer, runners } = details;
  return {
    hardware:
      answer?.hardware.map(({ pipeline, modelId, gpus }) => ({
        pipeline,
        modelId,
        gpus: gpus.map(({ id, name, major, minor, memoryFree, memoryTotal }) => ({
          id,
          name,
          computeCapability: `${major}.${minor}`,
          memoryFree: String(memoryFree),
          memoryTotal: String(memoryTotal),
        })),
      })) ?? null,
    capabilitiesPrices:
      answer?.capabilitiesPrices.map(({ capability, constraint, ...price }) => ({
        capability,
        modelId: constraint,
        pricePerUnit: String(price.pricePerUnit),
        pixelsPerUnit: String(price.pixelsPerUnit),
      })) ?? null,
    runners:
      runners === null
        ? null
        : runnersOf(judged, maxPrice).map(({ address, runner, rejection }) => ({
            address: address.slice(0, TEXT_MAX),
            url: runner.url.slice(0, TEXT_MAX),
            app: runner.app.slice(0, TEXT_MAX),
            version: runner.version.slice(0, TEXT_MAX),
            mode: runner.mode.slice(0, TEXT_MAX),
            capacity: String(runner.capacity),
            capacityUsed: String(runner.capacityUsed),
            capacityAvailable: String(runner.capacityAvailable),
            gpu: runner.gpu === null ? null : gpuOf(runner.gpu),
            price: runner.price === null ? null : priceOf(runner.price),
            rejection,
          })),
  };
}

function gpuOf({ id, name, vramMb }: RunnerGpu) {
  return { id: id.slice(0, TEXT_MAX), name: name.slice(0, TEXT_MAX), vramMb: String(vramMb) };
}

function priceOf({ price, currency, unit }: RunnerPrice) {
  const texts = [price, currency, unit].map((text) => text.slice(0, TEXT_MAX));
  return { price: texts[0] ?? "", currency: texts[1] ?? "", unit: texts[2] ?? "" };
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
