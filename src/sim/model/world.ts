/**
 * The scenario as tables: who is there, who sees whom, and how long things take between them.
 * Made once per variant, read-only afterwards; a run indexes it with small integers.
 *
 * - A *site* is a place that sends segments: one per gateway, then one per tester region.
 * - An *orchestrator* is an on-chain address; it has one or several *nodes* (processes).
 * - A *URI* is what discovery asks and what segments are posted to: numbers below `nodes.length`
 *   are nodes, the others are balancers (`nodes.length + orchestrator`).
 */
import { InputError, invariant } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { SessionPrice } from "../../selection/index.js";
import { hashName } from "../engine/distributions.js";
import type { DataFile, ScenarioData, SimulationInput } from "../input.js";
import { type NetworkTables, networkTables } from "../network/tables.js";
import type { Scenario } from "../scenario/schema.js";
import { lengthModel } from "./lengths.js";
import { mostRenditions, type Renditions, renditionSets, segmentPixels } from "./renditions.js";
import { deviceOf, meanRoundTripMs, transcodeMs, type WorkLoad } from "./work-times.js";

/** LPT × 10^5: the unit in which gateways know stakes (B-9). */
const STAKE_UNITS_PER_LPT = 100_000;
/** The larger of this (O-7) and what its stake brings is a measured orchestrator's MaxSessions. */
const MEASURED_SESSIONS_MIN = 10;
/** MaxSessions of a measured one in the scenario file that names none: as many as there can be. */
const INLINE_SESSIONS = 65_536;
/** All stake where shares are all that is known of it. */
const STAKE_WITHOUT_NETWORK_LPT = 1e6;
/** Rows with a lower success rate are left out. */
const SUCCESS_RATE_MIN = 0.3;
const DEFAULT_GATEWAYS = [
  { region: "FRA", weight: 40 },
  { region: "NYC", weight: 30 },
  { region: "LAX", weight: 20 },
  { region: "SIN", weight: 10 },
];

type GatewaySettings = Omit<Scenario["gateway"], "region" | "orchestrators"> & {
  readonly orchestrators?: Scenario["gateway"]["orchestrators"] | undefined;
};

/** A gateway and its share of demand. */
export interface Gateway {
  readonly name: string;
  readonly region: string;
  readonly site: number;
  readonly weight: number;
  readonly settings: GatewaySettings;
  /** What discovery asks, in list order, and the score of each. */
  readonly endpoints: readonly number[];
  readonly scores: readonly number[];
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
  /** What its answers give as `transcoder`: itself, or its balancer. */
  readonly transcoder: number;
  readonly device: string | null;
  readonly bandwidthMbps: number;
  /** Names its draws. */
  readonly hash: number;
  /** Names its up and down times: the same for all of an operator's group. */
  readonly uptimeHash: number;
  /** Share of time that it is up, besides what a record says of it. */
  readonly availability: number;
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
  readonly sites: readonly { readonly region: string; readonly bandwidthMbps: number }[];
  readonly testerSites: readonly number[];
  readonly orchestrators: readonly Orchestrator[];
  /** The orchestrator under study, or −1. */
  readonly pool: number;
  readonly nodes: readonly Node[];
  readonly workers: readonly WorkerSpec[];
  /** By site, then node. */
  readonly links: readonly (readonly Link[])[];
  readonly renditions: readonly Renditions[];
  readonly meanLengthMs: number;
  readonly warmupMs: number;
  readonly endMs: number;
  /** Fixed streams, or null. */
  readonly trace: DataFile | null;
  /** Mean number of streams at a time. */
  readonly concurrentStreams: number;
  /** Shares of input that is imputed. */
  readonly imputed: Readonly<Record<string, number>>;
}

const tablesByData = new WeakMap<ScenarioData, NetworkTables>();

/** Fitting the response times takes as long as some runs: done once for the same data. */
function tablesOf(data: ScenarioData): NetworkTables {
  const known = tablesByData.get(data);
  if (known !== undefined) return known;
  const tables = networkTables(data);
  tablesByData.set(data, tables);
  return tables;
}

/**
 * Compiles a scenario.
 *
 * @throws InputError when data files or names do not fit together
 */
