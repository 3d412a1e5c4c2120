/** The trace of one stream: when, by which rule, what. */
import { type Chooser, ProbabilityAlgorithm, RecipientChooser } from "../../selection/index.js";
import type { EventQueue } from "../engine/event-queue.js";
import type { World } from "./world.js";

/** Asks for the decisions of one stream. */
export interface Tracing {
  /** Number of the stream in order of arrival, from 0. */
  readonly stream: number;
  readonly write: (line: string) => void;
}

/** Writes the lines. */
export class Trace {
  readonly #world: World;
  readonly #clock: Pick<EventQueue, "now">;
  readonly #write: ((line: string) => void) | undefined;

  /** @param clock whose time the lines bear */
  constructor(world: World, clock: Pick<EventQueue, "now">, tracing: Tracing | undefined) {
    this.#world = world;
    this.#clock = clock;
    this.#write = tracing?.write;
  }

  /** A line of the trace: when, by which rule, what. */
  say(rule: string, text: string): void {
    this.#write?.(
      `${(this.#clock.now / 1000).toFixed(3).padStart(12)} s  ${rule.padEnd(12)} ${text}`,
    );
  }

  /** How likely each candidate of a gateway's last choice was (L-13). */
  sayProbabilities(chooser: Chooser): void {
    if (
      !(chooser instanceof RecipientChooser) ||
      !(chooser.algorithm instanceof ProbabilityAlgorithm)
    )
      return;
    const table = chooser.algorithm.lastTable;
    const candidates = chooser.lastCandidates;
    if (table === null || candidates === null) return;
    const shown = table.eligible
      .map((at, index) => ({
        recipient: candidates.recipients[at] ?? -1,
        p: table.probabilities[index] ?? 0,
      }))
      .sort((a, b) => b.p - a.p)
      .slice(0, 5)
      .map(
        ({ recipient, p }) =>
          `${this.#world.orchestrators[recipient]?.name ?? "?"} ${(100 * p).toFixed(2)} %`,
      );
    this.say(
      "L-13",
      `  among ${table.eligible.length}: ${shown.join(", ")}${table.eligible.length > 5 ? ", …" : ""}`,
    );
  }

  /** What a URI is called. */
  uriName(uri: number): string {
    const { nodes, orchestrators } = this.#world;
    return nodes[uri]?.name ?? `${orchestrators[uri - nodes.length]?.name ?? "?"} (balancer)`;
  }
}
