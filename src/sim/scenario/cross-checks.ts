/**
 * What the schema cannot say about one scenario: names that must exist, settings that exclude
 * each other, sums. Runs on every variant, with defaults filled in.
 */

import type { Finding, Path } from "../../config/problem.js";
import { suggestion } from "../../config/suggest.js";
import { Rational } from "../../core/rational.js";
import { regionLimitsIn } from "../../pool/index.js";
import { DEFAULT_SELECTION } from "../../selection/index.js";
import { aiFindings } from "./ai-checks.js";
import { DEFAULT_GATEWAYS } from "./default-gateways.js";
import { eventFindings } from "./event-checks.js";
import type { KnownNames } from "./known-names.js";
import { WAYS_OF_DEMAND } from "./missing-findings.js";
import { networkMembers } from "./network-members.js";
import type { Scenario } from "./schema.js";

const OFF_CHAIN_SELECTION =
  "off-chain gateways take the first in order (L-5): expected onchain: true, or no selection";

/** L-17: how far the three weights may be from 1 together. */
const WEIGHTS_TOLERANCE = 0.0001;

type Orchestrator = NonNullable<Scenario["orchestrator"]> | Scenario["orchestrators"][number];

/** Names of workers: `name`, or `name-1`, `name-2`, … of a kind with a count. */
export function workerNames({ name, count }: Scenario["workers"][number]): readonly string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

/** Gateways when a scenario does not say any. */
const GATEWAYS_DEFAULT = DEFAULT_GATEWAYS.map(({ region }) => region);

/** Names of gateways: their own, or else their regions. */
export function gatewayNames({ gateway, gateways }: Scenario): ReadonlySet<string> {
  const own = gateways?.map((item) => item.name ?? item.region ?? gateway.region ?? "");
  return new Set(own ?? (gateway.region === undefined ? GATEWAYS_DEFAULT : [gateway.region]));
}

/** Collects findings; each check says what it looks at in one line. */
class Checks {
  readonly findings: Finding[] = [];
  readonly #scenario: Scenario;
  readonly #known: KnownNames;

  constructor(scenario: Scenario, known: KnownNames) {
    this.#scenario = scenario;
    this.#known = known;
  }

  /** Those of the table, and the scenario's own. */
  get #devices(): ReadonlySet<string> {
    return new Set([...this.#known.devices, ...Object.keys(this.#scenario.devices)]);
  }

  #add(path: Path, text: string, atKey = false): void {
    this.findings.push({ path, text, atKey });
  }

