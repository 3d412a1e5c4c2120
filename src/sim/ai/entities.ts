/**
 * What is under way in the AI part of a run: requests at gateways, jobs at orchestrators, live streams.
 * They are used again and again, so that millions of requests leave no objects behind.
 */

import type { RemoteAIJob } from "../../pool/orchestrator/ai/remote-job.js";
import type { AIFailure } from "../../selection/ai/failures.js";
import type { LiveFault, LiveStream } from "../../selection/ai/live-stream.js";
import type { AIRequest } from "../../selection/ai/request.js";
import type { AIJobSpec } from "./ai-world.js";
import type { AIGateway } from "./gateway.js";

/** A request, or the start of a live stream, on its way through a gateway. */
export class AIRequestSlot {
  readonly slot: number;
  readonly core: AIRequest<null>;
  gateway: AIGateway | null = null;
  spec: AIJobSpec | null = null;
  /** The stream that it is to start; null of batch requests. */
  stream: AILiveSlot | null = null;
  /** Raised when it is over: answers to an earlier request are nobody's. */
  generation = 0;
  /** Names it among all, for the order of events. */
  order = 0;
  k0 = 0;
  k1 = 0;
  /** How many numbers selections have drawn. */
  draws = 0;
  counted = false;
  startMs = 0;
  units = 0;
  /** When it was submitted last, and when the answer is there, ms; Infinity: nobody knows. */
  sentMs = 0;
  resultMs = Number.POSITIVE_INFINITY;
  /** Whether the answer is known, and what it is: null = success. */
  answered = false;
  failure: AIFailure | null = null;
  /** The job that it waits for, or had last; null before. */
  job: AIJobSlot | null = null;
  /** Whether its session's renewal succeeded. */
  renewed = false;
  /** Whether its discovery makes a selector. */
  makes = false;
  /** Whether an answer is still to come, and whether that is because nobody is there. */
  isOut = false;
  unreachable = false;
  /** Of speech: the account that pays; else empty. */
  account = "";
  /** What it paid with its last submit, in tickets; of speech only. */
  tickets = 0;

  constructor(slot: number, core: AIRequest<null>) {
    this.slot = slot;
    this.core = core;
  }
}

/** A job at an orchestrator. */
export class AIJobSlot {
  readonly slot: number;
  request: AIRequestSlot | null = null;
  /** The request's when it was sent. */
  generation = 0;
  spec: AIJobSpec | null = null;
  node = 0;
  site = 0;
  order = 0;
  k0 = 0;
  k1 = 0;
  counted = false;
  units = 0;
  live = false;
  /** Which of its request's submits it is, from 1. */
  submit = 0;
  /** When it came, and when its worker got it, ms. */
  arrivedMs = 0;
  sentMs = 0;
  /** The worker's job of the pool's nodes; null elsewhere. */
  remote: RemoteAIJob | null = null;
  worker = -1;
  /** Place of the model at the worker. */
  model = -1;
  /** Place in the list of the worker's jobs. */
  place = -1;
  /** Whether it waits for others at the worker, or has its turn. */
  begun = false;
  cold = false;
  outOfMemory = false;
  fails = false;
  /** When its event is due, ms; NaN: there is none. */
  doneMs = Number.NaN;
  timeoutMs = Number.NaN;
  /** Round trip to its gateway, ms. */
  rttMs = 0;
  /** Whether its orchestrator has taken it, and whether that lost it since. */
  reserved = false;
  lost = false;
  /** Of speech: the account that pays, and with how many tickets; else empty. */
  account = "";
  tickets = 0;
  /** Of a live stream that runs here. */
  stream: AILiveSlot | null = null;

  constructor(slot: number) {
    this.slot = slot;
  }
}

/** A live stream. */
export class AILiveSlot {
  readonly slot: number;
  core: LiveStream<null> | null = null;
  gateway: AIGateway | null = null;
  spec: AIJobSpec | null = null;
  order = 0;
  k0 = 0;
  k1 = 0;
  counted = false;
  startMs = 0;
  /** When its input ends, ms. */
  endMs = 0;
  /** How many orchestrators it has had. */
  runs = 0;
  /** The job that runs it; null: nobody right now. */
  job: AIJobSlot | null = null;
  runStartMs = 0;
  /** Until when its output came, ms; Infinity while it comes. */
  outputEndsMs = Number.POSITIVE_INFINITY;
  /** What is noticed at `dueMs`; null: the input has gone. */
  fault: LiveFault | null = null;
  dueMs = Number.NaN;
  /** Until when it has paid, ms. */
  paidMs = 0;

  constructor(slot: number) {
    this.slot = slot;
  }
}
