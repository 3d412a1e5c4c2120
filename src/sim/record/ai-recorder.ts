/**
 * Writes down AI jobs of a run as the two events that a node sends of each: who received it (E-15), and
 * what it earned (E-9 … E-12). Of live video there is the first alone (E-16).
 */
import type { PoolEvent } from "../../pool/books/events/event.js";
import type { AIJobSlot } from "../ai/entities.js";
import type { World } from "../model/world/world.js";
import { type PoolSource, type RecordedEvent, uuidOf } from "./recorded-event.js";

const NS_PER_MS = 1e6;

/** What makes an event besides what happened: its id, time, region. */
export type Envelope = Pick<PoolEvent, "identity" | "atMs" | "region" | "nodeType">;

/** What an {@link AIRecorder} stands on. */
export interface AIRecorderParts {
  readonly world: World;
  /** Names the record. */
  readonly run: string;
  /** Of each node of the pool: its AI events are kept apart from those of transcoding. */
  readonly sources: ReadonlyMap<number, PoolSource>;
  /** Of each worker, lower case. */
  readonly addresses: readonly string[];
  readonly envelope: (source: PoolSource, atMs: number) => Envelope;
  readonly add: (recorded: RecordedEvent) => void;
}

/** Tells AI jobs. */
export class AIRecorder {
  readonly #parts: AIRecorderParts;
  /** By kind of job: what events say that a unit costs, wei (E-11). */
  readonly #pricesWei: readonly (readonly (bigint | null)[] | null)[];
  /** What events say that each worker earned, wei. */
  readonly feesWei: bigint[];
  /** What the run's own books have of it: of speech a thousandth, as gateways pay no more. */
  readonly paidWei: bigint[];

  constructor(parts: AIRecorderParts) {
    this.#parts = parts;
    const { ai, workers } = parts.world;
    this.#pricesWei = (ai?.places ?? []).map(
      (place) => place?.prices.map((price) => price?.rational.floor() ?? null) ?? null,
    );
    this.feesWei = workers.map(() => 0n);
    this.paidWei = workers.map(() => 0n);
  }

  /** A worker's result has come in, also one that is an error. */
  received(job: AIJobSlot, atMs: number): void {
    const { addresses, envelope, add } = this.#parts;
    const source = this.#sourceOf(job);
    const address = addresses[job.worker] ?? "";
    add({
      source,
      event: {
        ...envelope(source, atMs),
        type: "job-received",
        address,
        ...this.#requestOf(job),
      },
    });
  }

  /** A batch job was done and debited. Without a price nodes do not come so far (E-11). */
  processed(job: AIJobSlot, atMs: number): void {
    const { envelope, add } = this.#parts;
    const { spec } = job;
    const priceWei = this.#pricesWei[job.node]?.[spec?.index ?? -1] ?? null;
    if (spec === null || priceWei === null) return;
    const source = this.#sourceOf(job);
    // Of speech a node debits a thousand times what gateways pay for (A-37, E-9).
    const computeUnits = BigInt(job.units) * BigInt(spec.debitedPerPaid);
    const feesWei = priceWei * computeUnits;
    const paidWei = priceWei * BigInt(job.units);
    this.feesWei[job.worker] = (this.feesWei[job.worker] ?? 0n) + feesWei;
    this.paidWei[job.worker] = (this.paidWei[job.worker] ?? 0n) + paidWei;
    add({
      source,
      event: {
        ...envelope(source, atMs),
        type: "job-processed",
        job: "ai",
        address: null,
        ...this.#requestOf(job),
        computeUnits,
        pricePerComputeUnitWei: priceWei,
        feesWei,
        durationMs: 0n,
        responseTimeNs: BigInt(Math.round((atMs - job.arrivedMs) * NS_PER_MS)),
        realTimeRatio: null,
        renditions: null,
        round: null,
      },
    });
  }

  #requestOf({ spec, order, submit }: AIJobSlot) {
    // A gateway's next try is another request to the node.
    const name = uuidOf(`AI ${this.#parts.run} ${order} ${submit}`).slice(0, 8);
    return {
      requestId: `${name}${order.toString(16)}-${submit}`,
      pipeline: spec?.pipeline.name ?? "",
      modelId: spec?.model ?? "",
    };
  }

  #sourceOf({ node }: AIJobSlot): PoolSource {
    const source = this.#parts.sources.get(node);
    if (source === undefined) throw new RangeError(`node ${node} is none of the pool's`);
    return source;
  }
}
