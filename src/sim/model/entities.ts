/**
 * What comes and goes in a run: streams, their segments, calls and sessions. They are data: they know
 * nothing of gateways, nodes or tests, which keep theirs by the numbers that are found here.
 */
import { invariant } from "../../core/errors.js";
import { NO_SESSION } from "../../pool/index.js";
import {
  CreditAccount,
  type SegmentAttempt,
  type Session,
  type SessionsManager,
  StagedPayment,
  VerifiedAttempt,
} from "../../selection/index.js";
import { learnNumbers } from "../engine/number-fields.js";
import type { TicketTerms } from "./money/tickets.js";
import type { Renditions } from "./world/renditions.js";

/** A session of this simulation. */
export type SimSession = Session<SessionInfo>;

/** The node of a session that nobody has used yet. */
const UNUSED = -1;

/** What the simulator keeps with a session: one auth session at one node. */
export class SessionInfo {
  readonly stream: Stream;
  /** The node that minted the auth token. */
  readonly node: number;
  /** Network noise of this gateway, orchestrator and session. */
  readonly factor: number;
  /** The node's handle once a segment has arrived. */
  nodeSession = NO_SESSION;
  /** When the node's work on its last segment ends, ms. */
  lastEndMs = Number.NEGATIVE_INFINITY;
  /** Whether the stream is using it. */
  active = false;
  /** Whether it has delivered a segment, and how many its worker has. */
  delivered = false;
  workerSegments = 0;
  /** By how much longer than on average the worker takes for this stream. */
  workerFactor = 1;
  /** The worker that had its last segment, −1 for none, and since when, ms. */
  worker = -1;
  assignedMs = 0;
  /** Credit at this node (P-25); null until tickets are bought. */
  account: CreditAccount | null = null;
  /** Calls that wait for the one before (O-9), the oldest first; null until one had to. */
  queue: Call[] | null = null;
  running: Call | null = null;

  constructor(stream: Stream, node: number, factor: number) {
    this.stream = stream;
    this.node = node;
    this.factor = factor;
  }

  /**
   * What all sessions share that a discovery found, until they are used: of forty one is. The node is
   * the session's `sessionKey` meanwhile.
   *
   * @param discovery its number in the stream
   */
  static unused(stream: Stream, discovery: number): SessionInfo {
    return new SessionInfo(stream, UNUSED, discovery);
  }

  /** The number of the discovery that found a session which nobody has used yet; −1 of others. */
  get foundBy(): number {
    return this.node === UNUSED ? this.factor : -1;
  }

  /** The account, made at its first use. */
  credit(): CreditAccount {
    this.account ??= new CreditAccount();
    return this.account;
  }
}

/** Whoever sends a stream to find something out: it is asked, and told what came of its segments. */
export interface Probe {
  /** Whom its discoveries ask, instead of the gateway's own list. */
  readonly endpoints: readonly number[];
  /** How many segments it sends. */
  readonly segments: number;
  /** By how much a segment that is sent now takes longer than others, ms; may be negative. */
  slowStartMs(rttMs: number): number;
  /** A segment came back. */
  received(segment: Segment): void;
  /** A segment is over, well or not: whether the stream ends with it. */
  isOverWith(stream: Stream): boolean;
}

/** Lists of a stream that are empty, which they are for nearly all of the time. */
const NONE: readonly never[] = [];

/** A stream, or the stream of a probe. */
export class Stream {
  /** Place in the model's table; reused after the stream's end. */
  slot = -1;
  /** Number in order of arrival, the same in every variant; −1 of a probe's. */
  readonly number: number;
  /** Its place among streams where events fall on the same instant: another one of each, from 0. */
  readonly order: number;
  /** The site that sends it; one of the world's sites. */
  readonly site: number;
  readonly k0: number;
  readonly k1: number;
  readonly endMs: number;
  readonly renditions: Renditions;
  /** Who sends it to find something out; null for the streams of viewers. */
  readonly probe: Probe | null;
  /** Whether nobody can transcode it: each of its segments fails wherever it is sent. */
  readonly isBad: boolean;
  readonly traced: boolean;
  manager: SessionsManager<SessionInfo> | null = null;
  initialised = false;
  ended = false;
  /** Segments that wait for the first discoveries (M-3). */
  waiting: readonly ReadySegment[] = NONE;
  /** Segments ready so far, and not over yet. */
  segments = 0;
  inProgress = 0;
  nextReadyMs = Number.POSITIVE_INFINITY;
  /** When its source has made the next segment: before {@link nextReadyMs} where it is silent. */
  clockMs = 0;
  /** When its first and its last segment came. */
  firstReadyMs = 0;
  lastReadyMs = 0;
  nextDurationMs = 0;
  /** Refreshes under way. */
  refreshing = 0;
  discoveries = 0;
  selections = 0;
  verifications = 0;
  /** Sessions ended at their orchestrators. */
  endings = 0;
  /** Orchestrators that delivered a segment. */
  won: readonly number[] = NONE;

  constructor(options: {
    readonly number: number;
    readonly order: number;
    readonly site: number;
    readonly k0: number;
    readonly k1: number;
    readonly endMs: number;
    readonly renditions: Renditions;
    readonly probe: Probe | null;
    readonly isBad?: boolean;
    readonly traced: boolean;
  }) {
    this.number = options.number;
    this.order = options.order;
    this.site = options.site;
    this.k0 = options.k0;
    this.k1 = options.k1;
    this.endMs = options.endMs;
    this.renditions = options.renditions;
    this.probe = options.probe;
    this.isBad = options.isBad ?? false;
    this.traced = options.traced;
  }

