/**
 * What a scenario leaves out and a go-livepeer node would have by default: every setting that
 * stands for a node's or a gateway's flag. Where the two differ, the report says what was assumed.
 */

import type { Path } from "../../config/problem.js";
import { counted } from "../../core/wording.js";
import type { Draft } from "./draft.js";
import type { Scenario } from "./schema.js";
import { servingKinds } from "./serving-kinds.js";

/** A setting whose default is that of a node's flag. */
export interface NodeDefault {
  /** Dotted; `[]` stands for each item of a list. */
  readonly path: string;
  readonly flag: string;
  /** The flag's default as a validated scenario has it. */
  readonly value: unknown;
}

/** MaxSessions of a node without the flag (O-7, O-13, T-4). */
const MAX_SESSIONS = 10;

export const NODE_DEFAULTS: readonly NodeDefault[] = [
  { path: "gateway.selectStakeWeight", flag: "-selectStakeWeight", value: 0.7 },
  { path: "gateway.selectPriceWeight", flag: "-selectPriceWeight", value: 0 },
  { path: "gateway.selectRandFreq", flag: "-selectRandFreq", value: 0.3 },
  { path: "gateway.selectPriceExpFactor", flag: "-selectPriceExpFactor", value: 100 },
  { path: "gateway.maxPricePerUnit", flag: "-maxPricePerUnit", value: "0/1" },
  { path: "gateway.pixelsPerUnit", flag: "-pixelsPerUnit", value: 1 },
  { path: "gateway.ignoreMaxPriceIfNeeded", flag: "-ignoreMaxPriceIfNeeded", value: false },
  { path: "gateway.minPerfScore", flag: "-minPerfScore", value: 0 },
  { path: "gateway.discoveryTimeout", flag: "-discoveryTimeout", value: 500 },
  { path: "gateway.extraNodes", flag: "-extraNodes", value: 0 },
  { path: "gateway.orchBlocklist", flag: "-orchBlocklist", value: [] },
  { path: "gateway.orchMinLivepeerVersion", flag: "-orchMinLivepeerVersion", value: "" },
  { path: "gateway.maxAttempts", flag: "-maxAttempts", value: 3 },
  { path: "stream.ingest", flag: "-httpIngest", value: "http" },
  { path: "orchestrator.maxSessions", flag: "-maxSessions", value: MAX_SESSIONS },
  { path: "orchestrator.pixelsPerUnit", flag: "-pixelsPerUnit", value: 1 },
  { path: "orchestrator.topology.nodes", flag: "-nodes", value: undefined },
  { path: "orchestrator.topology.redeemer", flag: "-redeemer", value: false },
  { path: "orchestrator.topology.roundInitializer", flag: "-initializeRound", value: false },
  { path: "workers[].maxSessions", flag: "-maxSessions", value: MAX_SESSIONS },
  { path: "orchestrators[].pixelsPerUnit", flag: "-pixelsPerUnit", value: 1 },
  { path: "tickets.ticketEV", flag: "-ticketEV", value: "8000000000/1" },
];

/** A setting that, left out, is not what a node without the flag would have. */
export interface AssumedDefault {
  /** The setting; undefined: scenarios have none. */
  readonly path: string | undefined;
  readonly flag: string;
  /** What is assumed instead, in a scenario to which it matters. */
  readonly text: (scenario: Scenario, isSaid: (path: Path) => boolean) => string | undefined;
}

function when(condition: boolean, text: string): string | undefined {
  return condition ? text : undefined;
}

/** Whether some gateway takes a setting from `gateway`, where it is not said. */
function isLeftOut(
  { gateways }: Scenario,
  key: "onchain" | "source",
  isSaid: (path: Path) => boolean,
): boolean {
  const all = gateways ?? [{ onchain: undefined, source: undefined }];
  return !isSaid(["gateway", key]) && all.some((one) => one[key] === undefined);
}

