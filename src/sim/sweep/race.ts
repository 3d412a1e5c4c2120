/**
 * A race of points: all run with common random numbers, in rounds; after each round those that another one
 * beats are dropped, and it goes on until those that are left are known to be as good as each other. A
 * round is over when all its replications are: what the next one looks at depends on results alone.
 */
import { invariant } from "../../core/errors.js";
import { Samples } from "../experiment/samples.js";
import { looks } from "../experiment/statistics/confidence-sequence.js";
import type { Unseen } from "../experiment/verdict/unseen.js";
import { type Enough, orEnough } from "../experiment/verdict/until-decided.js";
import type { Workbench } from "../experiment/workbench.js";
import type { SimulationInput } from "../input.js";
import { AdmissionClasses } from "./admission-classes.js";
import { type Entrant, type Field, NOT_RANKED, type Ranking, rank } from "./rank.js";
import type { Dropped } from "./sweep-result.js";

/** A point as it is run. */
export interface Runner {
  /** Names it in its heat. */
  readonly label: string;
  readonly input: SimulationInput;
}

/** Points that run against each other. */
export interface Heat {
  readonly label: string;
  /** What constraints and changes are compared with. */
  readonly asItIs: SimulationInput;
  readonly runners: readonly Runner[];
  /** In what they differ that nobody looks at, so that they are not compared. @default nothing */
  readonly unseen?: Unseen | undefined;
}

/** How a heat went. */
export interface HeatFound {
  readonly asItIs: Samples;
  /** As of the heat. */
  readonly unseen?: Unseen | undefined;
  /** In the order of the runners. */
  readonly entrants: readonly Entrant[];
  /** Those that were dropped, by label. */
  readonly dropped: ReadonlyMap<string, Dropped>;
  /** The last look at those that are left. */
  readonly ranking: Ranking;
  readonly replications: number;
}

/** How all heats went. */
export interface RaceFound {
  readonly heats: readonly HeatFound[];
  /** Of the last look. */
  readonly replications: number;
}

/** A heat that is on its way. */
interface Running {
  readonly heat: Heat;
  readonly dropped: Map<string, Dropped>;
  readonly entrants: Map<string, Entrant>;
  asItIs: Samples;
  ranking: Ranking | null;
  replications: number;
}

/** After two first looks' worth of replications without anything to compare there is nothing to come. */
function isOver({ ranking, replications }: Running, { sequence }: Field): boolean {
  if (ranking === null) return false;
  if (ranking.isDecided || ranking.isHopeless || ranking === NOT_RANKED) return true;
  return ranking.isBlind && replications >= 2 * sequence.first;
}

/**
 * Runs all heats.
 *
 * @param options.last stops after a look at so many replications
 * @param options.enough when it resolves, the last finished round counts; the first is waited for
 */
export async function race(options: {
  readonly heats: readonly Heat[];
  readonly workbench: Workbench;
  readonly field: Field;
  readonly last: number;
  readonly enough: Enough;
}): Promise<RaceFound> {
  const { workbench, field, last, enough } = options;
  const { sequence } = field;
  const classes = new AdmissionClasses(
    workbench,
    options.heats.flatMap(({ runners }) => runners.map(({ input }) => input)),
  );
  const samplesOf = async (input: SimulationInput, label: string, count: number) => {
    const records = await Promise.all(
      Array.from({ length: count }, async (_, replication) => {
        const representative = await classes.representative(input, replication);
        const wanted = { label, count: 1, from: replication };
        return (await workbench.replicate(representative, wanted)).records;
      }),
    );
    return new Samples(records.flat());
  };
  const all = options.heats.map(
    (heat): Running => ({
      heat,
      dropped: new Map(),
      entrants: new Map(),
      asItIs: new Samples([]),
      ranking: null,
      replications: 0,
    }),
  );
  const look = async ({ heat, dropped }: Running, count: number) => {
    const left = heat.runners.filter(({ label }) => !dropped.has(label));
    const [asItIs, ...found] = await Promise.all([
      samplesOf(heat.asItIs, heat.label === "" ? "as it is" : `${heat.label}, as it is`, count),
      ...left.map(({ input, label }) =>
        samplesOf(input, heat.label === "" ? label : `${heat.label}, ${label}`, count),
      ),
    ]);
    const entrants = left.map(
      ({ label }, index): Entrant => ({ label, samples: found[index] ?? new Samples([]) }),
    );
    invariant(asItIs !== undefined, "it was run too");
    return { asItIs, entrants };
  };
  const counts = looks(sequence.max, sequence.first).filter((count) => count <= last);
  let replications = 0;
  for (const count of counts) {
    const open = all.filter((one) => !isOver(one, field));
    if (open.length === 0) break;
    const round = Promise.all(open.map(async (one) => [one, await look(one, count)] as const));
    const found = replications === 0 ? await round : await orEnough(round, enough);
    if (found === null) break;
    for (const [one, { asItIs, entrants }] of found) {
      one.asItIs = asItIs;
      for (const entrant of entrants) one.entrants.set(entrant.label, entrant);
      one.ranking = one.heat.unseen === undefined ? rank(field, asItIs, entrants) : NOT_RANKED;
      for (const [label, dropped] of one.ranking.out) one.dropped.set(label, dropped);
      one.replications = count;
    }
    replications = count;
  }
  const heats = all.map(({ heat, entrants, ranking, ...rest }): HeatFound => {
    invariant(ranking !== null, "there is a first look");
    return {
      ...rest,
      unseen: heat.unseen,
      entrants: heat.runners.flatMap(({ label }) => entrants.get(label) ?? []),
      ranking,
    };
  });
  return { heats, replications };
}
