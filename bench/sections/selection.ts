/**
 * Choosing among 100 orchestrators that nobody has measured (L-6 … L-17): prices remember what is made
 * of them, and recipients are told apart by marks. The naive way makes a map of recipients and works
 * exact prices out again at each choice.
 */
import { makeKey, uniform } from "../../src/core/random.js";
import { Rational } from "../../src/core/rational.js";
import {
  ProbabilityAlgorithm,
  RecipientChooser,
  Session,
  SessionPrice,
} from "../../src/selection/index.js";
import { type BenchOptions, compare, perCpuSecond, type Section } from "../shared/figures.js";

const ORCHESTRATORS = 100;
const CHOICES = 200_000;
const FACTOR = 100;
const MAX_PRICE = Rational.of(1_000n);
const WEIGHTS = { stakeWeight: 0.6, priceWeight: 0.1, randWeight: 0.3 };

const rationals = Array.from({ length: 10 }, (_, at) => Rational.of(BigInt(at + 1), 3n));
const prices = rationals.map((rational) => new SessionPrice(rational));
const stakeOf = (recipient: number) => 1_000_000 - 9_000 * recipient;
const sessions = Array.from(
  { length: ORCHESTRATORS },
  (_, at) =>
    new Session({
      id: at,
      transcoder: at,
      recipient: at,
      price: prices[at % prices.length] ?? null,
      info: undefined,
    }),
);
const { k0, k1 } = makeKey(1, 0);

function ours(choices: number): number {
  const chooser = new RecipientChooser({
    algorithm: new ProbabilityAlgorithm({ ...WEIGHTS, priceExpFactor: FACTOR }),
    stakes: { readStakes: (recipients) => recipients.map(stakeOf) },
    maxPrice: MAX_PRICE,
  });
  let draws = 0;
  let sum = 0;
  const draw = () => uniform(k0, k1, draws++);
  const rate = perCpuSecond(choices, () => {
    for (let at = 0; at < choices; at++) sum += chooser.choose(sessions, draw);
  });
  return checked(rate, sum / choices, choices);
}

/** 0.6 of the chance is by stake, which falls along the list; 0.4 is nearly the same for all. */
const MEAN_POSITION = 0.6 * 36 + 0.4 * 49.5;

/** Both choose alike: the mean position is that of the probabilities, within five standard errors. */
function checked(rate: number, meanPosition: number, choices: number): number {
  const tolerance = 1 + (5 * 29) / Math.sqrt(choices);
  if (Math.abs(meanPosition - MEAN_POSITION) < tolerance) return rate;
  throw new Error(`the mean of the chosen positions is ${meanPosition}`);
}

function naive(choices: number): number {
  let sum = 0;
  const rate = perCpuSecond(choices, () => {
    for (let choice = 0; choice < choices; choice++) sum += chooseNaively(choice);
  });
  return checked(rate, sum / choices, choices);
}

function chooseNaively(choice: number): number {
  const byRecipient = new Map<number, Rational>();
  for (const { recipient } of sessions) {
    const price = rationals[recipient % rationals.length];
    if (price !== undefined) byRecipient.set(recipient, price);
  }
  const eligible = [...byRecipient].filter(([, price]) => price.compare(MAX_PRICE) <= 0);
  const weighed = eligible.map(([recipient, price]) => ({
    recipient,
    stake: stakeOf(recipient),
    price: Math.exp(-price.toNumber() / FACTOR),
  }));
  const stakeSum = weighed.reduce((sum, { stake }) => sum + stake, 0);
  const priceSum = weighed.reduce((sum, { price }) => sum + price, 0);
  let target = uniform(k0, k1, choice);
  for (const { recipient, stake, price } of weighed) {
    target -=
      (WEIGHTS.stakeWeight * stake) / stakeSum +
      (WEIGHTS.priceWeight * price) / priceSum +
      WEIGHTS.randWeight / weighed.length;
    if (target <= 0) return sessions.findIndex((session) => session.recipient === recipient);
  }
  return 0;
}

async function run(options: BenchOptions) {
  const choices = Math.ceil(CHOICES * options.scale);
  const few = Math.ceil(choices / 20);
  const pair = {
    name: `1 of ${ORCHESTRATORS}, by stake and price`,
    unit: "choices/CPU s",
    ours: () => ours(choices),
    peer: { name: "map, exact prices", measure: () => naive(few) },
  };
  return [await compare(pair, options)];
}

export const selection: Section = { name: "selection", title: "Selection", run };
