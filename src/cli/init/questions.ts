/** What `poolsim init` asks on a terminal, and the scenario that the answers make. */
import { STARTER } from "./starter.js";

/** A question: what is asked, what an empty answer means, and what is wrong with others. */
export interface Question {
  readonly key: keyof Answers;
  readonly text: string;
  readonly otherwise: string;
  /** What was expected; null for a good answer. */
  readonly problem: (answer: string) => string | null;
}

/** As they were typed, checked by their questions. */
export interface Answers {
  readonly name: string;
  readonly region: string;
  readonly stake: string;
  readonly workers: string;
  readonly worker: string;
  readonly candidate: string;
}

/** What there is to name. */
export interface Known {
  readonly regions: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
}

const SHARE = /^(\d+(?:\.\d+)?)\s*%$/;
const LPT = /^(\d+(?:\.\d+)?)(?:\s*LPT)?$/i;
const MS = /^(\d{1,6})(?:\s*ms)?$/;

function isShare(answer: string): boolean {
  const share = Number(SHARE.exec(answer)?.[1] ?? Number.NaN);
  return share > 0 && share < 100;
}

function workerProblem(answer: string, { devices }: Known): string | null {
  const ms = Number(MS.exec(answer)?.[1] ?? Number.NaN);
  if ((ms >= 1 && ms <= 60_000) || devices.has(answer)) return null;
  return `expected ms such as 400, or one of ${[...devices].join(", ")}`;
}

/** The questions, in their order. */
export function questions(known: Known): readonly Question[] {
  const { regions } = known;
  return [
    {
      key: "name",
      text: "What is your orchestrator called?",
      otherwise: "my-pool",
      problem: (answer) =>
        /^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$/.test(answer)
          ? null
          : "expected letters, digits, - and _, 41 at most",
    },
    {
      key: "region",
      text: "Where is it? (a region such as FRA, LON, NYC, LAX, SIN)",
      otherwise: "FRA",
      problem: (answer) =>
        regions.has(answer) ? null : `expected one of ${[...regions].join(", ")}`,
    },
    {
      key: "stake",
      text: "How much stake has it? (5 % of all, or LPT)",
      otherwise: "5 %",
      problem: (answer) =>
        isShare(answer) || Number(LPT.exec(answer)?.[1] ?? 0) > 0
          ? null
          : "expected a share such as 5 %, or LPT such as 20000",
    },
    {
      key: "workers",
      text: "How many good workers has it?",
      otherwise: "4",
      problem: (answer) =>
        /^[1-9]\d{0,2}$/.test(answer) ? null : "expected a whole number from 1 to 999",
    },
    {
      key: "worker",
      text: "How long does a good worker take? (ms from task sent to result received, or its device)",
      otherwise: "400",
      problem: (answer) => workerProblem(answer, known),
    },
    {
      key: "candidate",
      text: "And the worker that you are asked to admit? (ms, or its device)",
      otherwise: "2000",
      problem: (answer) => workerProblem(answer, known),
    },
  ];
}

function workerText(answer: string): string {
  const ms = MS.exec(answer)?.[1];
  return ms === undefined
    ? `device: ${answer}, uploadMbps: 100, downloadMbps: 100`
    : `roundTripMs: ${ms}`;
}

/** Decimals of a percentage as a share, without rounding: `5` → `0.05`. */
function shareText(percent: string): string {
  return String(Number((Number(percent) / 100).toPrecision(12)));
}

/** The starter with the answers in it. */
export function starterWith(answers: Answers): string {
  const { name, region, stake, workers, worker, candidate } = answers;
  const percent = SHARE.exec(stake)?.[1];
  const stakeText =
    percent === undefined
      ? `stakeLpt: ${LPT.exec(stake)?.[1]} # or stakeShare`
      : `stakeShare: ${shareText(percent)} # or stakeLpt`;
  return STARTER.replace("name: my-pool\ndescription", `name: ${name}\ndescription`)
    .replace("  name: my-pool\n  region: FRA\n", `  name: ${name}\n  region: ${region}\n`)
    .replace("stakeShare: 0.05 # or stakeLpt", stakeText)
    .replace("count: 4, roundTripMs: 400", `count: ${workers}, ${workerText(worker)}`)
    .replace("roundTripMs: 2000", workerText(candidate));
}
