/** The trace of one stream: when, by which rule, what. */
import { type Chooser, ProbabilityAlgorithm, RecipientChooser } from "../../selection/index.js";
import type { EventQueue } from "../engine/event-queue.js";
import type { World } from "./world/world.js";

/** Asks for the decisions of one stream. */
export interface Tracing {
  /** Number of the stream in order of arrival, from 0. */
  readonly stream: number;
  /** Is told each line. */
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

  /** Who was left out of a gateway's last choice (L-9, L-10), and how likely the others were (L-13). */
  sayProbabilities(chooser: Chooser): void {
    if (
      !(chooser instanceof RecipientChooser) ||
      !(chooser.algorithm instanceof ProbabilityAlgorithm)
    )
      return;
    const table = chooser.algorithm.lastTable;
    const candidates = chooser.lastCandidates;
    if (table === null || candidates === null) return;
    const { recipients, perfScores, prices, maxPrice } = candidates;
    const name = (at: number) => this.#world.orchestrators[recipients[at] ?? -1]?.name ?? "?";
    const passed = new Set(table.afterPerfScore);
    for (const at of recipients.keys()) {
      if (passed.has(at)) continue;
      const score = (perfScores?.[at] ?? 0).toFixed(3);
      const least = chooser.algorithm.options.minPerfScore ?? 0;
      this.say("L-9", `  without ${name(at)}: performance score ${score}, below ${least}`);
    }
    const within = new Set(table.afterMaxPrice);
    for (const at of table.afterPerfScore) {
      if (within.has(at)) continue;
      const price = prices[at]?.perPixel.toFixed(2) ?? "unknown";
      const most = maxPrice?.toNumber().toFixed(2);
      this.say("L-10", `  without ${name(at)}: price ${price} wei per pixel, above ${most}`);
    }
    const shown = table.eligible
      .map((at, index) => ({ at, p: table.probabilities[index] ?? 0 }))
      .sort((a, b) => b.p - a.p)
      .slice(0, 5)
      .map(({ at, p }) => `${name(at)} ${(100 * p).toFixed(2)} %`);
    const among = shown.length === 0 ? "nobody is left" : shown.join(", ");
    this.say(
      "L-13",
      `  among ${table.eligible.length}: ${among}${table.eligible.length > 5 ? ", …" : ""}`,
    );
  }

  /** A chooser that tells of choices which leave nobody; those of somebody are told when heard of. */
  tellingOfNobody(chooser: Chooser): Chooser {
    return {
      choose: (sessions, draw) => {
        const chosen = chooser.choose(sessions, draw);
        if (chosen < 0 && sessions.length > 0) {
          this.say("L-11", "nobody can be selected");
          this.sayProbabilities(chooser);
        }
        return chosen;
      },
    };
  }

  /** What a URI is called. */
  uriName(uri: number): string {
    const { nodes, orchestrators } = this.#world;
    return nodes[uri]?.name ?? `${orchestrators[uri - nodes.length]?.name ?? "?"} (balancer)`;
  }
}