export function compileWorld(input: SimulationInput): World {
  const { scenario } = input;
  const tables = tablesOf(input.data);
  const meanLengthMs = lengthModel(scenario.stream.length).meanMs;
  const warmupMs = scenario.warmup ?? Math.max(3_600_000, 4 * meanLengthMs);
  const concurrentStreams = streamsAtATime(scenario, meanLengthMs);
  const builder = new Builder(scenario, tables, concurrentStreams);
  builder.addNetwork();
  builder.addInline();
  builder.addPool();
  const gateways = builder.gateways();
  const testerRegions = scenario.tester?.regions ?? [
    ...new Set(gateways.map(({ region }) => region)),
  ];
  const sites = [
    ...gateways.map(({ region, settings }) => ({ region, bandwidthMbps: settings.bandwidthMbps })),
    ...(scenario.tester === undefined ? [] : testerRegions).map((region) => ({
      region,
      bandwidthMbps: 1000,
    })),
  ];
  return {
    scenario,
    tables,
    gateways,
    sites,
    testerSites: sites.map((_, index) => index).slice(gateways.length),
    orchestrators: builder.orchestrators,
    pool: builder.pool,
    nodes: builder.nodes,
    workers: builder.workers,
    links: sites.map((site) => builder.nodes.map((node) => builder.link(site, node))),
    renditions: renditionSets(scenario.stream.profiles),
    meanLengthMs,
    warmupMs,
    endMs: warmupMs + scenario.duration,
    trace: input.data.trace ?? null,
    concurrentStreams,
    imputed: builder.imputedShares(),
  };
}

function streamsAtATime({ demand, assumptions }: Scenario, meanLengthMs: number): number {
  const perMs = (demand.streamsPerDay ?? 0) / 86_400_000;
  return (demand.concurrentStreams ?? perMs * meanLengthMs) * assumptions.loadScale;
}

/** Address made from a name: names may be anything, addresses must be addresses. */
function addressOf(name: string): string {
  let hex = "";
  for (let index = 0; hex.length < 40; index++) {
    hex += hashName(`${index}:${name}`).toString(16).padStart(8, "0");
  }
  return `0x${hex.slice(0, 40)}`;
}

interface MeasuredTimes {
  /** Base round trip to the site that serves the region; without one, by the node's region. */
  readonly rttMs?: (region: string) => number;
  readonly roundTripMs: (region: string) => number;
  /** The part of it that grows with round trips between regions. */
  readonly distanceMs: (region: string) => number;
  readonly availability: (region: string) => number;
}

class Builder {
  readonly #scenario: Scenario;
  readonly #tables: NetworkTables;
  readonly #concurrentStreams: number;
  readonly orchestrators: Orchestrator[] = [];
  readonly nodes: Node[] = [];
  readonly workers: WorkerSpec[] = [];
  readonly #measured = new Map<number, MeasuredTimes>();
  readonly #inlineScores = new Map<number, number>();
  pool = -1;
  #networkSize = 0;
  #totalStakeLpt: number | undefined;
  #medianPrice = Rational.of(1200n);

  constructor(scenario: Scenario, tables: NetworkTables, concurrentStreams: number) {
    this.#scenario = scenario;
    this.#tables = tables;
    this.#concurrentStreams = concurrentStreams;
  }

