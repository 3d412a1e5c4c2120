/**
 * Who is there: the orchestrators of the network file, those of the scenario, and the pool with its
 * nodes and workers, each with its place in the tables.
 */
import { InputError } from "../../../core/errors.js";
import { Rational } from "../../../core/rational.js";
import { SessionPrice } from "../../../selection/index.js";
import { hashName } from "../../engine/distributions.js";
import type { SimulationInput } from "../../input.js";
import type { DeviceFigure } from "../../network/devices.js";
import { addressOf } from "../../network/made-address.js";
import { type DeviceUse, imputedShare } from "../../network/own-devices.js";
import type { NetworkTables } from "../../network/tables.js";
import type { Scenario } from "../../scenario/schema.js";
import { deviceOf } from "./work-times.js";
import type { Backend, Node, Orchestrator, WorkerSpec } from "./world.js";

/** LPT × 10^5: the unit in which gateways know stakes (B-9). */
const STAKE_UNITS_PER_LPT = 100_000;
/** The larger of this (O-7) and what its stake brings is a measured orchestrator's MaxSessions. */
const MEASURED_SESSIONS_MIN = 10;
/** As many as a scenario may give an orchestrator. */
const MEASURED_SESSIONS_MAX = 65_536;
/** MaxSessions of a measured one in the scenario file that names none: as many as there can be. */
const INLINE_SESSIONS = 65_536;
/** All stake where shares are all that is known of it. */
const STAKE_WITHOUT_NETWORK_LPT = 1e6;
/** Rows with a lower success rate are left out. */
const SUCCESS_RATE_MIN = 0.3;

/** What an orchestrator takes from its device. */
const OWN_FIGURES: readonly DeviceFigure[] = ["pixelsPerSecond", "warmup", "noise", "slowdown"];

/** What a worker takes from its device: where its round trip is stated, the slow-down alone. */
function figuresUsed(settings: Scenario["workers"][number]): readonly DeviceFigure[] {
  const { roundTripMs, slowdown, encoderSessions } = settings;
  const figures = OWN_FIGURES.filter((figure) =>
    figure === "slowdown" ? slowdown === undefined : roundTripMs === undefined,
  );
  return encoderSessions === "driver" ? [...figures, "encoderSessions"] : figures;
}

/** The recorded times of a measured orchestrator, by gateway region. */
export interface MeasuredTimes {
  /** Base round trip to the site that serves the region; without one, by the node's region. */
  readonly rttMs?: (region: string) => number;
  readonly roundTripMs: (region: string) => number;
  /** The part of it that grows with round trips between regions. */
  readonly distanceMs: (region: string) => number;
  readonly availability: (region: string) => number;
}

/** Fills the tables: first the network, then the scenario's own orchestrators, then the pool. */
export class Roster {
  readonly #scenario: Scenario;
  readonly #tables: NetworkTables;
  readonly #concurrentStreams: number;
  readonly orchestrators: Orchestrator[] = [];
  readonly nodes: Node[] = [];
  readonly workers: WorkerSpec[] = [];
  /** Times of measured nodes. */
  readonly measured = new Map<number, MeasuredTimes>();
  /** Scores that the scenario gives its orchestrators (V-10). */
  readonly scores = new Map<number, number>();
  pool = -1;
  #networkSize = 0;
  #totalStakeLpt: number | undefined;
  #medianPrice = Rational.of(1200n);

  readonly #recorded: NonNullable<SimulationInput["recorded"]>;

  /** @param recorded of single workers, by name */
  constructor(
    scenario: Scenario,
    tables: NetworkTables,
    concurrentStreams: number,
    recorded: SimulationInput["recorded"] = {},
  ) {
    this.#recorded = recorded;
    this.#scenario = scenario;
    this.#tables = tables;
    this.#concurrentStreams = concurrentStreams;
    this.#addNetwork();
    this.#addInline();
    this.#addPool();
  }

  #addNetwork(): void {
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
      this.measured.set(node.index, {
        ...row,
        availability: (region) => {
          const share = row.availability(region);
          return share < SUCCESS_RATE_MIN ? 0 : share;
        },
      });
    }
  }

  #addInline(): void {
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
        whenDown: spec.whenDown,
        slowSpells: spec.backend.slowSpells,
        lookAlike: spec.lookAlike,
      });
      this.scores.set(node.orchestrator, spec.score);
      if (spec.backend.type === "measured")
        this.measured.set(node.index, inlineTimes(spec.backend));
    }
  }

  #addPool(): void {
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
        whenDown: spec.whenDown ?? this.#scenario.assumptions.whenDown,
        slowSpells: backend.type === "pool" ? undefined : backend.slowSpells,
        lookAlike: spec.lookAlike,
      });
      if (backend.type === "measured") this.measured.set(firstNode + offset, inlineTimes(backend));
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
        const recorded = this.#recorded[name];
        this.workers.push({
          index: this.workers.length,
          name,
          kind: settings.name,
          region: settings.region ?? nodes[offset]?.region ?? region,
          node: firstNode + offset,
          settings: withTimes(
            recorded === undefined ? settings : { ...settings, ...recorded.settings },
          ),
          hash: hashName(name),
          absences: recorded?.absences ?? null,
        });
      }
    }
  }

  /** Shares of the input that is imputed: of stake, of prices, of response times. */
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
    const devices = this.#deviceUses();
    return {
      stake: shareOf("stake"),
      prices: shareOf("price"),
      responseTimes: shareOf("response"),
      devices: devices.length === 0 ? 0 : imputedShare(devices),
    };
  }

  /** What devices say of workers and orchestrators. */
  #deviceUses(): DeviceUse[] {
    const { workers, orchestrator, orchestrators } = this.#scenario;
    const backends = [...orchestrators, ...(orchestrator === undefined ? [] : [orchestrator])];
    const own = backends.flatMap(({ backend }): DeviceUse[] =>
      backend.type === "device"
        ? [{ device: deviceOf(this.#tables, backend.device), figures: OWN_FIGURES }]
        : [],
    );
    const remote = workers.flatMap((settings): DeviceUse[] => {
      if (settings.device === undefined || settings.ai?.transcoding === "none") return [];
      const figures = figuresUsed(settings);
      return [{ device: deviceOf(this.#tables, settings.device), figures }];
    });
    return [...own, ...remote].filter(({ figures }) => figures.length > 0);
  }

  #measuredSessions(stakeShare: number): number {
    const sessions = Math.ceil(2 * stakeShare * this.#concurrentStreams);
    return Math.min(MEASURED_SESSIONS_MAX, Math.max(MEASURED_SESSIONS_MIN, sessions));
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
    readonly whenDown?: Node["whenDown"] | undefined;
    readonly slowSpells?: Node["slowSpells"];
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
      whenDown: options.whenDown ?? this.#scenario.assumptions.whenDown,
      slowSpells: options.slowSpells,
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

/** One that never transcodes needs no times for it. */
function withTimes(settings: Scenario["workers"][number]): Scenario["workers"][number] {
  const isTimed = settings.ai?.transcoding !== "none" || settings.roundTripMs !== undefined;
  return isTimed ? settings : { ...settings, roundTripMs: 1 };
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
