/**
 * Kinds of events: what an event's id stands for is in the comment. Events of the same instant happen
 * in the order of this list, and those of one kind by the keys of their entities: see below.
 */
export const EVENT = {
  /** Gateway: its next stream begins. */
  arrival: 0,
  /** Stream: its next segment is ready. */
  ready: 1,
  /** Stream: it ends. */
  streamEnd: 2,
  /** Discovery: it hears the answers that have come, as its round may be over or one of them needs its own instant. */
  answer: 3,
  /** Discovery: the round is over. */
  discovered: 4,
  /** Call: the session's refresh is over (M-35). */
  refreshed: 5,
  /** Call: it is in flight from now on (T-11). */
  inFlight: 6,
  /** Call: the orchestrator begins to look at it. */
  arrived: 7,
  /** Call: the worker or device is done with it. */
  workDone: 8,
  /** Task: its source or its result begins to flow. */
  transferBegins: 9,
  /** Link of a worker: a transfer ends on it, if no other has begun since, or takes too long (O-21). */
  transferEnds: 10,
  /** Call: the orchestrator gives its worker up (O-18). */
  taskTimeout: 11,
  /** Call: the gateway has the response, or gives up waiting for it. */
  result: 12,
  /** Call: the gateway gives up on a call whose end is not known. */
  callTimeout: 13,
  /** Segment: its renditions are downloaded, or not. */
  downloaded: 14,
  /** Ending: EndTranscodingSession reaches the orchestrator. */
  sessionEnd: 15,
  /** Worker: it fails, or is there again. */
  workerChanges: 16,
  /** Worker: it tries to register again. */
  workerReconnects: 17,
  /** Test: the tester begins one. */
  test: 18,
  /** Gateways read the performance scores (L-18). */
  scores: 19,
  /** The round is over, payouts are due. */
  round: 20,
  payout: 21,
  /** The scenario's events: the next of them begins or ends. */
  happening: 22,
  /** Joining: a stream begins that an event brings. */
  joins: 23,
  /** AI: the next request or live stream of one gateway and job comes in. */
  aiArrival: 24,
  /** AI job: it arrives at its orchestrator. */
  aiArrived: 25,
  /** AI job: its worker, or its orchestrator, is done with it. */
  aiDone: 26,
  /** AI job: its worker has kept the orchestrator waiting for too long. */
  aiTimeout: 27,
  /** AI request: the gateway has the answer, or its client has gone. */
  aiResult: 28,
  /** AI request: its discovery is over, or its session has been renewed, or not. */
  aiPrepared: 29,
  /** Live AI stream: a fault is noticed, or its input has gone. */
  aiLive: 30,
  /** AI: a gateway's live selector is refreshed in the background. */
  aiRefresh: 31,
} as const;

/**
 * Keys of what belongs to a stream lie so far apart from those of the next stream. Within a stream they
 * repeat after as many; what is so far apart is never under way at the same time.
 */
const PER_STREAM = 2 ** 20;
/**
 * The first stream's place. Its keys are above 2^32 like all others: code that V8 has made for small
 * whole numbers would be made anew when they get larger.
 */
const FIRST_ORDER = 2 ** 12;

/**
 * The key of something that belongs to a stream: the same whatever happens to other streams, and
 * whether or not each of the stream's steps is an event.
 *
 * @param order the stream's, see `Stream`
 * @param part which of its calls, segments, discoveries or endings: a whole number from 0
 */
export function streamKey(order: number, part = 0): number {
  return (FIRST_ORDER + order) * PER_STREAM + (part & (PER_STREAM - 1));
}