  addNetwork(): void {
    const { network } = this.#scenario;
    const left = new Set(network.exclude.map((name) => name.toLowerCase()));
    let rows = this.#tables.network.filter(
      ({ name, address }) => !left.has(address) && !left.has(name.toLowerCase()),
    );
    if (network.limit !== undefined) {
      rows = [...rows].sort((a, b) => b.stakeLpt - a.stakeLpt).slice(0, network.limit);
    }
    const prices = rows.map((row) => row.price).sort((a, b) => a.compare(b));
    this.#medianPrice = prices[Math.floor(prices.length / 2)] ?? this.#medianPrice;
    const median = new SessionPrice(this.#medianPrice);
    const totalStake = rows.reduce((sum, row) => sum + row.stakeLpt, 0);
    for (const row of rows) {
      const node = this.#addOrchestrator({
        name: row.name,
        address: row.address,
        stakeLpt: row.stakeLpt,
        price: network.prices === "equal" ? median : new SessionPrice(row.price),
        version: row.version,
        region: row.region,
        backend: "measured",
        maxSessions: this.#measuredSessions(totalStake === 0 ? 0 : row.stakeLpt / totalStake),
        imputed: row.imputed,
      });
      this.#measured.set(node.index, {
        ...row,
        availability: (region) => {
          const share = row.availability(region);
          return share < SUCCESS_RATE_MIN ? 0 : share;
        },
      });
    }
  }

  addInline(): void {
    this.#networkSize = this.orchestrators.length;
    for (const spec of this.#scenario.orchestrators) {
      const stakeLpt = this.#stakeOf(spec);
      const node = this.#addOrchestrator({
        name: spec.name,
        address: spec.address?.toLowerCase() ?? addressOf(spec.name),
        stakeLpt,
        price: this.#priceOf(spec),
        version: spec.version,
        region: spec.region,
        backend: spec.backend.type,
        maxSessions: spec.maxSessions ?? (spec.backend.type === "measured" ? INLINE_SESSIONS : 10),
        device: spec.backend.type === "device" ? spec.backend.device : null,
        bandwidthMbps: spec.bandwidthMbps,
        group: spec.operatorGroup,
        availability: spec.availability,
        lookAlike: spec.lookAlike,
      });
      this.#inlineScores.set(node.orchestrator, spec.score);
      if (spec.backend.type === "measured")
        this.#measured.set(node.index, inlineTimes(spec.backend));
    }
  }

  addPool(): void {
    const spec = this.#scenario.orchestrator;
    if (spec === undefined) return;
    const { topology, backend } = spec;
    const index = this.orchestrators.length;
    this.pool = index;
    const specs = topology.nodes ?? [
      { name: spec.name, region: undefined, maxSessions: undefined },
    ];
    const firstNode = this.nodes.length;
    const several = topology.nodes !== undefined;
    const balanced = several && topology.frontend !== "advertised";
    // Numbers of balancers lie above those of all nodes: the pool's nodes are the last ones.
    const balancer = firstNode + specs.length + index;
    for (const [offset, node] of specs.entries()) {
      this.nodes.push({
        index: firstNode + offset,
        name: node.name,
        orchestrator: index,
        region: node.region ?? spec.region,
        backend: backend.type,
        maxSessions:
          node.maxSessions ?? spec.maxSessions ?? (backend.type === "pool" ? "auto" : 10),
        transcoder:
          several && topology.frontend === "brokenBalancer" ? balancer : firstNode + offset,
        device: backend.type === "device" ? backend.device : null,
        bandwidthMbps: spec.bandwidthMbps,
        hash: hashName(`${spec.name}/${node.name}`),
        uptimeHash: hashName(spec.operatorGroup ?? `${spec.name}/${node.name}`),
        availability: spec.availability,
        lookAlike: spec.lookAlike,
      });
      if (backend.type === "measured") this.#measured.set(firstNode + offset, inlineTimes(backend));
    }
    const nodes = specs.map((_, offset) => firstNode + offset);
    this.orchestrators.push({
      index,
      name: spec.name,
      address: spec.address?.toLowerCase() ?? addressOf(spec.name),
      stake: Math.trunc(this.#stakeOf(spec) * STAKE_UNITS_PER_LPT),
      price: this.#priceOf(spec),
      version: spec.version,
      isPool: true,
      nodes,
      endpoints: [balanced ? balancer : firstNode],
      advertised: several && !balanced ? nodes.slice(1) : [],
      imputed: new Set(),
    });
    if (backend.type === "pool") this.#addWorkers(specs, firstNode, spec.region);
  }

  #addWorkers(
    nodes: readonly { readonly name: string; readonly region?: string | undefined }[],
    firstNode: number,
    region: string,
  ): void {
    for (const settings of this.#scenario.workers) {
      const offset =
        settings.node === undefined ? 0 : nodes.findIndex(({ name }) => name === settings.node);
      if (offset < 0) {
        throw new InputError(
          `worker "${settings.name}" registers with node "${settings.node}", which orchestrator.topology.nodes does not have`,
          { code: "SCENARIO_INVALID" },
        );
      }
      for (let copy = 1; copy <= settings.count; copy++) {
        const name = settings.count === 1 ? settings.name : `${settings.name}-${copy}`;
        this.workers.push({
          index: this.workers.length,
          name,
          kind: settings.name,
          region: settings.region ?? nodes[offset]?.region ?? region,
          node: firstNode + offset,
          settings,
          hash: hashName(name),
        });
      }
    }
  }

  gateways(): Gateway[] {
    const { gateway, gateways } = this.#scenario;
    const { region: shared, orchestrators: sharedList, ...defaults } = gateway;
    const specs: NonNullable<Scenario["gateways"]> =
      gateways ?? (shared === undefined ? DEFAULT_GATEWAYS : [{ region: shared, weight: 1 }]);
    return specs.map((spec, site) => {
      const { name, region, weight, orchestrators, ...overrides } = spec;
      const place = region ?? shared;
      invariant(place !== undefined, "a gateway's region is checked when the scenario is loaded");
      const settings: GatewaySettings = { ...defaults, ...defined(overrides) };
      const listed = this.#listed(orchestrators ?? sharedList, settings.source);
      return {
        name: name ?? place,
        region: place,
        site,
        weight,
        settings,
        endpoints: listed.flatMap(({ orchestrator }) => orchestrator.endpoints),
        scores: listed.flatMap(({ orchestrator, score }) =>
          orchestrator.endpoints.map(() => score),
        ),
      };
    });
  }

  #listed(
    list: Scenario["gateway"]["orchestrators"],
    source: Scenario["gateway"]["source"],
  ): { orchestrator: Orchestrator; score: number }[] {
    if (list === undefined || source === "onchain") {
      return this.orchestrators.map((orchestrator) => ({
        orchestrator,
        score:
          source === "hardcoded"
            ? 1
            : source === "webhook"
              ? (this.#inlineScores.get(orchestrator.index) ?? 0)
              : 0,
      }));
    }
    return list.map((item) => {
      const wanted = (typeof item === "string" ? item : item.name).toLowerCase();
      const orchestrator = this.orchestrators.find(
        ({ name, address }) => name.toLowerCase() === wanted || address === wanted,
      );
      if (orchestrator === undefined) {
        throw new InputError(`a gateway lists orchestrator "${wanted}", which nobody is called`, {
          code: "SCENARIO_INVALID",
        });
      }
      const score = source === "hardcoded" ? 1 : typeof item === "string" ? 0 : item.score;
      return { orchestrator, score };
    });
  }

  link(site: { readonly region: string; readonly bandwidthMbps: number }, node: Node): Link {
    const { assumptions } = this.#scenario;
    const measured = this.#measured.get(node.index);
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
    const { sourceMbps, segmentMs, profiles } = this.#scenario.stream;
    const mbps = Math.min(site.bandwidthMbps, node.bandwidthMbps);
    const outMbps = profiles.reduce((sum, profile) => sum + profile.bitrateMbps * profile.share, 0);
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
    const means = this.workers
      .map(({ settings, region, node }) =>
        meanRoundTripMs({
          settings,
          device: deviceOf(this.#tables, settings.device),
          rttMs:
            this.#tables.rttMs(this.nodes[node]?.region ?? region, region) * assumptions.rttScale,
          transferRtts: assumptions.transferRtts,
          work,
        }),
      )
      .sort((a, b) => a - b);
    return means[Math.floor((means.length - 1) / 2)] ?? 0;
  }

  imputedShares(): Record<string, number> {
    const all = this.orchestrators.filter(({ isPool }) => !isPool);
    const stake = all.reduce((sum, one) => sum + one.stake, 0);
    const shareOf = (field: string) => {
      if (all.length === 0) return 0;
      const flagged = all.filter(({ imputed }) => imputed.has(field));
      return field === "stake"
        ? stake === 0
          ? 0
          : flagged.reduce((sum, one) => sum + one.stake, 0) / stake
        : flagged.length / all.length;
    };
    return {
      stake: shareOf("stake"),
      prices: shareOf("price"),
      responseTimes: shareOf("response"),
    };
  }

  #measuredSessions(stakeShare: number): number {
    return Math.max(MEASURED_SESSIONS_MIN, Math.ceil(2 * stakeShare * this.#concurrentStreams));
  }

  #stakeOf(spec: {
    readonly stakeLpt?: number | undefined;
    readonly stakeShare?: number | undefined;
  }): number {
    if (spec.stakeShare === undefined) return spec.stakeLpt ?? 0;
    this.#totalStakeLpt ??= this.#totalStake();
    return spec.stakeShare * this.#totalStakeLpt;
  }

  /** All stake: what is given in LPT, and shares of the whole on top of it. */
  #totalStake(): number {
    const { orchestrators, orchestrator } = this.#scenario;
    const specs = orchestrator === undefined ? orchestrators : [...orchestrators, orchestrator];
    let givenLpt =
      this.orchestrators.slice(0, this.#networkSize).reduce((sum, { stake }) => sum + stake, 0) /
      STAKE_UNITS_PER_LPT;
    let shares = 0;
    for (const { stakeLpt, stakeShare } of specs) {
      if (stakeShare === undefined) givenLpt += stakeLpt ?? 0;
      else shares += stakeShare;
    }
    if (givenLpt === 0) return STAKE_WITHOUT_NETWORK_LPT;
    if (shares < 1) return givenLpt / (1 - shares);
    throw new InputError("the stake shares add up to 1 or more, but others have stake too", {
      code: "SCENARIO_INVALID",
    });
  }

  #priceOf(spec: {
    readonly pricePerUnit?: string | undefined;
    readonly pixelsPerUnit: number;
  }): SessionPrice {
    if (spec.pricePerUnit === undefined) return new SessionPrice(this.#medianPrice);
    return new SessionPrice(
      Rational.parse(spec.pricePerUnit).div(Rational.of(BigInt(spec.pixelsPerUnit))),
    );
  }

  #addOrchestrator(options: {
    readonly name: string;
    readonly address: string;
    readonly stakeLpt: number;
    readonly price: SessionPrice;
    readonly version: string;
    readonly region: string;
    readonly backend: Backend;
    readonly maxSessions: number | "auto";
    readonly device?: string | null;
    readonly bandwidthMbps?: number;
    readonly group?: string | undefined;
    readonly availability?: number;
    readonly lookAlike?: string | undefined;
    readonly imputed?: ReadonlySet<string>;
  }): Node {
    const index = this.orchestrators.length;
    const node: Node = {
      index: this.nodes.length,
      name: options.name,
      orchestrator: index,
      region: options.region,
      backend: options.backend,
      maxSessions: options.maxSessions,
      transcoder: this.nodes.length,
      device: options.device ?? null,
      bandwidthMbps: options.bandwidthMbps ?? 1000,
      hash: hashName(options.address),
      uptimeHash: hashName(options.group ?? options.address),
      availability: options.availability ?? 1,
      lookAlike: options.lookAlike,
    };
    this.nodes.push(node);
    this.orchestrators.push({
      index,
      name: options.name,
      address: options.address,
      stake: Math.trunc(options.stakeLpt * STAKE_UNITS_PER_LPT),
      price: options.price,
      version: options.version,
      isPool: false,
      nodes: [node.index],
      endpoints: [node.index],
      advertised: [],
      imputed: options.imputed ?? new Set(),
    });
    return node;
  }
}

function inlineTimes(backend: {
  readonly roundTripMs: number | Readonly<Record<string, number>>;
  readonly successRate: number | Readonly<Record<string, number>>;
}): MeasuredTimes {
  const { roundTripMs, successRate } = backend;
  const at = (value: number | Readonly<Record<string, number>>, region: string, missing: number) =>
    typeof value === "number" ? value : (value[region] ?? missing);
  return {
    roundTripMs: (region) => at(roundTripMs, region, 0),
    distanceMs: () => 0,
    availability: (region) =>
      typeof roundTripMs !== "number" && roundTripMs[region] === undefined
        ? 0
        : at(successRate, region, 1),
  };
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
