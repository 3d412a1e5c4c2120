/** How long orchestrators take to answer a discovery: one draw, or those of all who are asked at a time. */
import { type RandomKey, uniform } from "../../../core/random.js";
import { drawLognormal, type Lognormal, lognormal } from "../../engine/distributions.js";
import { drawLoops, type NumberList, type WordList } from "../../engine/draw-loops.js";
import type { World } from "../world/world.js";

/** Round trips of a GetOrchestrator over a new connection (G-15). */
const ROUND_TRIPS = 3;
/** How many numbers are drawn for an answer. */
const DRAWS = 2;
const FIXED_MS = 5;
/** So many answers are drawn at a time at most. */
export const ANSWERS_MAX = 64;

/** What draws of this process are made in: nobody needs them when the next ones are made. */
interface Lists {
  readonly keys: WordList;
  readonly jitters: NumberList;
  readonly own: NumberList;
}

let shared: Lists | null = null;

function sharedLists(): Lists {
  const loops = drawLoops();
  shared ??= {
    keys: loops.words(ANSWERS_MAX),
    jitters: loops.numbers(ANSWERS_MAX),
    own: loops.numbers(ANSWERS_MAX),
  };
  return shared;
}

/** Times of answers in one world. */
export class AnswerTimes {
  /** Round trips by site, then node; and what names a node's draws. */
  readonly #rttMs: Float64Array;
  readonly #hashes: Int32Array;
  readonly #jitter: Lognormal;
  readonly #own: Lognormal;
  readonly #fixedMs: number;
  readonly #loops = drawLoops();
  readonly #lists = sharedLists();

  constructor(world: World) {
    const { rttCv, noiseScale, answerMs, answerCv } = world.scenario.assumptions;
    const { nodes, links, sites } = world;
    // Side by side: a hundred objects of all over the heap would be looked at for each discovery.
    this.#rttMs = Float64Array.from(
      sites.flatMap((_, site) => nodes.map(({ index }) => links[site]?.[index]?.rttMs ?? 0)),
    );
    this.#hashes = Int32Array.from(nodes, ({ hash }) => hash);
    this.#jitter = lognormal(1, rttCv * noiseScale);
    this.#own = { mu: Math.log(answerMs), sigma: lognormal(1, answerCv).sigma };
    this.#fixedMs = answerMs === 0 ? 0 : FIXED_MS;
  }

  /**
   * Time of one answer: round trips and the orchestrator's own time, ms.
   *
   * @param index of the first of its two draws
   */
  one(site: number, node: number, { k0, k1 }: RandomKey, index: number): number {
    const jitter = drawLognormal(this.#jitter, uniform(k0, k1, index));
    return this.#ms(site, node, jitter, drawLognormal(this.#own, uniform(k0, k1, index + 1)));
  }

  /** {@link all} of a single node. */
  ofNode(
    { site, k0, k1 }: RandomKey & { readonly site: number },
    node: number,
    discovery: number,
  ): number {
    const key = { k0: k0 ^ (this.#hashes[node] as number), k1 };
    return this.one(site, node, key, DRAWS * discovery);
  }

  /**
   * Times of the answers of several nodes, each with the key of the stream and the node.
   *
   * @param nodes at most {@link ANSWERS_MAX}
   * @param discovery its number in the stream
   * @returns a list that the next call writes over
   */
  all(
    { site, k0, k1 }: RandomKey & { readonly site: number },
    nodes: Int32Array,
    count: number,
    discovery: number,
  ): Float64Array {
    const index = DRAWS * discovery;
    const { keys, jitters, own } = this.#lists;
    const hashes = this.#hashes;
    for (let at = 0; at < count; at++) {
      keys.values[at] = k0 ^ (hashes[nodes[at] as number] as number);
    }
    this.#loops.lognormalsOfKeys(jitters, count, this.#jitter, keys, k1, index);
    this.#loops.lognormalsOfKeys(own, count, this.#own, keys, k1, index + 1);
    const times = own.values;
    for (let at = 0; at < count; at++) {
      const jitter = jitters.values[at] as number;
      times[at] = this.#ms(site, nodes[at] as number, jitter, times[at] as number);
    }
    return times;
  }

  #ms(site: number, node: number, jitter: number, ownMs: number): number {
    const rttMs = this.#rttMs[site * this.#hashes.length + node] as number;
    return ROUND_TRIPS * rttMs * jitter + this.#fixedMs + ownMs;
  }
}
