/**
 * Writes down what the model does as the events that an orchestrator of the open-pool fork sends
 * (E-8): only counted time, so that the sums are those of the run's books.
 */
import { type RandomKey, uniform } from "../../core/random.js";
import type { PoolEvent } from "../../pool/books/events/event.js";
import type { AIJobSlot } from "../ai/entities.js";
import type { Call } from "../model/entities.js";
import { pricesOf } from "../model/money/market.js";
import type { TicketTerms } from "../model/money/tickets.js";
import type { WorkerListener } from "../model/workers/worker-listener.js";
import type { World } from "../model/world/world.js";
import { addressOf } from "../network/made-address.js";
import { AIRecorder } from "./ai-recorder.js";
import { assertSize, digest, type PoolSource, type RecordedEvent } from "./recorded-event.js";

/** One in so many response times is lost in a race and told as 0 (E-14). */
const RACES = 500;
/** One in so many redemptions fails at first, and is tried again an hour later. */
const FAILURES = 8;
const REDEEM_MS_MAX = 600_000;
const RETRY_MS = 3_600_000;
const NS_PER_MS = 1_000_000n;
const FIRST_ROUND = 4_000n;

const DRAW = { race: 1, redeem: 2, fails: 3 } as const;

export interface EventRecorderOptions {
  readonly world: World;
  readonly key: RandomKey;
  /** Names the record: ids of others differ. */
  readonly run: string;
  /** Of the beginning of the counted time, ms since 1970. */
  readonly startMs: number;
  /** Of each node of the pool. */
  readonly sources: ReadonlyMap<number, PoolSource>;
  /** The same of its AI events; needed where its workers have AI models. */
  readonly aiSources?: ReadonlyMap<number, PoolSource> | undefined;
  /** Is given each event. @default they are kept in {@link EventRecorder.events} */
  readonly take?: ((recorded: RecordedEvent) => void) | undefined;
}

/** Fees go to a worker's address. */
export function workerAddress({ name, settings }: World["workers"][number]): string {
  return settings.address?.toLowerCase() ?? addressOf(name);
}

