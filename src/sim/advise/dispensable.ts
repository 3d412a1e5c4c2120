/**
 * Who does far worse than the others, and is too small a part of the pool to count: nothing that is done
 * about such a worker gains, so that *keep* would be said of one that loses most of its streams. It is left
 * out where that is shown to cost no more than the margin; as long as it isn't, it is not decided.
 */
import { looks } from "../experiment/statistics/confidence-sequence.js";
import { effective } from "../experiment/verdict/judge.js";
import { type Enough, orEnough } from "../experiment/verdict/until-decided.js";
import { type Asked, type Common, compare, leftOut } from "./compare.js";
import type { HolmPlan, Levels } from "./holm.js";

/** What is shown of leaving a worker out: it costs no more than the margin, or more; `open`: neither. */
export type Standing = "dispensable" | "needed" | "open";

/** What is found, and after how many replications. */
export interface Standings {
  readonly of: ReadonlyMap<Asked, Standing>;
  readonly replications: number;
}

async function standingOf(
  common: Common,
  asked: Asked,
  { count, levels }: { readonly count: number; readonly levels: Levels },
): Promise<Standing> {
  const comparison = leftOut(asked);
  const cost = effective(await compare(common, comparison, { count, sequence: levels.gains }));
  if (cost.decision === "no difference" || cost.decision === "admit") return "dispensable";
  const none = effective(await compare(common, comparison, { count, sequence: levels.noGain }));
  return none.decision === "exclude" ? "needed" : "open";
}

/**
 * Looks until it is shown of each, at the look that the actions ended with and after it.
 *
 * "It costs no more than the margin" is claimed by the same side of the same interval as "it gains", at the
 * same level, and is false only where that is: what is promised of those claims holds with these among them.
 *
 * @param workers who do far worse, and of whom all actions are shown to gain no more than the margin
 * @param options.from replications of the last look
 * @param options.last stops after a look at so many
 * @param options.enough when it resolves, the last finished look counts
 */
export async function standings(
  common: Common,
  workers: readonly Asked[],
  options: {
    readonly plan: HolmPlan;
    readonly levels: Levels;
    readonly from: number;
    readonly last: number;
    readonly enough: Enough;
  },
): Promise<Standings> {
  const { plan, levels, from, last, enough } = options;
  let of: ReadonlyMap<Asked, Standing> = new Map(workers.map((one) => [one, "open"]));
  let replications = from;
  const isOpen = (one: Asked) => of.get(one) === "open";
  for (const count of looks(plan.max, plan.first)) {
    if (count < from || count > last) continue;
    if (!workers.some(isOpen)) break;
    const found = Promise.all(
      workers.map(async (one): Promise<[Asked, Standing]> => {
        if (!isOpen(one)) return [one, of.get(one) ?? "open"];
        return [one, await standingOf(common, one, { count, levels })];
      }),
    );
    // What has been run already is waited for.
    const looked = count === from ? await found : await orEnough(found, enough);
    if (looked === null) break;
    of = new Map(looked);
    replications = count;
  }
  return { of, replications };
}
