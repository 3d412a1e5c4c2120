/**
 * The scenario as tables: who is there, who sees whom, and how long things take between them.
 * `compile-world.ts` makes it once per variant; a run only reads it, and indexes it with small integers.
 *
 * - A *site* is a place that sends segments: one per gateway, then one per tester region.
 * - An *orchestrator* is an on-chain address; it has one or several *nodes* (processes).
 * - A *URI* is what discovery asks and what segments are posted to: numbers below `nodes.length`
 *   are nodes, the others are balancers (`nodes.length + orchestrator`).
 */
import type { SessionPrice } from "../../../selection/index.js";
import type { AIWorld } from "../../ai/ai-world.js";
import type { DataFile, RecordedWorker } from "../../input.js";
import type { NetworkTables } from "../../network/tables.js";
import type { Scenario } from "../../scenario/schema.js";
import type { Renditions } from "./renditions.js";
import type { StreamKind } from "./stream-kinds.js";
import type { Timeline } from "./timeline.js";

/** The settings of one gateway, defaults filled in. */
export type GatewaySettings = Omit<Scenario["gateway"], "region" | "orchestrators"> & {
  readonly orchestrators?: Scenario["gateway"]["orchestrators"] | undefined;
};

/** A gateway and its share of demand. */
export interface Gateway {
  readonly name: string;
  readonly region: string;
  readonly site: number;
  readonly weight: number;
  readonly settings: GatewaySettings;
  readonly streams: StreamKind;
  /** What discovery asks, in list order, and the score of each. */
  readonly endpoints: readonly number[];
  readonly scores: readonly number[];
}

/** A place that sends segments, and what they are like. */
export interface Site {
  /** The gateway's name, or `tester` and the region. */
  readonly name: string;
  readonly region: string;
  readonly bandwidthMbps: number;
  readonly streams: Pick<StreamKind, "segmentMs" | "renditions">;
}

/** An on-chain address. */
export interface Orchestrator {
  readonly index: number;
  readonly name: string;
  readonly address: string;
  readonly stake: number;
  readonly price: SessionPrice;
  readonly version: string;
  /** Whether it is the one under study. */
  readonly isPool: boolean;
  readonly nodes: readonly number[];
  /** What gateways know it by, and what `-nodes` adds. */
  readonly endpoints: readonly number[];
  readonly advertised: readonly number[];
  readonly imputed: ReadonlySet<string>;
}

export type Backend = "measured" | "device" | "pool";

/** An orchestrator process. */
export interface Node {
  readonly index: number;
  readonly name: string;
  readonly orchestrator: number;
  readonly region: string;
  readonly backend: Backend;
  readonly maxSessions: number | "auto";
  /** What its answers give as `transcoder`: itself, or its balancer; one has one session. */
  readonly transcoder: number;
  readonly device: string | null;
  readonly bandwidthMbps: number;
  /** Names its draws. */
  readonly hash: number;
  /** Names its up and down times: the same for all of an operator's group. */
  readonly uptimeHash: number;
  /** Share of time that it is up, besides what a record says of it. */
  readonly availability: number;
  /** What a gateway finds when it is down. */
  readonly whenDown: Scenario["assumptions"]["whenDown"];
  /** Its own spells of slowness, where it has such. */
  readonly slowSpells: Scenario["workers"][number]["slowSpells"];
  /** Whose gateway-side times it shares, where it is not measured itself. */
  readonly lookAlike: string | undefined;
}

/** A worker of the pool, one entry per worker. */
export interface WorkerSpec {
  readonly index: number;
  readonly name: string;
  /** Name of its kind in the scenario. */
  readonly kind: string;
  readonly region: string;
  readonly node: number;
  readonly settings: Scenario["workers"][number];
  readonly hash: number;
  /** When it is away, where that is recorded; null: its settings say it. */
  readonly absences: RecordedWorker["absences"] | null;
}

/** Mean times of one (site, node) pair, ms. */
export interface Link {
  rttMs: number;
  /** From "in flight" with an open connection until the orchestrator begins, its header RTT included. */
  upMs: number;
  /** From the end of the backend's work to the end of the response. */
  tailMs: number;
  /** Measured backends: the backend's work. */
  workMs: number;
  /** Rendition download. */
  downMs: number;
  /** Share of time that the node answers this site. */
  availability: number;
}

/** The compiled scenario. */
export interface World {
  readonly scenario: Scenario;
  readonly tables: NetworkTables;
  readonly gateways: readonly Gateway[];
  /** Region of each site: gateways first, then testers. */
  readonly sites: readonly Site[];
  readonly testerSites: readonly number[];
  readonly orchestrators: readonly Orchestrator[];
  /** The orchestrator under study, or −1. */
  readonly pool: number;
  readonly nodes: readonly Node[];
  readonly workers: readonly WorkerSpec[];
  /** By site, then node. */
  readonly links: readonly (readonly Link[])[];
  /** What streams ask for where their gateway says nothing else. */
  readonly renditions: readonly Renditions[];
  readonly warmupMs: number;
  readonly endMs: number;
  /** What happens when: the scenario's events. */
  readonly timeline: Timeline;
  /** Fixed streams, or null. */
  readonly trace: DataFile | null;
  /** AI jobs and who serves them, or null. */
  readonly ai: AIWorld | null;
  /** Mean number of streams at a time. */
  readonly concurrentStreams: number;
  /** Shares of input that is imputed. */
  readonly imputed: Readonly<Record<string, number>>;
}
