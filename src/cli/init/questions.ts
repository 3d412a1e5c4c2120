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
  /** Addresses and names of the packaged network's orchestrators, in lower case. */
  readonly orchestrators: ReadonlySet<string>;
}

const SHARE = /^(\d+(?:\.\d+)?)\s*%$/;
const LPT = /^(\d+(?:\.\d+)?)(?:\s*LPT)?$/i;
const MS = /^(\d{1,6})(?:\s*ms)?$/;

function isShare(answer: string): boolean {
  const share = Number(SHARE.exec(answer)?.[1] ?? Number.NaN);
  return share > 0 && share < 100;
}

function isAmount(answer: string): boolean {
  return isShare(answer) || Number(LPT.exec(answer)?.[1] ?? 0) > 0;
}

function stakeProblem(answer: string, orchestrators: ReadonlySet<string>): string | null {
  if (isAmount(answer) || orchestrators.has(answer.toLowerCase())) return null;
  return /^0x|\.eth$/i.test(answer)
    ? `expected an orchestrator of the packaged network: ${answer} is none of its ${orchestrators.size} addresses and names (poolsim discover finds the network of today)`
    : "expected a share such as 5 %, LPT such as 20000, or an address or a name such as vidwave.eth";
}

function workerProblem(answer: string, { devices }: Known): string | null {
  const ms = Number(MS.exec(answer)?.[1] ?? Number.NaN);
  if ((ms >= 1 && ms <= 60_000) || devices.has(answer)) return null;
  return `expected ms such as 400, or one of ${[...devices].join(", ")}`;
}

/** The questions, in their order. */
export function questions(known: Known): readonly Question[] {
  const { regions, orchestrators } = known;
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
      text: "How much stake has it? (5 % of all, LPT, or its address or name on the network)",
      otherwise: "5 %",
      problem: (answer) => stakeProblem(answer, orchestrators),
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

/** What the starter says of stake and price. */
const STAKE = "  stakeShare: 0.05 # or stakeLpt\n  pricePerUnit: 1000 # wei per pixel\n";

/** The same by an answer: of an orchestrator of the network stake and price are known. */
function stakeText(stake: string): string {
  const percent = SHARE.exec(stake)?.[1];
  const lpt = LPT.exec(stake)?.[1];
  if (percent !== undefined) return STAKE.replace("0.05", shareText(percent));
  if (lpt !== undefined) {
    return STAKE.replace("stakeShare: 0.05 # or stakeLpt", `stakeLpt: ${lpt} # or stakeShare`);
  }
  return `  fromNetwork: "${stake.toLowerCase()}" # its stake, price and version are those of the network file\n`;
}

/** The starter with the answers in it. */
export function starterWith(answers: Answers): string {
  const { name, region, stake, workers, worker, candidate } = answers;
  return STARTER.replace("name: my-pool\ndescription", `name: ${name}\ndescription`)
    .replace("  name: my-pool\n  region: FRA\n", `  name: ${name}\n  region: ${region}\n`)
    .replace(STAKE, stakeText(stake))
    .replace("count: 4, roundTripMs: 400", `count: ${workers}, ${workerText(worker)}`)
    .replace("roundTripMs: 2000", workerText(candidate));
}
