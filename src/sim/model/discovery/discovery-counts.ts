/** What is counted of discoveries: how many answer, whom gateways reach, and why not the one under study. */
import type { Rejection } from "../../../discovery/rejection.js";
import type { DiscoveryRound } from "../../../discovery/round.js";
import type { Stream } from "../entities.js";
import type { Market } from "../money/market.js";
import type { Run } from "../run.js";
import type { Found } from "./found.js";
import type { Outcome } from "./outcome.js";

/** Counts discoveries, but those of probes. */
export class DiscoveryCounts {
  readonly #run: Run;
  readonly #market: Market;

  constructor(run: Run, market: Market) {
    this.#run = run;
    this.#market = market;
  }

  /** A discovery is over. */
  add({ found, listed, responses, missed }: Outcome, stream: Stream): void {
    const run = this.#run;
    if (!run.counting || stream.probe !== null) return;
    const { network, sites } = run.counters;
    network.discoveries++;
    network.answers += responses;
    this.#countPool(found, missed);
    const site = sites[stream.site];
    if (site === undefined || stream.initialised || listed === 0) return;
    const size = found?.size ?? 0;
    site.discoveries++;
    site.answersPerDiscoverySum += size;
    const market = this.#market;
    // Added one by one to the sum: such sums are not exact.
    let stake = site.reachableStakeSum;
    for (let index = 0; index < size; index++) {
      stake += market.stakeAt(found?.recipientAt(index) ?? -1, run.now);
    }
    site.reachableStakeSum = stake;
  }

  /** Whether a round found the orchestrator under study; if not, why. */
  #countPool(found: Found | null, missed: Rejection | null): void {
    const { pool } = this.#run.world;
    const counters = this.#run.counters.orchestrators[pool];
    if (counters === undefined) return;
    if (found?.hasRecipient(pool)) counters.found++;
    // Once: a reason is asked for only where it was never found.
    else if (counters.found === 0) counters.missed ??= missed;
  }

  /** Why a round did not find the orchestrator under study, as far as anybody will want to know. */
  reasonAgainstPool(round: DiscoveryRound, found: Found | null): Rejection | null {
    const { pool } = this.#run.world;
    const counters = this.#run.counters.orchestrators[pool];
    if (counters === undefined || counters.found > 0 || counters.missed !== null) return null;
    if (found?.hasRecipient(pool)) return null;
    return (
      round.rejected().find(({ endpoint }) => this.#market.ownerOf(endpoint) === pool)?.rejection ??
      null
    );
  }
}