export class EventRecorder implements WorkerListener {
  /** Not in order: redemptions are written down when their tickets win. Empty where others take them. */
  readonly events: RecordedEvent[] = [];
  readonly #options: EventRecorderOptions;
  readonly #addresses: readonly string[];
  readonly #registrations: number[];
  readonly #isConnected: boolean[];
  /** By the place of a session's price among all that the pool ever asks for. */
  readonly #pricesWei: readonly bigint[];
  readonly #roundMs: number;
  readonly #take: (recorded: RecordedEvent) => void;
  /** AI jobs; null where there are none. */
  readonly ai: AIRecorder | null;
  readonly #aiConnected: boolean[];
  #hasBegun = false;
  #draws = 0;
  #count = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    const { world } = options;
    const { orchestrator } = world.scenario;
    this.#addresses = world.workers.map(workerAddress);
    this.#registrations = world.workers.map(() => 0);
    this.#isConnected = world.workers.map(() => false);
    // E-10: nodes cut the price to whole wei.
    this.#pricesWei = pricesOf(world, world.pool).map(({ rational }) => rational.floor());
    this.#roundMs = (orchestrator?.economics.roundLengthMinutes ?? 1152) * 60_000;
    this.#take = options.take ?? ((recorded) => this.events.push(recorded));
    this.#aiConnected = world.workers.map(() => false);
    const { run, aiSources } = options;
    this.ai =
      aiSources === undefined || aiSources.size === 0
        ? null
        : new AIRecorder({
            world,
            run,
            sources: aiSources,
            addresses: this.#addresses,
            envelope: (source, atMs) => this.#envelope(source, atMs),
            add: ({ source, event }) => this.#add(source, event),
          });
  }

  aiConnected(worker: number, atMs: number): void {
    const counts = this.#counts(atMs);
    this.#registrations[worker] = (this.#registrations[worker] ?? 0) + 1;
    this.#aiConnected[worker] = true;
    if (counts) this.#connection("worker-connected", worker, atMs, true);
  }

  aiDisconnected(worker: number, atMs: number): void {
    if (this.#counts(atMs)) this.#connection("worker-disconnected", worker, atMs, true);
    this.#aiConnected[worker] = false;
  }

  aiReceived(job: AIJobSlot, atMs: number): void {
    if (this.#counts(atMs) && job.counted) this.ai?.received(job, atMs);
  }

  aiProcessed(job: AIJobSlot, atMs: number): void {
    if (this.#counts(atMs) && job.counted) this.ai?.processed(job, atMs);
  }

  connected(worker: number, atMs: number): void {
    const counts = this.#counts(atMs);
    this.#registrations[worker] = (this.#registrations[worker] ?? 0) + 1;
    this.#isConnected[worker] = true;
    if (counts) this.#connection("worker-connected", worker, atMs);
  }

  disconnected(worker: number, atMs: number): void {
    if (this.#counts(atMs)) this.#connection("worker-disconnected", worker, atMs);
    this.#isConnected[worker] = false;
  }

  worked(call: Call, responseMs: number, atMs: number): void {
    if (!this.#counts(atMs)) return;
    const source = this.#sourceOf(call.worker);
    const computeUnits = BigInt(call.pixels);
    const durationMs = BigInt(Math.round(call.durationMs));
    const priceWei = this.#pricesWei[call.price] ?? 0n;
    const isRace = this.#draw(DRAW.race) * RACES < 1;
    const responseTimeMs = isRace ? 0n : BigInt(Math.round(responseMs));
    const { identity, atMs: at, nodeType, region } = this.#envelope(source, atMs);
    // Written out: a copy of the envelope with all of this added takes ten times as long.
    this.#add(source, {
      identity,
      atMs: at,
      nodeType,
      region,
      type: "job-processed",
      job: "transcode",
      address: this.#addresses[call.worker] ?? null,
      requestId: null,
      pipeline: "",
      modelId: "",
      computeUnits,
      pricePerComputeUnitWei: priceWei,
      feesWei: priceWei * computeUnits,
      durationMs,
      responseTimeNs: responseTimeMs * NS_PER_MS,
      // E-13: whole, 0 if nothing was measured.
      realTimeRatio: responseTimeMs === 0n ? 0n : durationMs / responseTimeMs,
      renditions: null,
      round: null,
    });
  }

  won(call: Call, count: number, { faceValue, winProb }: TicketTerms, atMs: number): void {
    if (!this.#counts(atMs)) return;
    const source = this.#options.sources.get(call.node);
    if (source === undefined || call.stream === null) return;
    const { world } = this.#options;
    const ticket = {
      recipient: world.orchestrators[world.pool]?.address ?? "",
      sender: addressOf(world.sites[call.stream.site]?.name ?? ""),
      faceValueWei: faceValue,
      winProb,
      creationRound: FIRST_ROUND + BigInt(Math.floor((atMs - world.warmupMs) / this.#roundMs)),
      pricePerPixel: null,
      gasFeesWei: null,
    };
    for (let index = 0; index < count; index++) {
      let redeemMs = atMs + this.#draw(DRAW.redeem) * REDEEM_MS_MAX;
      if (this.#draw(DRAW.fails) * FAILURES < 1) {
        const failed = { type: "ticket-redeemed", txHash: null } as const;
        this.#add(source, { ...this.#envelope(source, redeemMs), ...ticket, ...failed });
        redeemMs += RETRY_MS;
      }
      const { identity, ...rest } = this.#envelope(source, redeemMs);
      const txHash = `0x${digest(`redemption ${identity.id}`)}`;
      this.#add(source, { identity, ...rest, ...ticket, type: "ticket-redeemed", txHash });
    }
  }

  /** The node starts and its workers are there: once, when the counted time begins. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const { world, sources, aiSources } = this.#options;
    for (const source of [...sources.values(), ...(aiSources?.values() ?? [])]) {
      const reset = { type: "reset", node: "orchestrator" } as const;
      this.#add(source, { ...this.#envelope(source, world.warmupMs), ...reset });
    }
    for (const [worker, isConnected] of this.#isConnected.entries()) {
      if (isConnected) this.#connection("worker-connected", worker, world.warmupMs);
    }
    for (const [worker, isConnected] of this.#aiConnected.entries()) {
      if (isConnected) this.#connection("worker-connected", worker, world.warmupMs, true);
    }
  }

  /** What every event has; the time is the run's. */
  #envelope({ nodeType, region }: PoolSource, atMs: number) {
    const { run, startMs, world } = this.#options;
    const id = `${run}-sim-${this.#count}`;
    const at = startMs + Math.floor(atMs - world.warmupMs);
    return { identity: { form: "caller", id }, atMs: at, nodeType, region } as const;
  }

  #counts(atMs: number): boolean {
    if (atMs < this.#options.world.warmupMs) return false;
    this.begin();
    return true;
  }

  #connection(
    type: "worker-connected" | "worker-disconnected",
    worker: number,
    atMs: number,
    isAI = false,
  ): void {
    const source = this.#sourceOf(worker, isAI);
    const address = this.#addresses[worker] ?? "";
    const port = 20_000 + ((this.#registrations[worker] ?? 0) % 40_000);
    // One that transcodes as well has a process for each.
    const connection = `10.${(isAI ? 128 : 0) + (worker >> 16)}.${(worker >> 8) & 255}.${worker & 255}:${port}`;
    this.#add(source, { ...this.#envelope(source, atMs), type, address, connection });
  }

  #sourceOf(worker: number, isAI = false): PoolSource {
    const { world, sources, aiSources } = this.#options;
    const source = (isAI ? aiSources : sources)?.get(world.workers[worker]?.node ?? -1);
    if (source === undefined) throw new RangeError(`worker ${worker} has no node`);
    return source;
  }

  #add(source: PoolSource, event: PoolEvent): void {
    assertSize(++this.#count);
    this.#take({ source, event });
  }

  #draw(what: number): number {
    const { key } = this.#options;
    return uniform(key.k0 ^ what, key.k1, this.#draws++);
  }
}
