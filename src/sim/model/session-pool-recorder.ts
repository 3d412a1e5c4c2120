/** Hears the library's session pools: takes up, swaps and orphans are counted and traced. */
import {
  type Chooser,
  type Chosen,
  type SessionPoolObserver,
  SWAP_REASON,
  type SwapReason,
} from "../../selection/index.js";
import type { LossReason } from "../metrics/counters.js";
import type { AttemptNoise } from "./at-once/noise.js";
import { foundDraw } from "./draws.js";
import { SessionInfo, type SimSession } from "./entities.js";
import type { Recorder } from "./recorder.js";
import type { Run } from "./run.js";

const HOW = [
  "session in use",
  "best known session",
  "session never measured",
  "session in use, in twice the time",
];
const HOW_RULES = ["M-12 (a)", "L-2", "L-6", "M-12 (c)"];
const SWAP_TEXT: Readonly<Record<SwapReason, string>> = {
  [SWAP_REASON.inFlightTooLong]: "in flight for too long",
  [SWAP_REASON.latencyScore]: "slower than real time",
  [SWAP_REASON.notMeasured]: "chosen but not in flight yet",
  [SWAP_REASON.removed]: "removed",
  [SWAP_REASON.notNeeded]: "not needed",
};
const SWAP_LOSS: Readonly<Record<SwapReason, LossReason | null>> = {
  [SWAP_REASON.inFlightTooLong]: "inFlight",
  [SWAP_REASON.latencyScore]: "latencyScore",
  [SWAP_REASON.notMeasured]: "notMeasured",
  [SWAP_REASON.removed]: null,
  [SWAP_REASON.notNeeded]: null,
};

/** Observer of all session pools of a gateway. */
export class SessionPoolRecorder implements SessionPoolObserver<SessionInfo> {
  readonly #run: Run;
  readonly #recorder: Recorder;
  readonly #noise: AttemptNoise;
  readonly #chooser: Chooser;

  constructor(parts: {
    readonly run: Run;
    readonly recorder: Recorder;
    readonly noise: AttemptNoise;
    /** The gateway's, of which a trace tells. */
    readonly chooser: Chooser;
  }) {
    this.#run = parts.run;
    this.#recorder = parts.recorder;
    this.#noise = parts.noise;
    this.#chooser = parts.chooser;
  }

  selected(session: SimSession, how: Chosen): void {
    const run = this.#run;
    if (session.info.foundBy >= 0) this.#isUsed(session);
    const { info } = session;
    if (info.stream.traced) {
      run.trace.say(
        HOW_RULES[how] ?? "M-12",
        `selected ${run.trace.uriName(session.transcoder)}: ${HOW[how] ?? ""}`,
      );
      if (how === 2) run.trace.sayProbabilities(this.#chooser);
    }
    if (info.active) return;
    info.active = true;
    if (run.counting && info.stream.probe === null)
      this.#run.countersOf(session.info.node).sessions++;
  }

  /** A session is used for the first time: it gets an info of its own. */
  #isUsed(session: SimSession): void {
    const { info, sessionKey: node } = session;
    const factor = this.#noise.session(info.stream, node, foundDraw(info.foundBy));
    session.info = new SessionInfo(info.stream, node, factor);
  }

  swapped(session: SimSession, reason: SwapReason): void {
    const run = this.#run;
    const { stream } = session.info;
    if (stream.traced) {
      run.trace.say(
        "M-17",
        `swapped away from ${run.trace.uriName(session.transcoder)}: ${SWAP_TEXT[reason]}`,
      );
    }
    if (stream.probe === null && run.counting) {
      run.counters.network.swaps++;
      run.count("swaps", run.now);
    }
    this.#recorder.left(session, SWAP_LOSS[reason]);
  }

  cleared(session: SimSession, reason: SwapReason): void {
    this.#recorder.left(session, SWAP_LOSS[reason]);
  }

  orphaned(session: SimSession): void {
    const { stream } = session.info;
    if (stream.traced) {
      this.#run.trace.say(
        "M-18",
        `${this.#run.trace.uriName(session.transcoder)} is orphaned: good, but never used again`,
      );
    }
    // A test is a stream like any other to the orchestrator that it leaves: both are counted.
    if (this.#run.counting) this.#run.countersOf(session.info.node).orphaned++;
  }

  /** Counted by the attempt, which knows the reason. */
  removed(): void {}
}
