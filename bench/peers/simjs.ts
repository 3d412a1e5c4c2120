/** An M/M/1 queue in simjs, as its manual writes one: a source, and a facility that each customer uses. */
import { createRequire } from "node:module";

/** What is used of simjs, which has no types. */
interface Library {
  readonly Sim: new () => {
    addEntity(kind: new (...given: never[]) => object, name?: string): void;
    simulate(untilMs: number): void;
    time(): number;
  };
  readonly Entity: new (
    ...given: unknown[]
  ) => {
    time(): number;
    setTimer(duration: number): Request;
    useFacility(facility: object, duration: number): Request;
  };
  readonly Facility: new (name: string) => object;
}

interface Request {
  done(callback: () => void): Request;
}

let loaded: Library | undefined;

/** Its package is made for browsers: it hangs itself on the window, once. */
function loadLibrary(): Library {
  loaded ??= fromWindow();
  return loaded;
}

function fromWindow(): Library {
  const scope = globalThis as { window?: { Sim?: Library } };
  scope.window = {};
  try {
    createRequire(import.meta.url)("simjs");
    const library = scope.window.Sim;
    if (library === undefined) throw new Error("simjs has put nothing on the window");
    return library;
  } finally {
    delete scope.window;
  }
}

/**
 * Simulates so many customers.
 *
 * @param draws exponential times with a mean, the same for whoever simulates
 * @returns the mean time in the system
 */
export function simulateSimjs(
  customers: number,
  draws: { readonly gap: () => number; readonly service: () => number },
): number {
  const { Sim, Entity, Facility } = loadLibrary();
  const server = new Facility("server");
  let total = 0;
  let arrived = 0;
  class Source extends Entity {
    start(): void {
      this.arrive();
    }

    arrive(): void {
      const at = this.time();
      this.useFacility(server, draws.service()).done(() => {
        total += this.time() - at;
      });
      arrived += 1;
      if (arrived < customers) this.setTimer(draws.gap()).done(() => this.arrive());
    }
  }
  const simulation = new Sim();
  simulation.addEntity(Source);
  simulation.simulate(1e12);
  return total / customers;
}
