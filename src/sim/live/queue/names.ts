/** The keys of Redis that a queue of units has. One build has its own, so that none computes another's. */
import type { Build } from "../../kept/build.js";

/** What all keys begin with. */
export const PREFIX = "poolsim";

/** Who is at the queue, whatever the build. */
export const BUILD_KEY = `${PREFIX}:build`;
export const MEMBERS_KEY = `${PREFIX}:members`;

/** The name of BullMQ's queue. */
export function queueName({ code, node }: Build): string {
  return `units-${code.slice(0, 16)}-node${node}`;
}

/** Where an input lies while somebody asks for its replications. */
export function inputKeyOf(hash: string): string {
  return `${PREFIX}:input:${hash}`;
}

/** Where the result of a unit lies until it is fetched. */
export function resultKeyOf(unit: string): string {
  return `${PREFIX}:result:${unit}`;
}

/** How long an input lies there unused, s: longer than anybody waits between two of its units. */
export const INPUT_TTL_S = 86_400;
/** How long a result waits for who asked. */
export const RESULT_TTL_S = 86_400;
/** How long it stays after it was fetched, for others who asked the same. */
export const FETCHED_TTL_S = 600;
