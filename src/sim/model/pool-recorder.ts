/** Hears the library's session pools: takes up, swaps and orphans are counted and traced. */
import {
  type Chosen,
  type SessionPoolObserver,
  SWAP_REASON,
  type SwapReason,
} from "../../selection/index.js";
import type { LossReason } from "../metrics/counters.js";
import type { SessionInfo, SimSession } from "./entities.js";
import type { Recorder } from "./recorder.js";
import type { Simulation } from "./simulation.js";

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

/** Observer of all session pools of a run. */
export class PoolRecorder implements SessionPoolObserver<SessionInfo> {
  readonly #simulation: Simulation;
  readonly #recorder: Recorder;

  constructor(simulation: Simulation, recorder: Recorder) {
    this.#simulation = simulation;
    this.#recorder = recorder;
  }

  selected(session: SimSession, how: Chosen): void {
    const simulation = this.#simulation;
    const { info } = session;
    if (info.stream.traced) {
      simulation.trace.say(
        HOW_RULES[how] ?? "M-12",
        `selected ${simulation.trace.uriName(session.transcoder)}: ${HOW[how] ?? ""}`,
      );
      if (how === 2) simulation.trace.sayProbabilities(info.stream);
    }
    if (info.active) return;
    info.active = true;
    if (simulation.counting && info.stream.test === null)
      this.#simulation.countersOf(session.info.node).sessions++;
  }

  swapped(session: SimSession, reason: SwapReason): void {
    const simulation = this.#simulation;
    const { stream } = session.info;
    if (stream.traced) {
      simulation.trace.say(
        "M-17",
        `swapped away from ${simulation.trace.uriName(session.transcoder)}: ${SWAP_TEXT[reason]}`,
      );
    }
    if (stream.test === null && simulation.counting) {
      simulation.counters.network.swaps++;
      const { swaps } = simulation.counters.series;
      const bin = simulation.bin(simulation.now);
      swaps[bin] = (swaps[bin] ?? 0) + 1;
    }
    this.#recorder.left(session, SWAP_LOSS[reason]);
  }

  cleared(session: SimSession, reason: SwapReason): void {
    this.#recorder.left(session, SWAP_LOSS[reason]);
  }

  orphaned(session: SimSession): void {
    const { stream } = session.info;
    if (stream.traced) {
      this.#simulation.trace.say(
        "M-18",
        `${this.#simulation.trace.uriName(session.transcoder)} is orphaned: good, but never used again`,
      );
    }
    // A test is a stream like any other to the orchestrator that it leaves: both are counted.
    if (this.#simulation.counting) this.#simulation.countersOf(session.info.node).orphaned++;
  }

  /** Counted by the attempt, which knows the reason. */
  removed(): void {}
}
