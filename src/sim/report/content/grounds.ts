/** What an answer rests on: how it was found, how sure it is, what was assumed. */
import { counted, fixed, grouped } from "../../../core/wording.js";
import type { ScenarioResult } from "../../results.js";
import { spanText } from "../figures.js";
import { listed } from "./answer.js";
import { plainSentence } from "./words.js";

/** What an answer rests on, in sentences. */
export interface Grounds {
  /** What words of the screen mean that may be taken for something else; empty where none is used. */
  readonly words: string;
  /** Runs, and whether the verdict stands under other assumptions. */
  readonly sure: string;
  /** How much of the input nobody measured, and how many settings are as the network has them. */
  readonly assumed: string;
  /** Broken laws of conservation: a bug of poolsim. */
  readonly broken: string | null;
  readonly notes: readonly string[];
  readonly expectations: {
    readonly held: number;
    readonly total: number;
    /** Text and what came out. */
    readonly failed: readonly { readonly text: string; readonly actual: string }[];
    /** What other commands judge; empty where there is nothing. */
    readonly elsewhere: string;
  };
}

function standsText({ verdict, sensitivity }: ScenarioResult): string {
  if (verdict === null) return "";
  if (sensitivity.length === 0) return "; other assumptions were not tried (--sensitivity)";
  const flips = sensitivity.filter((one) => one.flips);
  const tried = counted(sensitivity.length, "other assumption");
  if (flips.length > 0) {
    const list = flips.map(({ label, decision }) => `${label} (${decision})`);
    return `; the verdict is another under ${listed(list)}, of ${tried} tried`;
  }
  const judged = verdict.instead ?? verdict;
  const open = sensitivity.filter(
    ({ decision }) => decision === "undecided" && judged.decision !== decision,
  ).length;
  const but = open === 0 ? "" : ` (${open} of them with too few replications to tell)`;
  return `; no other verdict under ${tried} tried${but}`;
}

function sureText(result: ScenarioResult): string {
  const { replications, countedMs, seed, variants, untilDecided } = result;
  const runs = `${counted(replications, "replication")} of ${spanText(countedMs)}`;
  const each = variants.length > 1 ? " for each variant" : "";
  const most = untilDecided === null ? "" : ` (at most ${untilDecided.max})`;
  const intervals =
    untilDecided === null
      ? "Intervals are of 95 %, each by itself"
      : "The verdict's intervals hold at once, whenever one stops (95 %); others are each by itself";
  return `${runs}${each}${most}, seed ${seed}${standsText(result)}. ${intervals}.`;
}

const IMPUTED: Readonly<Record<string, string>> = {
  stake: "stake",
  prices: "prices",
  responseTimes: "response times",
  devices: "device figures",
  aiTimes: "times of AI jobs",
};

/** What nobody measured, and how many settings are as the network has them. */
export function assumedText({
  imputed,
  assumed,
}: Pick<ScenarioResult, "imputed" | "assumed">): string {
  const shares = Object.entries(imputed)
    .filter(([, share]) => share > 0)
    .map(([what, share]) => `${fixed(share * 100, 0)} % of ${IMPUTED[what] ?? what}`);
  const settings = assumed.flatMap((text) => text.split("; ")).length;
  const parts = [
    ...(shares.length === 0 ? [] : [`${listed(shares, 4)} were not measured but imputed`]),
    ...(settings === 0
      ? []
      : [`${counted(settings, "setting")} of nodes as the network has them, not as by default`]),
  ];
  return parts.length === 0 ? "" : `${parts.join("; ")}.`;
}

function brokenText({ conservation }: ScenarioResult): string | null {
  const broken = Object.entries(conservation).flatMap(([name, holds]) => (holds ? [] : [name]));
  return broken.length === 0
    ? null
    : `Conservation BROKEN (a bug of poolsim): ${broken.join(", ")}.`;
}

/** `2 more in the scenario (expect:) are not about this: poolsim advise checks 2`. */
function elsewhereText(notJudged: ScenarioResult["notJudged"], isAlone: boolean): string {
  if (notJudged.length === 0) return "";
  const commands = [...new Set(notJudged.map(({ by }) => by))];
  const parts = commands.map((by) => {
    const count = notJudged.filter((one) => one.by === by).length;
    return `poolsim ${by} checks ${commands.length === 1 ? (count === 1 ? "it" : "them") : grouped(count)}`;
  });
  const are = notJudged.length === 1 ? "is" : "are";
  return `${grouped(notJudged.length)}${isAlone ? "" : " more"} in the scenario (expect:) ${are} not about this: ${listed(parts)}`;
}

/** What came of the expectations. */
export function expectationsOf({
  expectations,
  notJudged,
}: Pick<ScenarioResult, "expectations" | "notJudged">): Grounds["expectations"] {
  return {
    held: expectations.filter(({ passed }) => passed).length,
    total: expectations.length,
    failed: expectations
      .filter(({ passed }) => !passed)
      .map(({ text, actual }) => ({ text, actual })),
    elsewhere: elsewhereText(notJudged, expectations.length === 0),
  };
}

/**
 * What the answer of a result rests on.
 *
 * @param words what words of the screen mean
 */
export function groundsOf(result: ScenarioResult, words: string): Grounds {
  const { notes } = result;
  return {
    words,
    sure: sureText(result),
    assumed: assumedText(result),
    broken: brokenText(result),
    // What the sentence on sureness says already is not said again.
    notes: notes.filter((note) => !note.startsWith("the verdict depends on")).map(plainSentence),
    expectations: expectationsOf(result),
  };
}
