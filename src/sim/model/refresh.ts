/** A discovery under way: the answers to come, in order of time. */
import type { DiscoveryRound } from "../../discovery/round.js";
import type { SessionPool } from "../../selection/index.js";
import type { SessionInfo, Stream } from "./entities.js";

/** One refresh of one pool of one stream. */
export class Refresh {
  readonly slot: number;
  stream: Stream | null = null;
  pool: SessionPool<SessionInfo> | null = null;
  round: DiscoveryRound | null = null;
  startMs = 0;
  index = 0;
  /** How many the list has. */
  listed = 0;
  /** Answers to come, by time: parallel lists, how long they are, and how far they were fed. */
  times = new Float64Array(0);
  /** When each was asked (D-13). */
  asked = new Float64Array(0);
  uris = new Int32Array(0);
  /** Who answers: a node, or `unreachable` of one that could not be reached. */
  nodes = new Int32Array(0);
  count = 0;
  fed = 0;

  constructor(slot: number) {
    this.slot = slot;
  }

  /** Makes room for so many more answers. */
  expect(more: number): void {
    const needed = this.count + more;
    if (needed <= this.times.length) return;
    this.times = grown(this.times, new Float64Array(needed));
    this.asked = grown(this.asked, new Float64Array(needed));
    this.uris = grown(this.uris, new Int32Array(needed));
    this.nodes = grown(this.nodes, new Int32Array(needed));
  }

  /**
   * Puts an answer in its place by time: the later ones move up by one.
   *
   * @param node who answers
   */
  put(time: number, asked: number, uri: number, node: number): void {
    const { times } = this;
    let at = this.count++;
    for (; at > this.fed && (times[at - 1] as number) > time; at--) {
      times[at] = times[at - 1] as number;
      this.asked[at] = this.asked[at - 1] as number;
      this.uris[at] = this.uris[at - 1] as number;
      this.nodes[at] = this.nodes[at - 1] as number;
    }
    times[at] = time;
    this.asked[at] = asked;
    this.uris[at] = uri;
    this.nodes[at] = node;
  }

  /** The lists are not needed any more. */
  shrink(): void {
    this.times = this.asked = new Float64Array(0);
    this.uris = this.nodes = new Int32Array(0);
  }
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
