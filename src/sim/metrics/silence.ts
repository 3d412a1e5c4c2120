/** Why the orchestrator under study had no stream: what an operator would look for in vain. */
import { Rational } from "../../core/rational.js";
import { counted, fixed } from "../../core/wording.js";
import type { Gateway, Orchestrator, World } from "../model/world/world.js";
import type { Counters } from "./counters.js";

/** Where nothing was asked for in the counted time, which longer runs change. */
export const NO_STREAMS = "no gateway had a stream in the counted time";

/**
 * The reason why a run's pool had no stream, with the rule that it follows from.
 *
 * @returns half a sentence, such as `its price … is above every gateway's maximum (L-10)`; null where
 *   it had streams, where none is under study, or where there are AI jobs and no streams
 */
export function whyNoStreams(world: World, counters: Counters): string | null {
  const pool = world.orchestrators[world.pool];
  const mine = counters.orchestrators[world.pool];
  if (pool === undefined || mine === undefined || mine.streams > 0) return null;
  if (world.ai !== null && counters.network.started === 0) return null;
  if (counters.network.started === 0) return NO_STREAMS;
  const senders = world.gateways.filter(({ weight }) => weight > 0 || world.gateways.length === 1);
  if (!senders.some((gateway) => lists(gateway, pool))) {
    return "no gateway with streams has it in its list of orchestrators (D-7)";
  }
  const serves = counters.workers.some(({ capacityMs }) => capacityMs > 0);
  if (world.workers.length > 0 && !serves) {
    return "none of its workers was admitted and connected, so that it had no session to offer (O-7)";
  }
  if (mine.found === 0) return whyNotFound(mine);
  return whyNotChosen(senders, pool, world, mine.found);
}

function lists({ endpoints }: Gateway, pool: Orchestrator): boolean {
  return endpoints.some((endpoint) => pool.endpoints.includes(endpoint));
}

function whyNotFound({
  answers,
  cappedAnswers,
  missed,
}: Counters["orchestrators"][number]): string {
  if (answers === 0 && missed === null) return "it answered no gateway that asked (D-20)";
  if (answers > 0 && answers === cappedAnswers) {
    return "all of its sessions were taken each time that a gateway asked (O-6)";
  }
  if (missed !== null) {
    return `no gateway took its answer: ${missed.detail} (${missed.rule})`;
  }
  return "its answers came after gateways had found enough others, never in time (D-8)";
}

/** Found, yet never selected: first what forbids it, then what makes it unlikely. */
function whyNotChosen(
  gateways: readonly Gateway[],
  pool: Orchestrator,
  { orchestrators }: World,
  found: number,
): string {
  const price = `its price of ${fixed(pool.price.perPixel, 2)} wei per pixel`;
  if (gateways.every((gateway) => isTooDear(gateway, pool))) {
    const limits = gateways.map(
      ({ settings }) => `${settings.maxPricePerUnit} wei per ${settings.pixelsPerUnit}`,
    );
    return `${price} is above every gateway's maximum, ${[...new Set(limits)].join("; ")} (L-10)`;
  }
  const all = orchestrators.reduce((sum, { stake }) => sum + stake, 0);
  const stake = `${fixed(all === 0 ? 0 : (100 * pool.stake) / all, 3)} % of all stake`;
  const times = counted(found, "discovery", "discoveries");
  const scores = gateways.some(({ settings }) => settings.minPerfScore > 0)
    ? ", maybe for lack of the performance score that gateways ask for (L-9)"
    : "";
  return `${times} found it and every time another was chosen: it has ${stake} (L-13)${scores}`;
}

function isTooDear({ settings }: Gateway, { price }: Orchestrator): boolean {
  const { maxPricePerUnit, pixelsPerUnit, ignoreMaxPriceIfNeeded, onchain } = settings;
  const limit = Rational.parse(maxPricePerUnit);
  // A maximum price of 0 means any.
  if (!onchain || ignoreMaxPriceIfNeeded || limit.sign() === 0) return false;
  return price.rational.compare(limit.div(Rational.of(BigInt(pixelsPerUnit)))) > 0;
}
