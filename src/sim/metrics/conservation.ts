/** What must balance at the end of a run, each side counted on its own. */
import type { MoneyTotals } from "../model/money/money.js";
import type { ConservationCheck } from "../results.js";
import type { Counters } from "./counters.js";

/**
 * The checks of a run; one that does not hold is a bug of the model.
 *
 * @param pool index of the orchestrator under study, whose books `money` is; −1 for none
 */
export function conservationChecks(
  counters: Counters,
  money: MoneyTotals | null,
  pool: number,
): ConservationCheck[] {
  const { network, orchestrators } = counters;
  const total = (of: (one: (typeof orchestrators)[number]) => number) =>
    orchestrators.reduce((sum, one) => sum + of(one), 0);
  const check = (name: string, left: number, right: number): ConservationCheck => ({
    name,
    left,
    right,
    holds: left === right,
  });
  const checks = [
    check(
      "segments started = on time + late + failed + without session + in flight",
      network.started,
      network.onTime + network.late + network.failed + network.noSession + network.inFlight,
    ),
    check(
      "segments delivered = the orchestrators' delivered segments",
      network.onTime + network.late,
      total((one) => one.segments),
    ),
    check(
      "pixels debited by orchestrators = pixels uploaded (O-4)",
      total((one) => one.pixelsDebited),
      network.pixelsUploaded,
    ),
    check(
      "pixels credited by gateways = pixels in results received (P-22)",
      total((one) => one.pixelsReceived),
      network.pixelsInResults,
    ),
    check(
      "pixels debited = received + not received + under way",
      total((one) => one.pixelsDebited),
      total((one) => one.pixelsReceived + one.pixelsUnreceived + one.pixelsUnderWay),
    ),
  ];
  if (money !== null) {
    const mine = orchestrators[pool];
    checks.push(
      check(
        "pixels in the pool's books = pixels it debited",
        money.pixels,
        mine?.pixelsDebited ?? 0,
      ),
      check("the ledger balances to the wei", money.isBalanced ? 0 : 1, 0),
    );
  }
  return checks;
}
