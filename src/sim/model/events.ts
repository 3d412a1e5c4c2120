/** Kinds of events: what an event's id stands for is in the comment. */
export const EVENT = {
  /** Gateway: its next stream begins. */
  arrival: 0,
  /** Stream: its next segment is ready. */
  ready: 1,
  /** Stream: it ends. */
  streamEnd: 2,
  /** Discovery: an answer that depends on changing capacity arrives at the orchestrator. */
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
  transferBegins: 20,
  /** Link of a worker: a transfer ends on it, if no other has begun since. */
  transferEnds: 21,
  /** Call: the orchestrator gives its worker up (O-18). */
  taskTimeout: 9,
  /** Call: the gateway has the response, or gives up waiting for it. */
  result: 10,
  /** Call: the gateway gives up on a call whose end is not known. */
  callTimeout: 11,
  /** Segment: its renditions are downloaded, or not. */
  downloaded: 12,
  /** Ending: EndTranscodingSession reaches the orchestrator. */
  sessionEnd: 13,
  /** Worker: it fails, or is there again. */
  workerChanges: 14,
  /** Worker: it tries to register again. */
  workerReconnects: 15,
  /** Test: the tester begins one. */
  test: 16,
  /** Gateways read the performance scores (L-18). */
  scores: 17,
  /** The round is over, payouts are due. */
  round: 18,
  payout: 19,
} as const;
