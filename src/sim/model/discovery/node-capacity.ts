/**
 * Which nodes may refuse to answer a discovery as they are full (O-6), and how many have: forty are asked at a
 * time, so that what is asked of each lies side by side.
 */
import type { NodeRuntime } from "../node.js";
import type { SessionLevels } from "../session-levels.js";

/** The capacity of all nodes, as discoveries see it. */
export class NodeCapacity {
  readonly #nodes: readonly NodeRuntime[];
  readonly #levels: SessionLevels;
  readonly #margin: number;
  /** By node: how often it has answered, and how often it has refused to, as far as that counts. */
  readonly #answered: Int32Array;
  readonly #capped: Int32Array;

  /** @param margin so many sessions more at most come to a node while a round lasts */
  constructor(nodes: readonly NodeRuntime[], levels: SessionLevels, margin: number) {
    this.#nodes = nodes;
    this.#levels = levels;
    this.#margin = margin;
    this.#answered = new Int32Array(nodes.length);
    this.#capped = new Int32Array(nodes.length);
  }

  /** Whether a node may become full while a round lasts. */
  mayFill(node: number, nowMs: number): boolean {
    const most = this.#levels.most[node] as number;
    const open = this.#levels.open[node] as number;
    if (most >= 0 && this.#margin >= most) return true;
    if (open + this.#margin < most) return false;
    return this.#nodes[node]?.mayFill(nowMs, this.#margin) === true;
  }

  /** Whether a node is full. */
  isFull(node: number, timeMs: number): boolean {
    const isBelow = (this.#levels.open[node] as number) < (this.#levels.most[node] as number);
    return !isBelow && this.#nodes[node]?.isFull(timeMs) === true;
  }

  /**
   * A node has answered, or has refused to.
   *
   * @param counted 1 where that counts; else 0
   */
  answers(node: number, isCapped: boolean, counted: number): void {
    this.#answered[node] = (this.#answered[node] as number) + counted;
    this.#capped[node] = (this.#capped[node] as number) + counted * Number(isCapped);
  }

  /** Tells all nodes at the end of a run. */
  finish(): void {
    for (const [at, node] of this.#nodes.entries()) {
      node.answers(this.#answered[at] ?? 0, this.#capped[at] ?? 0);
    }
  }
}
