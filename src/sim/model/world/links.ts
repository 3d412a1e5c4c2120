/** How long things take between a site and a node, on average, with one yardstick for everybody. */
import type { NetworkTables } from "../../network/tables.js";
import type { Scenario } from "../../scenario/schema.js";
import { meanMbps, mostRenditions, renditionSets, segmentPixels } from "./renditions.js";
import type { Roster } from "./roster.js";
import { deviceOf, meanRoundTripMs, transcodeMs, type WorkLoad } from "./work-times.js";
import type { Link, Node, Site } from "./world.js";

/** Computes links. */
export class Links {
  readonly #scenario: Scenario;
  readonly #tables: NetworkTables;
  readonly #roster: Roster;

  constructor(scenario: Scenario, tables: NetworkTables, roster: Roster) {
    this.#scenario = scenario;
    this.#tables = tables;
    this.#roster = roster;
  }

  /** Mean times between a site and a node. */
  link(site: Site, node: Node): Link {
    const { assumptions } = this.#scenario;
    const measured = this.#roster.measured.get(node.index);
    const baseRttMs =
      measured?.rttMs?.(site.region) ?? this.#tables.rttMs(site.region, node.region);
    const rttMs = baseRttMs * assumptions.rttScale;
    if (measured !== undefined) {
      const roundTrip = Math.max(
        0,
        measured.roundTripMs(site.region) +
          (assumptions.rttScale - 1) * measured.distanceMs(site.region),
      );
      const up = roundTrip * Math.min(assumptions.uploadShare, 1 - assumptions.downloadShare);
      return {
        rttMs,
        upMs: up,
        workMs: roundTrip * (1 - assumptions.downloadShare) - up,
        tailMs: 0,
        downMs: roundTrip * assumptions.downloadShare,
        availability: measured.availability(site.region) * node.availability,
      };
    }
    const { sourceMbps } = this.#scenario.stream;
    const { segmentMs, renditions } = site.streams;
    const mbps = Math.min(site.bandwidthMbps, node.bandwidthMbps);
    const outMbps = meanMbps(renditions);
    const upMs = (sourceMbps * segmentMs) / mbps + (assumptions.transferRtts + 1) * rttMs;
    const tailMs = rttMs / 2;
    const downMs = (outMbps * segmentMs) / mbps + assumptions.transferRtts * rttMs;
    const scale = this.#calibration(site.region, node, upMs + tailMs + downMs);
    return {
      rttMs,
      upMs: upMs * scale,
      tailMs: tailMs * scale,
      workMs: 0,
      downMs: downMs * scale,
      availability: node.availability,
    };
  }

  /** One yardstick: the gateway-side time of a look-alike, or of the region's median (never less than computed). */
  #calibration(region: string, node: Node, computedMs: number): number {
    const { assumptions } = this.#scenario;
    if (!assumptions.calibrateGatewaySide || computedMs === 0) return 1;
    const targetMs = this.#tables.gatewaySideMs({
      region,
      nodeRegion: node.region,
      lookAlike: node.lookAlike,
      workersRoundTripMs:
        node.backend === "pool" ? this.#goodWorkerMs() : this.#deviceMs(node.device),
      rttScale: assumptions.rttScale,
    });
    return Math.max(1, targetMs / computedMs);
  }

  /** A mean segment with all the renditions that there are. */
  #meanWork(): WorkLoad {
    const { stream } = this.#scenario;
    const all = mostRenditions(renditionSets(stream.profiles));
    return {
      durationMs: stream.segmentMs,
      pixels: segmentPixels(all, stream.segmentMs),
      sourceMbps: stream.sourceMbps,
      outMbps: all.bitrateMbps,
    };
  }

  /** Mean time of an orchestrator's own device, ms. */
  #deviceMs(name: string | null): number {
    const { pixels } = this.#meanWork();
    return transcodeMs(deviceOf(this.#tables, name), pixels, { segments: 1, isFirst: false }, 1);
  }

  /** Mean round trip of the pool's better workers: the lower median of all it has, ms. */
  #goodWorkerMs(): number {
    const { assumptions } = this.#scenario;
    const work = this.#meanWork();
    const means = this.#roster.workers
      .filter(({ settings }) => settings.ai?.transcoding !== "none")
      .map(({ settings, region, node }) =>
        meanRoundTripMs({
          settings,
          device: deviceOf(this.#tables, settings.device),
          rttMs:
            this.#tables.rttMs(this.#roster.nodes[node]?.region ?? region, region) *
            assumptions.rttScale,
          transferRtts: assumptions.transferRtts,
          work,
        }),
      )
      .sort((a, b) => a - b);
    return means[Math.floor((means.length - 1) / 2)] ?? 0;
  }
}
