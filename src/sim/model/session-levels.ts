/**
 * How many sessions all nodes have, side by side: a discovery looks at those of forty of them. And how many
 * they had some seconds ago, where that matters: it may ask when its round is about to end, long after the
 * instants of its answers.
 */
import { DISCOVERY_DEFAULTS } from "../../discovery/options.js";

/** Nobody asks about what is longer ago: no round is. */
const KEPT_MS = DISCOVERY_DEFAULTS.cutoffMs;
/** Room for changes at first. */
const FEW = 16;

/** By node. */
export class SessionLevels {
  /** Its open sessions, those included whose time has run out since somebody looked. */
  readonly open: Int32Array;
  /** Its MaxSessions; −1 where it changes, or where somebody has to be told of each end in time. */
  readonly most: Int32Array;
  /** When its level changed last, ms, as far as changes are kept. */
  readonly changedMs: Float64Array;
  /** So many more sessions may come while a round lasts. */
  readonly margin: number;
  readonly #changes: (Changes | undefined)[] = [];

  /**
   * @param nodes how many there are
   * @param margin changes are kept of nodes that as many more sessions would fill
   */
  constructor(nodes: number, margin = 0) {
    this.open = new Int32Array(nodes);
    this.most = new Int32Array(nodes).fill(-1);
    this.changedMs = new Float64Array(nodes).fill(Number.NEGATIVE_INFINITY);
    this.margin = margin;
  }

  /**
   * A node has another number of sessions.
   *
   * @param atMs since when; not before the last change
   * @param isIdle whether a session's time has run out: what comes at that instant finds its slot free.
   *   All else that changes a level comes after the answers of its instant
   */
  change(node: number, level: number, atMs: number, isIdle: boolean): void {
    const before = this.open[node] as number;
    this.open[node] = level;
    const most = this.most[node] as number;
    if (most < 0 || Math.max(before, level) + this.margin < most) return;
    this.changedMs[node] = atMs;
    this.#changes[node] ??= new Changes();
    this.#changes[node]?.add(level, atMs, isIdle);
  }

  /**
   * How many sessions a node had when an answer of some seconds ago came; of a level that the margin would
   * not have filled, another one like that.
   */
  levelAt(node: number, atMs: number): number {
    return this.#changes[node]?.levelAt(atMs) ?? 0;
  }
}

/** Changes of a node's level, as far as anybody may ask. */
class Changes {
  #times = new Float64Array(FEW);
  /** Twice the level; and one, if it holds for what comes at the same instant. */
  #levels = new Int32Array(FEW);
  #count = 0;

  add(level: number, atMs: number, isIdle: boolean): void {
    if (this.#count === this.#times.length) this.#makeRoom(atMs - KEPT_MS);
    this.#times[this.#count] = atMs;
    this.#levels[this.#count++] = 2 * level + (isIdle ? 1 : 0);
  }

  levelAt(atMs: number): number {
    let at = this.#count - 1;
    while (at >= 0 && !this.#holds(at, atMs)) at--;
    return at < 0 ? 0 : (this.#levels[at] as number) >> 1;
  }

  #holds(at: number, atMs: number): boolean {
    const time = this.#times[at] as number;
    return time < atMs || (time === atMs && ((this.#levels[at] as number) & 1) === 1);
  }

  /** Drops what is long ago, but for the level at that time; makes longer lists where much is left. */
  #makeRoom(fromMs: number): void {
    let first = this.#count - 1;
    while (first > 0 && (this.#times[first] as number) >= fromMs) first--;
    const [times, levels] = [this.#times.subarray(first), this.#levels.subarray(first)];
    const room =
      2 * times.length > this.#times.length ? 2 * this.#times.length : this.#times.length;
    if (room > this.#times.length) {
      this.#times = new Float64Array(room);
      this.#levels = new Int32Array(room);
    }
    this.#times.set(times);
    this.#levels.set(levels);
    this.#count = times.length;
  }
}
