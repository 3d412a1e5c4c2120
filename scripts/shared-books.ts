/**
 * One run, several books. Tickets, the delegators' part and the commission say who gets the money,
 * not what happens to streams: so the scenario is run once, with tickets, and the model's own books
 * (`Money`) are then told the same under every other share. 24 cells cost as much as one.
 */
import type { Executor } from "../src/sim/experiment/executor.js";
import type { SimulationInput } from "../src/sim/input.js";
import { Money, type MoneyTotals } from "../src/sim/model/money/money.js";
import type { TicketTerms } from "../src/sim/model/money/tickets.js";
import { Simulation } from "../src/sim/model/simulation.js";
import { compileWorld } from "../src/sim/model/world/compile-world.js";
import type { World } from "../src/sim/model/world/world.js";
import type { ReplicationResult } from "../src/sim/results.js";
import { resultOf } from "../src/sim/simulate.js";

/** Other books of the same run. */
interface OtherBooks {
  readonly money: Money;
  readonly isTicketed: boolean;
  /** When they are told of a round's or a period's end. */
  nowMs: number;
}

/** One thing that books are told, told again. */
type Told = (other: OtherBooks) => void;

/** A run that is over, with all that its books were told. */
interface Finished {
  readonly simulation: Simulation;
  readonly told: readonly Told[];
}

/** Writes down what the books of a run are told, which they are told all the same. */
function listenTo(money: Money): Told[] {
  const told: Told[] = [];
  const worked = money.worked.bind(money);
  money.worked = (worker, pixels, durationMs, renditions) => {
    told.push(({ money: other }) => other.worked(worker, pixels, durationMs, renditions));
    worked(worker, pixels, durationMs, renditions);
  };
  const received = money.received.bind(money);
  money.received = (tickets, wins, terms: Pick<TicketTerms, "faceValue" | "chance">) => {
    told.push(({ money: other, isTicketed }) => {
      if (isTicketed) other.received(tickets, wins, terms);
    });
    received(tickets, wins, terms);
  };
  const closeRound = money.closeRound.bind(money);
  money.closeRound = (atMs) => {
    told.push((other) => {
      other.nowMs = atMs;
      other.money.closeRound(atMs);
    });
    closeRound(atMs);
  };
  const payout = money.payout.bind(money);
  money.payout = (atMs) => {
    told.push((other) => {
      other.nowMs = atMs;
      other.money.payout(atMs);
    });
    payout(atMs);
  };
  return told;
}

/** The scenario with tickets, so that books can be told of them or not. */
function withTickets({ scenario, ...rest }: SimulationInput): SimulationInput {
  return { ...rest, scenario: { ...scenario, tickets: { ...scenario.tickets, enabled: true } } };
}

function runOf(input: SimulationInput, seed: number, replication: number): Finished {
  const simulation = new Simulation({ world: compileWorld(withTickets(input)), seed, replication });
  const { money } = simulation;
  if (money === null || simulation.world.workers.length === 0) {
    throw new Error("only a pool with workers has books that can be told again");
  }
  const told = listenTo(money);
  simulation.run();
  return { simulation, told };
}

/** What books with the shares of another world say of the same run. */
function booksOf({ told }: Finished, world: World): MoneyTotals {
  const isTicketed = world.scenario.tickets.enabled;
  const money = new Money(world, () => books.nowMs >= world.warmupMs);
  const books: OtherBooks = { money, isTicketed, nowMs: 0 };
  for (const tell of told) tell(books);
  return money.finish(world.endMs);
}

/** The same text for inputs that differ in nothing but in who gets the money, or in what is asked. */
function streamsOf({ scenario }: SimulationInput): string {
  const { orchestrator, tickets, ...rest } = scenario;
  if (orchestrator === undefined) throw new Error("there is no pool under study");
  const { feeShare: _, commission: __, ...economics } = orchestrator.economics;
  return JSON.stringify({
    ...rest,
    orchestrator: { ...orchestrator, economics },
    tickets: { ...tickets, enabled: true },
    decision: undefined,
    expect: undefined,
    replications: undefined,
    variants: undefined,
  });
}

/**
 * Runs replications of scenarios of one file in the calling thread, streams that are the same once
 * for all experiments that it is given to. It stays open for the next one.
 *
 * @param seed of all of them
 */
export function sharedBooks(seed: number): Executor {
  const finished = new Map<string, Finished>();
  return {
    run: async (input, replication): Promise<ReplicationResult> => {
      const key = `${replication} ${streamsOf(input)}`;
      const found = finished.get(key) ?? runOf(input, seed, replication);
      finished.set(key, found);
      const world = compileWorld(input);
      return resultOf(found.simulation, booksOf(found, world), world);
    },
    close: async () => {},
  };
}