  /** Takes out the segments that wait. */
  takeWaiting(): readonly ReadySegment[] {
    const { waiting } = this;
    this.waiting = NONE;
    return waiting;
  }
}

/**
 * A segment that is ready; what it needs on its way is made when it begins, for which those of new streams wait.
 * All streams begin at once, and what V8 sees of objects written as `{ … }` then makes it put those after them into old space.
 */
export class ReadySegment {
  readonly index: number;
  readonly readyMs: number;
  readonly durationMs: number;
  /** Whether it was ready within the counted time. */
  readonly counted: boolean;

  constructor(index: number, readyMs: number, durationMs: number, counted: boolean) {
    this.index = index;
    this.readyMs = readyMs;
    this.durationMs = durationMs;
    this.counted = counted;
  }
}

/** Segments that are not verified share it. */
const UNCOMPARED: boolean[] = [];

/** A segment on its way through its gateway; reused. */
export class Segment {
  readonly slot: number;
  readonly attempt: SegmentAttempt<SessionInfo>;
  /** The attempt, if the segment is sent to several sessions, to compare what comes back. */
  readonly verified: VerifiedAttempt<SessionInfo> | null;
  stream: Stream | null = null;
  index = 0;
  readyMs = 0;
  durationMs = 0;
  pixels = 0;
  /** Of each member of a verified segment: how long its download takes, and its result took; without, of the one. */
  readonly #times = [0.5, 0.5];
  /** Whether the result of a member of a verified segment is wrong; without verification nobody compares. */
  readonly cheated: boolean[];
  /** How many unused sessions of this segment were ended already. */
  tornDownSeen = 0;
  downloadFails = false;
  /** Whether it was ready within the counted time. */
  counted = false;

  constructor(slot: number, attempt: SegmentAttempt<SessionInfo>) {
    this.slot = slot;
    this.attempt = attempt;
    this.verified = attempt instanceof VerifiedAttempt ? attempt : null;
    this.cheated = this.verified === null ? UNCOMPARED : [false];
  }

  /**
   * A result is there.
   *
   * @param member of a verified segment; 0 without verification
   * @param tookAllMs it took
   * @param downloadMs its renditions take
   */
  answered(member: number, tookAllMs: number, downloadMs: number): void {
    this.#times[2 * member] = tookAllMs;
    this.#times[2 * member + 1] = downloadMs;
  }

  /** How long a member's result took, ms. */
  tookAllMs(member: number): number {
    return this.#times[2 * member] ?? 0;
  }

  /** How long a member's renditions take to download, ms. */
  downloadMs(member: number): number {
    return this.#times[2 * member + 1] ?? 0;
  }
}

/** The attempt of a segment that is sent to several sessions. */
export function verified(segment: Segment): VerifiedAttempt<SessionInfo> {
  invariant(segment.verified !== null, "only verified segments have members");
  return segment.verified;
}

/** One submission of a segment to a session; reused when both sides are done with it. */
export class Call {
  readonly slot: number;
  segment: Segment | null = null;
  stream: Stream | null = null;
  session: SimSession | null = null;
  info: SessionInfo | null = null;
  /** Place among the members of a verified segment, −1 without verification. */
  member = -1;
  index = 0;
  attempt = 1;
  durationMs = 0;
  pixels = 0;
  /** Node that has it, and the node's handle of the session that it belongs to. */
  node = 0;
  nodeSession = NO_SESSION;
  factor = 1;
  /** What a test's new connections add to its download, ms. */
  slowStartMs = 0;
  /** Place of its price among all that the orchestrator ever asks for. */
  price = 0;
  /** Terms of its tickets; null where none are bought. */
  terms: TicketTerms | null = null;
  /** When its session's token was made, ms. */
  tokenMs = 0;
  sentMs = 0;
  begunMs = 0;
  tookAllMs = 0;
  outcome = 0;
  resultAtMs = Number.POSITIVE_INFINITY;
  /** When its work will have ended, as far as its backend knows, ms; Infinity where it does not. */
  doneMs = Number.POSITIVE_INFINITY;
  /** Whether an event will tell the gateway that it has waited for long enough. */
  isTimeoutAwaited = false;
  /** Worker's registration, and the worker. */
  registration = -1;
  worker = -1;
  /** State of the worker when it began: how often it had gone down and registered. */
  epoch = 0;
  registrations = 0;
  /** Its task at a worker with shared links, −1 for none. */
  task = -1;
  /** When the orchestrator gives its worker up, ms; NaN when there is nothing to give up (O-18). */
  taskDueMs = Number.NaN;
  workFails = false;
  cheated = false;
  /** Time between task and result at the node, ms. */
  workMs = 0;
  /** Whether its segment was ready within the counted time. */
  counted = false;
  /** Whether its pixels were counted and await the gateway's receipt. */
  pixelsCounted = false;
  tickets = 0;
  gatewayDone = false;
  nodeDone = false;
  readonly staged = new StagedPayment();

  constructor(slot: number) {
    this.slot = slot;
  }
}

learnNumbers(new Call(-1), "slowStartMs", "pixels");

/** Objects by slot, reused through a free list. */
export class Slots<T> {
  readonly #items: T[] = [];
  readonly #free: T[] = [];
  readonly #make: (slot: number) => T;

  constructor(make: (slot: number) => T) {
    this.#make = make;
  }

  take(): T {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const made = this.#make(this.#items.length);
    this.#items.push(made);
    return made;
  }

  give(item: T): void {
    this.#free.push(item);
  }

  at(slot: number): T {
    return this.#items[slot] as T;
  }

  /** All of them, in use or not. */
  all(): readonly T[] {
    return this.#items;
  }

  /** How many are in use. */
  get used(): number {
    return this.#items.length - this.#free.length;
  }
}
