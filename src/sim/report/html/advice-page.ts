/** What the page of advice shows. Plain data of bounded size, whatever the result. */
import type { AdviceResult } from "../../advise/advice-result.js";
import { type AdviceContent, actionText, adviceContent } from "../content/advice-content.js";
import { changeScale, changeText } from "../content/changes.js";
import { inSentence } from "../content/words.js";
import { reasonText } from "../metric-labels.js";
import {
  CHARTED_MAX,
  type Lost,
  type Provenance,
  pointOf,
  provenanceOf,
  type RoundTrips,
  rounded,
  type Tornado,
} from "./page-parts.js";

/** Everything that the page of advice shows. */
export interface AdvicePage extends Provenance {
  readonly kind: "advice";
  /** Its workers are in `workers`. */
  readonly content: Omit<AdviceContent, "toDo" | "open" | "kept">;
  /** Each kind of workers: its name, what to do, figures, and why. */
  readonly workers: {
    readonly heads: readonly string[];
    readonly rows: readonly (readonly (string | number | null)[])[];
  };
  /** What each thing to be done changes alone, and all of them together. */
  readonly changes: Tornado | null;
  /** Every action that was tried. */
  readonly tried: readonly (readonly string[])[];
  /** How many more were tried than are shown. */
  readonly untold: number;
  /** Every rule that was tried. */
  readonly rules: readonly (readonly string[])[];
  readonly roundTrips: {
    readonly segmentMs: readonly number[];
    readonly rows: readonly RoundTrips[];
  };
  readonly lost: readonly Lost[];
}

const TRIED_MAX = 1000;

/** Three digits: more are chance. */
function short(value: number): number {
  return Number(value.toPrecision(3));
}

function workersOf(result: AdviceResult, content: AdviceContent): AdvicePage["workers"] {
  const { toDo, open, kept } = content;
  const { factor, unit } = changeScale(result);
  const lines = new Map([...toDo, ...open, ...kept].map((line) => [line.name, line]));
  const order = new Map([...lines.keys()].map((name, index) => [name, index]));
  const place = (row: readonly (string | number | null)[]) => order.get(String(row[0])) ?? 0;
  const rows = result.workers
    .map((worker) => {
      const many =
        worker.workers.length > 1 ? ` (${worker.workers.length.toLocaleString("en")})` : "";
      const name = `${worker.name}${many}`;
      const line = lines.get(name);
      const { retention, picks, roundTripMs, streamMinutesLost } = worker.figures;
      return [
        name,
        line?.what ?? "",
        // That of all that are kept is the same, and stands below.
        worker.advice === "keep" ? "" : (line?.why ?? ""),
        worker.alone === null ? null : short(worker.alone.mean * factor),
        retention === null ? null : short(100 * retention),
        short(picks),
        roundTripMs === null ? null : short(roundTripMs.p50),
        roundTripMs === null ? null : short(roundTripMs.p99),
        short(streamMinutesLost),
      ];
    })
    .sort((a, b) => place(a) - place(b));
  return {
    heads: [
      "worker",
      "what to do",
      "why",
      `${content.changeHead}${unit === "" ? "" : `, ${unit}`}`,
      "sessions kept, %",
      "sessions given",
      "answers in, ms",
      "99 % of them in, ms",
      "stream-minutes lost",
    ],
    rows,
  };
}

function changesOf(result: AdviceResult, { toDo }: AdviceContent): Tornado | null {
  const { together, rule, margin, objective } = result;
  const { factor, unit } = changeScale(result);
  const point = (
    label: string,
    decision: string,
    change: AdviceResult["workers"][number]["alone"],
  ) => (change === null ? [] : [{ label, decision, flips: false, ...pointOf(change, factor) }]);
  const done = result.workers
    .filter(({ action }) => action !== null)
    .sort((a, b) => (b.alone?.mean ?? 0) - (a.alone?.mean ?? 0));
  const cases = [
    ...point("all of it together", together?.decision ?? "", together?.change ?? null),
    ...point("the same at peak demand", together?.decision ?? "", together?.atPeak ?? null),
    ...done
      .slice(0, CHARTED_MAX)
      .flatMap(({ alone }, index) =>
        point(`${toDo[index]?.name ?? ""}: ${toDo[index]?.what ?? ""}`, "alone", alone),
      ),
    ...point(`rule: ${rule?.best?.label ?? ""}`, "alone", rule?.best?.change ?? null),
  ];
  const least = margin.relative ?? margin.absolute;
  return cases.length === 0
    ? null
    : {
        label: `change of ${inSentence(objective)}${unit === "" ? "" : `, ${unit}`}`,
        margin: least === null ? null : rounded(least * factor),
        cases,
      };
}

function triedOf(result: AdviceResult): string[][] {
  return result.workers.flatMap(({ name, tried }) =>
    tried.map(({ action, finding, reason, change, atPeak }) => [
      name,
      actionText(action),
      reason === null ? finding : `${finding}: ${reason}`,
      changeText(change, result),
      changeText(atPeak, result),
    ]),
  );
}

function roundTripsOf({ workers, segmentMs }: AdviceResult): AdvicePage["roundTrips"] {
  const rows = workers
    .flatMap(({ name, figures: { roundTripMs } }) => {
      if (roundTripMs === null) return [];
      const { p10, p50, p90, p99 } = roundTripMs;
      return [{ name, p10: rounded(p10), p50: rounded(p50), p90: rounded(p90), p99: rounded(p99) }];
    })
    .sort((a, b) => b.p99 - a.p99)
    .slice(0, CHARTED_MAX);
  return { segmentMs, rows };
}

function lostOf({ workers }: AdviceResult): Lost[] {
  return [...workers]
    .sort((a, b) => b.figures.streamMinutesLost - a.figures.streamMinutesLost)
    .slice(0, CHARTED_MAX)
    .flatMap(({ name, figures: { lostTo } }) =>
      lostTo.map(({ reason, minutes }) => ({
        worker: name,
        reason: reasonText(reason),
        minutes: rounded(minutes),
      })),
    );
}

/**
 * The data of the page.
 *
 * @param options.file the scenario as the command line had it
 * @param options.todayMs ms since 1970, for the age of inputs
 */
export function advicePage(
  result: AdviceResult,
  options: { readonly file?: string | undefined; readonly todayMs: number },
): AdvicePage {
  const content = adviceContent(result, options.file);
  const { toDo, open, kept, ...rest } = content;
  const tried = triedOf(result);
  return {
    kind: "advice",
    content: rest,
    workers: workersOf(result, content),
    changes: changesOf(result, content),
    tried: tried.slice(0, TRIED_MAX),
    untold: Math.max(0, tried.length - TRIED_MAX),
    rules: (result.rule?.tried ?? []).map(({ label, standing, sameAs, change }) => [
      label,
      sameAs === null ? standing : `the same as ${sameAs}`,
      changeText(change, result),
    ]),
    roundTrips: roundTripsOf(result),
    lost: lostOf(result),
    ...provenanceOf(result, options.todayMs),
  };
}
