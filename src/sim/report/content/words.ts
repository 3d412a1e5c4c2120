/** Metrics in words that need no glossary, as a first screen has them. */

import { LOSING_NOTE } from "../../experiment/notes.js";
import type { Kind } from "../figures.js";
import { kindOf } from "../metric-labels.js";

/** A metric as the first screen shows it. */
export interface PlainMetric {
  readonly metric: string;
  readonly label: string;
  readonly kind: Kind;
  /** Whether more of it is better for the operator; null: neither. */
  readonly isMoreBetter: boolean | null;
  /** A count of the counted time that is shown per day. @default false */
  readonly isPerDay?: true;
}

/** Of the pool, the most important first. */
export const POOL_FIGURES: readonly PlainMetric[] = [
  {
    metric: "pool.operatorNetPerDay",
    label: "you keep per day",
    kind: "eth",
    isMoreBetter: true,
  },
  {
    metric: "pool.segmentShare",
    label: "share of all work",
    kind: "share",
    isMoreBetter: true,
  },
  {
    metric: "pool.retention",
    label: "sessions kept to the end",
    kind: "share",
    isMoreBetter: true,
  },
  {
    metric: "pool.swapsAway",
    label: "streams lost per day",
    kind: "count",
    isMoreBetter: false,
    isPerDay: true,
  },
  {
    metric: "pool.lateShare",
    label: "late segments",
    kind: "share",
    isMoreBetter: false,
  },
];

/** Of the network, where no pool is under study. */
export const NETWORK_FIGURES: readonly PlainMetric[] = [
  {
    metric: "network.minutesPerDay",
    label: "minutes of video per day",
    kind: "count",
    isMoreBetter: null,
  },
  {
    metric: "network.concurrentStreams",
    label: "streams at a time",
    kind: "mean",
    isMoreBetter: null,
  },
  {
    metric: "network.lateShare",
    label: "late segments",
    kind: "share",
    isMoreBetter: false,
  },
  {
    metric: "network.failedShare",
    label: "failed segments",
    kind: "share",
    isMoreBetter: false,
  },
];

/** Within a sentence. */
const IN_SENTENCES: Readonly<Record<string, string>> = {
  "pool.operatorNetPerDay": "what you keep per day",
  "pool.segmentShare": "your share of all work",
  "pool.feesEthPerDay": "what your work is worth per day",
  "pool.retention": "the share of sessions kept to the stream's end",
  "pool.lateShare": "the share of late segments",
};

const OTHERS: Readonly<Record<string, string>> = {
  "pool.feesEthPerDay": "your fees per day",
  "pool.segments": "segments that you deliver",
  "pool.pixels": "pixels that you deliver",
  // As counted; the first screen has them per day.
  "pool.swapsAway": "streams lost",
};

/** A metric in words; its name where it has none. */
export function inWords(metric: string): string {
  const known = [...POOL_FIGURES, ...NETWORK_FIGURES].find((one) => one.metric === metric);
  return OTHERS[metric] ?? known?.label ?? metric;
}

/** A metric as it stands within a sentence. */
export function inSentence(metric: string): string {
  return IN_SENTENCES[metric] ?? inWords(metric);
}

/** Any metric as a first screen shows it. */
export function plainMetric(metric: string): PlainMetric {
  const known = [...POOL_FIGURES, ...NETWORK_FIGURES].find((one) => one.metric === metric);
  return known ?? { metric, label: inWords(metric), kind: kindOf(metric), isMoreBetter: true };
}

/** A word that begins a sentence; names of metrics, settings and workers are written as they are. */
const FIRST_WORD = /(?<=^|\. )[a-z]+(?=[ ,;:]|$)/g;

/** A sentence with its metrics in words. */
export function plainSentence(sentence: string): string {
  const names = [...POOL_FIGURES.map(({ metric }) => metric), ...Object.keys(OTHERS)];
  const worded = names.reduce(
    (text, name) =>
      text.replaceAll(
        new RegExp(`(?<![\\w.])${name.replace(".", "\\.")}(?!\\w|\\.\\w)`, "g"),
        inSentence(name),
      ),
    sentence,
  );
  return worded.replaceAll(FIRST_WORD, (word) => word.charAt(0).toUpperCase() + word.slice(1));
}

/** Where the operator loses on each segment that is said first: what the other notes are, and what to begin with. */
export function losingFirst(notes: readonly string[]): {
  readonly first: readonly string[];
  readonly others: readonly string[];
} {
  const isLosing = notes.includes(LOSING_NOTE);
  return {
    first: isLosing ? [`${plainSentence(LOSING_NOTE)}.`] : [],
    others: notes.filter((note) => note !== LOSING_NOTE).map(plainSentence),
  };
}

/** Why something is not decided, for who does not know the reasons of verdicts. */
const REASONS: Readonly<Record<string, string>> = {
  "needs more": "more replications would tell",
  "near the margin": "that is too near the margin to tell",
  "rare events": "what it rests on happens too seldom to tell",
  "no evidence": "too little happened to tell",
  "peak unclear": "what it does at peak demand is not known yet",
  "constraint unclear": "what else it does (late segments) is not known yet",
  "objective not positive": "there is nothing to gain in",
};

/** A reason of a verdict in words; itself where it has none. */
export function reasonWords(reason: string): string {
  return REASONS[reason] ?? reason;
}
