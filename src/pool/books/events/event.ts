/**
 * What happens in a pool, as typed values: everything behind the decoders works on these and
 * never sees a form's own shape, units or quirks again.
 */

/** Work is told apart by what the event carries, not by the node's label (ED-D16, EG-D18). */
export type JobKind = "transcode" | "ai";

/** What makes an event itself: the same identity with other content is refused. */
export interface EventIdentity {
  /**
   * `uuid`: the bucket form's UUID, everywhere the same. `api`: an ID of one source, whose next
   * epoch begins when IDs start again. `caller`: made by whoever wrote it, unique in its source.
   */
  readonly form: "uuid" | "api" | "caller";
  /** The event's id within its source. */
  readonly id: string;
}

/** What all events have. */
export interface EventBase {
  /** What makes it itself. */
  readonly identity: EventIdentity;
  /** When it happened, ms since 1970 UTC (of whole seconds in the node's forms). */
  readonly atMs: number;
  /** Region of the node that it happened at. */
  readonly region: string;
  /** The node's own label: shown, but nothing is decided by it. */
  readonly nodeType: string;
}

/** A node started: its workers are gone. */
export interface NodeReset extends EventBase {
  readonly type: "reset";
  /** The kind of node that began anew. */
  readonly node: "orchestrator" | "gateway" | "node";
}

/** A worker came to a node, or left it. */
export interface WorkerConnection extends EventBase {
  /** Whether the worker came or left. */
  readonly type: "worker-connected" | "worker-disconnected";
  /** Lower case, as all addresses in events. */
  readonly address: string;
  /** `ip:port`; empty if the form has none. */
  readonly connection: string;
}

/** The result of a remote AI worker arrived: says who works on a request. */
export interface JobReceived extends EventBase {
  readonly type: "job-received";
  /** The worker that claims the request. */
  readonly address: string;
  /** The request's id. */
  readonly requestId: string;
  /** The AI pipeline that is asked for. */
  readonly pipeline: string;
  /** The model that is asked for. */
  readonly modelId: string;
}

/** Work that earned a fee. */
export interface JobProcessed extends EventBase {
  readonly type: "job-processed";
  /** Whether it was transcoding or AI work. */
  readonly job: JobKind;
  /** null: not known yet, as in AI jobs, which are linked by {@link requestId}. */
  readonly address: string | null;
  /** null for transcoding. */
  readonly requestId: string | null;
  /** The AI pipeline; empty for transcoding. */
  readonly pipeline: string;
  /** The AI model; empty for transcoding. */
  readonly modelId: string;
  /** Encoded pixels, or the AI request's own units. */
  readonly computeUnits: bigint;
  /** Whole wei, as nodes cut it (E-10). */
  readonly pricePerComputeUnitWei: bigint;
  /** At least 0; exact even where the node's 64 bits wrapped (E-12). */
  readonly feesWei: bigint;
  /** Of the source segment; 0 for AI. */
  readonly durationMs: bigint;
  /** Nanoseconds, whatever unit the form has (E-9). */
  readonly responseTimeNs: bigint;
  /** Source ÷ response time, whole: higher is better (E-13); null for AI. */
  readonly realTimeRatio: bigint | null;
  /** null: the form has none (no open-pool event does). */
  readonly renditions: bigint | null;
  /** The round, if the form says it. */
  readonly round: bigint | null;
}

/** What all events of tickets have. */
export interface TicketBase extends EventBase {
  /** The orchestrator that is paid, lower case. */
  readonly recipient: string;
  /** The gateway that pays, lower case. */
  readonly sender: string;
  /** What the ticket pays, wei. */
  readonly faceValueWei: bigint;
  /** Chance that it wins, as a part of 2^256. */
  readonly winProb: bigint;
  /** The protocol round in which it was made. */
  readonly creationRound: bigint;
}

/** A ticket won, not redeemed yet. */
export interface WinningTicket extends TicketBase {
  readonly type: "winning-ticket";
}

/** A redemption was tried. */
export interface TicketRedeemed extends TicketBase {
  readonly type: "ticket-redeemed";
  /** Fraction as text; null as normal (E-8). */
  readonly pricePerPixel: string | null;
  /** null: it failed (a hash of zeros). Lower case. */
  readonly txHash: string | null;
  /** Fee of the redemption; null if not told. */
  readonly gasFeesWei: bigint | null;
}

/** Anything that can happen in a pool. */
export type PoolEvent =
  | NodeReset
  | WorkerConnection
  | JobReceived
  | JobProcessed
  | WinningTicket
  | TicketRedeemed;
