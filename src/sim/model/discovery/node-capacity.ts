/**
 * Which nodes refuse to answer a discovery as they are full (O-6), and how many have: forty are asked at a
 * time, so that what is asked of each lies side by side.
 */
import type { NodeRuntime } from "../node.js";
import type { SessionLevels } from "../session-levels.js";

/** The capacity of all nodes, as discoveries see it. */
export class NodeCapacity {
  readonly #nodes: readonly NodeRuntime[];
  readonly #levels: SessionLevels;
  /** By node: how often it has answered, and how often it has refused to, as far as that counts. */
  readonly #answered: Int32Array;
  readonly #capped: Int32Array;

  constructor(nodes: readonly NodeRuntime[], levels: SessionLevels) {
    this.#nodes = nodes;
    this.#levels = levels;
    this.#answered = new Int32Array(nodes.length);
    this.#capped = new Int32Array(nodes.length);
  }

  /** Whether what is asked of a node is known for now only, not for the seconds before. */
  isKnownNowOnly(node: number): boolean {
    return (this.#levels.most[node] as number) < 0;
  }

  /** Whether a node may become full while a round lasts, from an instant on. */
  mayFill(node: number, fromMs: number): boolean {
    const { margin } = this.#levels;
    const most = this.#levels.most[node] as number;
    if (most < 0) return this.#nodes[node]?.mayFill(fromMs, margin) === true;
    return margin >= most || this.#hadAt(node, most - margin, fromMs);
  }

  /** Whether a node is full, or was at an instant. */
  isFull(node: number, atMs: number): boolean {
    const most = this.#levels.most[node] as number;
    if (most < 0) return this.#nodes[node]?.isFull(atMs) === true;
    return this.#hadAt(node, most, atMs);
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

  /** Whether a node had so many sessions at an instant. */
  #hadAt(node: number, sessions: number, atMs: number): boolean {
    const levels = this.#levels;
    // Those whose time has run out by then are closed first, at their own times.
    if ((levels.open[node] as number) >= sessions) this.#nodes[node]?.sessions.expire(atMs);
    const isSince = (levels.changedMs[node] as number) < atMs;
    return (isSince ? (levels.open[node] as number) : levels.levelAt(node, atMs)) >= sessions;
  }
}
