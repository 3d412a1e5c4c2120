/** Remarks that a reader of a result must know: what limits it, and what it depends on. */
import { counted, signed } from "../../core/wording.js";
import type { LoadedScenario } from "../input.js";
import { isDiscoveryFile, parseDiscoveryFile } from "../network/discovery-file.js";
import type { Scenario } from "../scenario/schema.js";
import { hasRandomDemand } from "./case-inputs.js";
import type { Samples } from "./samples.js";
import type { Observation } from "./statistics/intervals.js";
import { trendBetweenHalves } from "./statistics/trend.js";

/** Smaller changes between the halves are not reported. */
const TREND_MIN = 0.05;

/** Where more work makes the operator's net worse: what is asked about instead, which answers begin with. */
export const LOSING_NOTE =
  "the operator loses on each segment, so that more work makes the net worse: fees are compared instead";

/** Ratios of two series whose trend matters: what the pool has, and how well it serves it. */
const TRENDS = [
  { name: "the pool's segment share", part: "poolSegments", whole: "segments" },
  { name: "the pool's late share", part: "poolLate", whole: "poolSegments" },
] as const;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Trends that remain between the first and the second half of the measured part. */
export function trendNotes(variant: string, { records }: Samples): string[] {
  return TRENDS.flatMap(({ name, part, whole }) => {
    const ratio = (half: "first" | "second"): Observation[] =>
      records.map(({ series }) => {
        const cut = (values: ArrayLike<number> = []) => {
          const middle = Math.floor(values.length / 2);
          const all = Array.from(values);
          return half === "first" ? all.slice(0, middle) : all.slice(middle);
        };
        const all = sum(cut(series[whole]));
        return all === 0 ? undefined : sum(cut(series[part])) / all;
      });
    const { remains, relativeChange } = trendBetweenHalves({
      first: ratio("first"),
      second: ratio("second"),
    });
    if (!remains || relativeChange === null || Math.abs(relativeChange) < TREND_MIN) return [];
    const change = `${signed(relativeChange * 100, 0)} %`;
    return [
      `a trend remains in ${variant}: ${name} changes by ${change} from the first to the second half of the measured part; a longer warm-up or duration would tell more`,
    ];
  });
}

/** Whether absolute figures are only as good as a guessed demand. */
export function isUncalibrated({ demand }: Scenario): boolean {
  if (Object.keys(demand.calibrateTo ?? {}).length > 0) return false;
  return demand.arrivals === undefined && demand.trace === undefined;
}

/** What to say about demand. */
export function demandNotes(scenario: Scenario, calibrationNote: string | null): string[] {
  if (calibrationNote !== null) return [calibrationNote];
  if (!hasRandomDemand(scenario) || !isUncalibrated(scenario)) return [];
  return [
    "uncalibrated: absolute figures depend on the assumed demand; relative changes are what counts (demand.calibrateTo fits it to what an operator sees)",
  ];
}

/** What the networks of a scenario and its variants were discovered from, and when. */
export function networkNotes({ base, variants }: LoadedScenario): string[] {
  const files = new Map(
    [base, ...variants.map(({ input }) => input)].map(({ data }) => [
      data.network.text,
      data.network,
    ]),
  );
  return [...files.values()].flatMap((file) => {
    if (!isDiscoveryFile(file.text)) return [];
    const { discoveredAt, source, orchestrators, interrupted } = parseDiscoveryFile(file);
    const silent = orchestrators.filter(({ reply }) => reply === "none").length;
    return [
      `the network ${file.name} was discovered at ${discoveredAt} (source ${source.kind}): ${counted(orchestrators.length, "orchestrator")}, ${silent} of them silent${interrupted ? ", interrupted before all were asked" : ""}; response times come from the packaged network's leaderboard, or from stand-ins (imputed)`,
    ];
  });
}