  #exists(path: Path, name: string, known: ReadonlySet<string>, what: string, atKey = false): void {
    if (known.has(name)) return;
    this.#add(
      path,
      `no ${what} is called ${JSON.stringify(name)}${suggestion(name, known)}`,
      atKey,
    );
  }

  #region(path: Path, name: string | undefined, atKey = false): void {
    const { regions } = this.#known;
    if (name === undefined || regions.has(name)) return;
    const hint = suggestion(name, regions) || ", expected a code of the regions table such as FRA";
    this.#add(path, `no region is called ${JSON.stringify(name)}${hint}`, atKey);
  }

  #regionKeys(path: Path, record: Readonly<Record<string, unknown>> | number | undefined): void {
    if (typeof record !== "object") return;
    for (const key of Object.keys(record)) this.#region([...path, key], key, true);
  }

  /** No two items of a list share a name. */
  #unique(path: Path, names: readonly (readonly string[])[], what: string): void {
    const seen = new Set<string>();
    for (const [index, own] of names.entries()) {
      const again = own.find((name) => seen.has(name));
      if (again !== undefined) {
        const place = [...path, index, "name"];
        this.#add(place, `a second ${what} is called ${JSON.stringify(again)}`);
      }
      for (const name of own) seen.add(name);
    }
  }

  devices(): void {
    for (const [name, { like }] of Object.entries(this.#scenario.devices)) {
      if (like === undefined) continue;
      this.#exists(["devices", name, "like"], like, this.#known.devices, "device of the table");
    }
  }

  workers(): void {
    const { workers, orchestrator } = this.#scenario;
    // Lists name kinds too: a kind must not be called like another worker.
    const names = workers.map((worker) => [worker.name, ...workerNames(worker)]);
    this.#unique(["workers"], names, "worker");
    const isPool = orchestrator?.backend.type === "pool";
    if (isPool && workers.length === 0) {
      this.#add(["workers"], "empty, expected at least one worker for the pool");
    }
    if (!isPool && workers.length > 0) {
      this.#add(["workers"], "found workers, but orchestrator.backend is no pool", true);
    }
    const nodes = new Set(orchestrator?.topology.nodes?.map(({ name }) => name) ?? []);
    for (const [index, worker] of workers.entries()) {
      const path: Path = ["workers", index];
      this.#region([...path, "region"], worker.region);
      if (worker.device !== undefined) {
        this.#exists([...path, "device"], worker.device, this.#devices, "device");
      }
      if (worker.encoderSessions === "driver" && worker.device === undefined) {
        this.#add([...path, "encoderSessions"], "found driver, expected a device or a number");
      }
      const isTimed = worker.device !== undefined || worker.roundTripMs !== undefined;
      if (!isTimed && worker.ai?.transcoding !== "none") {
        this.#add(path, "expected roundTripMs or device");
      }
      if (worker.node !== undefined) {
        this.#exists([...path, "node"], worker.node, nodes, "node of orchestrator.topology");
      }
    }
  }

  admission(): void {
    const { orchestrator, workers } = this.#scenario;
    if (orchestrator === undefined) return;
    const { admission } = orchestrator;
    const names = new Set(workers.flatMap((worker) => [worker.name, ...workerNames(worker)]));
    const base: Path = ["orchestrator", "admission"];
    for (const list of ["exclude", "include"] as const) {
      for (const [index, name] of (admission[list] ?? []).entries()) {
        this.#exists([...base, list, index], name, names, "worker");
      }
    }
    for (const [index, name] of (admission.tier?.spares ?? []).entries()) {
      this.#exists([...base, "tier", "spares", index], name, names, "worker");
    }
    for (const name of Object.keys(admission.sessionCap ?? {})) {
      this.#exists([...base, "sessionCap", name], name, names, "worker", true);
    }
    for (const [policy, setting, limits] of regionLimitsIn(admission)) {
      this.#regionKeys([...base, policy, setting], limits);
    }
  }

  #orchestrator(path: Path, orchestrator: Orchestrator): void {
    const { backend } = orchestrator;
    this.#region([...path, "region"], orchestrator.region);
    if (orchestrator.stakeLpt !== undefined && orchestrator.stakeShare !== undefined) {
      this.#add(
        [...path, "stakeShare"],
        "found stakeLpt and stakeShare, expected one of them",
        true,
      );
    }
    if (orchestrator.stakeShare === 1) {
      this.#add(
        [...path, "stakeShare"],
        "found 1, expected a share below 1: others have stake too",
      );
    }
    if (orchestrator.lookAlike !== undefined)
      this.#listed([...path, "lookAlike"], orchestrator.lookAlike);
    if (backend.type === "device") {
      this.#exists([...path, "backend", "device"], backend.device, this.#devices, "device");
    }
    if (backend.type === "measured") {
      this.#regionKeys([...path, "backend", "roundTripMs"], backend.roundTripMs);
      this.#regionKeys([...path, "backend", "successRate"], backend.successRate);
    }
  }

  #listed(path: Path, name: string): void {
    const { orchestrator, orchestrators } = this.#scenario;
    const own = [...orchestrators, ...(orchestrator === undefined ? [] : [orchestrator])];
    const names = own.flatMap((one) => [one.name, one.address ?? one.name]);
    const known = new Set([...this.#known.orchestrators, ...names.map((one) => one.toLowerCase())]);
    if (known.has(name.toLowerCase())) return;
    this.#add(path, `no orchestrator is called ${JSON.stringify(name)}${suggestion(name, known)}`);
  }

  orchestrators(): void {
    const { orchestrator, orchestrators, network } = this.#scenario;
    this.#unique(
      ["orchestrators"],
      orchestrators.map(({ name }) => [name]),
      "orchestrator",
    );
    for (const [index, one] of orchestrators.entries()) {
      this.#orchestrator(["orchestrators", index], one);
      if (one.name === orchestrator?.name) {
        const path = ["orchestrators", index, "name"];
        this.#add(path, `the orchestrator under study is called ${JSON.stringify(one.name)} too`);
      }
    }
    for (const [index, name] of network.exclude.entries()) {
      if (this.#known.orchestrators.has(name.toLowerCase())) continue;
      const hint = suggestion(name, this.#known.orchestrators);
      const text = `no orchestrator of the network is called ${JSON.stringify(name)}${hint}`;
      this.#add(["network", "exclude", index], text);
    }
    if (orchestrator === undefined) return;
    this.#orchestrator(["orchestrator"], orchestrator);
    const nodes = orchestrator.topology.nodes ?? [];
    this.#unique(
      ["orchestrator", "topology", "nodes"],
      nodes.map(({ name }) => [name]),
      "node",
    );
    for (const [index, node] of nodes.entries()) {
      this.#region(["orchestrator", "topology", "nodes", index, "region"], node.region);
    }
    for (const key of ["commission", "feeShare"] as const) {
      const value = orchestrator.economics[key];
      if (Rational.parse(value).compare(Rational.ONE) <= 0) continue;
      this.#add(
        ["orchestrator", "economics", key],
        `found ${value}, expected a share of at most 1`,
      );
    }
  }

  gateways(): void {
    const { gateway, gateways } = this.#scenario;
    this.#region(["gateway", "region"], gateway.region);
    for (const [index, item] of (gateway.orchestrators ?? []).entries()) {
      this.#listed(
        ["gateway", "orchestrators", index],
        typeof item === "string" ? item : item.name,
      );
    }
    const isOnChain = (gateways ?? [gateway]).some(({ onchain }) => onchain ?? gateway.onchain);
    if (gateway.selection !== DEFAULT_SELECTION && !isOnChain) {
      this.#add(["gateway", "selection"], OFF_CHAIN_SELECTION);
    }
    if (gateways === undefined) {
      this.#weights(["gateway"], gateway);
      return;
    }
    if (gateway.region !== undefined && gateways.every(({ region }) => region !== undefined)) {
      this.#add(["gateway", "region"], "has no effect: each of gateways says its own region", true);
    }
    const names = gateways.map(({ name, region }) => [name ?? region ?? gateway.region ?? ""]);
    this.#unique(["gateways"], names, "gateway");
    if (gateways.every(({ weight }) => weight === 0)) {
      this.#add(["gateways"], "all weights are 0, expected a gateway with streams");
    }
    for (const [index, item] of gateways.entries()) {
      const path: Path = ["gateways", index];
      this.#region([...path, "region"], item.region);
      if ((item.region ?? gateway.region) === undefined) {
        this.#add(path, "expected a region here or in gateway.region");
      }
      for (const [at, entry] of (item.orchestrators ?? []).entries()) {
        const name = typeof entry === "string" ? entry : entry.name;
        this.#listed([...path, "orchestrators", at], name);
      }
      this.#weights(path, {
        onchain: item.onchain ?? gateway.onchain,
        selectStakeWeight: item.selectStakeWeight ?? gateway.selectStakeWeight,
        selectPriceWeight: item.selectPriceWeight ?? gateway.selectPriceWeight,
        selectRandFreq: item.selectRandFreq ?? gateway.selectRandFreq,
      });
      if (item.selection !== undefined && !(item.onchain ?? gateway.onchain)) {
        this.#add([...path, "selection"], OFF_CHAIN_SELECTION);
      }
    }
  }

  /** L-17: on-chain the three weights sum to 1. */
  #weights(
    path: Path,
    gateway: Pick<
      Scenario["gateway"],
      "onchain" | "selectStakeWeight" | "selectPriceWeight" | "selectRandFreq"
    >,
  ): void {
    const { onchain, selectStakeWeight, selectPriceWeight, selectRandFreq } = gateway;
    const sum = selectStakeWeight + selectPriceWeight + selectRandFreq;
    if (!onchain || Math.abs(sum - 1) <= WEIGHTS_TOLERANCE) return;
    const found = `found ${selectStakeWeight}, ${selectPriceWeight} and ${selectRandFreq}`;
    this.#add(
      path,
      `selectStakeWeight, selectPriceWeight and selectRandFreq must sum to 1 (L-17): ${found}`,
    );
  }

  #length(path: Path, length: Scenario["stream"]["length"]): void {
    if (length.distribution !== "mixture") return;
    const { mean, shortShare, shortMean } = length;
    if (shortShare * shortMean < mean) return;
    const text = "the short streams alone have this mean: nothing is left for the long ones";
    this.#add([...path, "mean"], text);
  }

  demand(): void {
    const { demand, stream, replications } = this.#scenario;
    const [first, second] = WAYS_OF_DEMAND.filter((way) => demand[way] !== undefined);
    if (first !== undefined && second !== undefined) {
      this.#add(["demand", second], `found ${first} and ${second}, expected one of them`, true);
    }
    const [one, other] = Object.keys(demand.calibrateTo ?? {});
    if (one !== undefined && other !== undefined) {
      const path = ["demand", "calibrateTo", other];
      this.#add(path, `found ${one} and ${other}, expected one of them`, true);
    }
    const names = gatewayNames(this.#scenario);
    for (const [index, { gateway: name }] of (demand.arrivals ?? []).entries()) {
      if (name === undefined) continue;
      this.#exists(["demand", "arrivals", index, "gateway"], name, names, "gateway");
    }
    for (const name of new Set(this.#known.traceGateways)) {
      this.#exists(["demand", "trace"], name, names, "gateway");
    }
    this.#length(["stream", "length"], stream.length);
    for (const [index, { streams }] of (this.#scenario.gateways ?? []).entries()) {
      if (streams?.length === undefined) continue;
      this.#length(["gateways", index, "streams", "length"], streams.length);
    }
    if (typeof replications === "object" && replications.pilot > replications.max) {
      const text = `found ${replications.pilot}, expected at most replications.max (${replications.max})`;
      this.#add(["replications", "pilot"], text);
    }
    for (const [index, code] of (this.#scenario.tester?.regions ?? []).entries()) {
      this.#region(["tester", "regions", index], code);
    }
  }
}

/** Is it the name or the address of an orchestrator that takes part, beside the one under study? */
function isOther(name: string, scenario: Scenario, known: KnownNames): boolean {
  const others = [...networkMembers(scenario, known), ...scenario.orchestrators];
  return others.some((one) =>
    [one.name, one.address].some((own) => own?.toLowerCase() === name.toLowerCase()),
  );
}

/** What is wrong with a scenario's events. */
function findingsOfEvents(scenario: Scenario, known: KnownNames): readonly Finding[] {
  if (Object.keys(scenario.events).length === 0) return [];
  const { orchestrator, orchestrators, workers } = scenario;
  const own = [...orchestrators, ...(orchestrator === undefined ? [] : [orchestrator])];
  return eventFindings(scenario, {
    workers: new Map(workers.map((worker) => [worker.name, workerNames(worker)])),
    gateways: gatewayNames(scenario),
    regions: known.regions,
    orchestrators: new Map(
      [...networkMembers(scenario, known), ...own].flatMap(({ name, address = name }) => [
        [name.toLowerCase(), name],
        [address.toLowerCase(), name],
      ]),
    ),
  });
}

/**
 * Checks one validated scenario against itself and the data.
 *
 * @returns what is wrong; empty when nothing is
 */
export function crossCheck(scenario: Scenario, known: KnownNames): readonly Finding[] {
  const checks = new Checks(scenario, known);
  checks.devices();
  checks.workers();
  checks.admission();
  checks.orchestrators();
  checks.gateways();
  checks.demand();
  const ofAI = aiFindings(scenario, (name) => isOther(name, scenario, known));
  return [...checks.findings, ...ofAI, ...findingsOfEvents(scenario, known)];
}
