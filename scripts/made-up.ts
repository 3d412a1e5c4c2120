/** A made-up replication: nothing but the figures that a verdict is made from. */
import type { ReplicationResult } from "../src/sim/results.js";

const EMPTY = {
  orchestrators: [],
  workers: [],
  regions: [],
  series: {},
  seriesBinMs: 1,
  conservation: [],
  imputed: {},
  withoutStreams: null,
  admissions: [],
};

/**
 * @param options.net what the operator keeps per day
 * @param options.more metrics besides
 */
export function madeUp(options: {
  readonly net: number;
  readonly more?: Readonly<Record<string, number>> | undefined;
}): ReplicationResult {
  const { net, more } = options;
  const metrics = {
    "pool.operatorNetPerDay": net,
    "pool.feesEthPerDay": 4 * net,
    "pool.sessions": 36,
    ...more,
  };
  return { ...EMPTY, metrics };
}