export const ASSUMED_DEFAULTS: readonly AssumedDefault[] = [
  {
    path: "gateway.onchain",
    flag: "-network",
    text: (scenario, isSaid) =>
      when(
        isLeftOut(scenario, "onchain", isSaid),
        "gateways are in on-chain mode (-network: offchain)",
      ),
  },
  {
    path: "gateway.source",
    flag: "-orchAddr",
    text: (scenario, isSaid) =>
      when(
        isLeftOut(scenario, "source", isSaid),
        "they find all active orchestrators on chain (-orchAddr, -orchWebhookUrl: nobody)",
      ),
  },
  {
    path: undefined,
    flag: "-maxSessions",
    text: ({ demand }) =>
      when(
        demand.concurrentStreams !== undefined ||
          demand.streamsPerDay !== undefined ||
          demand.trace !== undefined ||
          (demand.arrivals ?? []).length > MAX_SESSIONS,
        "a gateway takes any number of streams (-maxSessions: 10, T-4)",
      ),
  },
  {
    path: "stream.profiles",
    flag: "-transcodingOptions",
    text: (_, isSaid) =>
      when(
        !isSaid(["stream", "profiles"]),
        "streams ask for 720p30, and seven in ten for 360p30 (-transcodingOptions: 240p30, 360p30)",
      ),
  },
  {
    path: "orchestrator.pricePerUnit",
    flag: "-pricePerUnit",
    text: ({ orchestrator }, isSaid) =>
      when(
        orchestrator !== undefined &&
          orchestrator.fromNetwork === undefined &&
          !isSaid(["orchestrator", "pricePerUnit"]),
        "the price is the network's median (-pricePerUnit: none, required)",
      ),
  },
  {
    path: "orchestrator.topology.rewardService",
    flag: "-reward",
    text: ({ orchestrator }, isSaid) =>
      when(
        orchestrator !== undefined && !isSaid(["orchestrator", "topology", "rewardService"]),
        "reward calls cost nothing (-reward: on with a registered account, X-6)",
      ),
  },
  {
    path: undefined,
    flag: "-autoAdjustPrice",
    text: ({ gateway, gateways }) =>
      when(
        (gateways ?? [gateway]).some(({ onchain }) => onchain ?? gateway.onchain),
        "prices are as advertised (-autoAdjustPrice: true, some 1 % more, R-9)",
      ),
  },
  {
    path: "orchestrators[].maxSessions",
    flag: "-maxSessions",
    text: ({ orchestrators }, isSaid) =>
      when(
        orchestrators.some(
          ({ backend }, index) =>
            backend.type === "measured" && !isSaid(["orchestrators", index, "maxSessions"]),
        ),
        "measured orchestrators of the scenario take any number of sessions (-maxSessions: 10)",
      ),
  },
  {
    path: "orchestrators[].pricePerUnit",
    flag: "-pricePerUnit",
    text: ({ orchestrators }, isSaid) =>
      when(
        orchestrators.some((_, index) => !isSaid(["orchestrators", index, "pricePerUnit"])),
        "other orchestrators of the scenario have the network's median price",
      ),
  },
  {
    path: undefined,
    flag: "-maxSessions",
    text: ({ network }) =>
      when(
        network.limit !== 0,
        "orchestrators of the network file have twice the sessions of their share of stake, at least 10 (-maxSessions: 10)",
      ),
  },
];

/** What a pool's own workers could do beyond its node's default. */
function cappedText(scenario: Scenario, isSaid: (path: Path) => boolean): string | undefined {
  const { orchestrator, workers } = scenario;
  const isDefault =
    orchestrator?.maxSessions === MAX_SESSIONS && !isSaid(["orchestrator", "maxSessions"]);
  if (orchestrator?.backend.type !== "pool" || !isDefault) return undefined;
  const kinds = servingKinds(scenario);
  const offered = workers.reduce((sum, { name, maxSessions }) => {
    const serving = kinds.filter((kind) => kind.name === name);
    return sum + serving.reduce((count, kind) => count + kind.workers.length, 0) * maxSessions;
  }, 0);
  return when(
    offered > MAX_SESSIONS,
    `${counted(MAX_SESSIONS, "session")} of the pool, as a node without -maxSessions takes them (O-7), though its workers offer ${offered}: orchestrator.maxSessions can be auto`,
  );
}

/**
 * Remarks on what a scenario leaves out.
 *
 * @param scenario the variant that is judged, or the first
 * @param drafts what is written, by variant: the file's settings and those from outside
 */
export function assumptionNotes(scenario: Scenario, drafts: Iterable<Draft>): readonly string[] {
  const all = [...drafts];
  const isSaid = (path: Path): boolean =>
    all.every((draft) => draft.find(path, false) !== undefined);
  const texts = ASSUMED_DEFAULTS.flatMap(({ text }) => text(scenario, isSaid) ?? []);
  const capped = cappedText(scenario, isSaid);
  const assumed = `where the scenario says nothing (in brackets: a node's default): ${texts.join("; ")}`;
  return [...(capped === undefined ? [] : [capped]), ...(texts.length === 0 ? [] : [assumed])];
}
