/** Measured orchestrators: their work takes as long as the record says, whatever their load. */
import { invariant } from "../../../core/errors.js";
import { OUTCOME, wholeTimeoutMs } from "../../../selection/index.js";
import type { Conditions } from "../conditions/conditions.js";
import { DRAW } from "../draws.js";
import type { Call, SessionInfo } from "../entities.js";
import type { NodeRuntime } from "../node.js";
import type { Recorder } from "../recorder.js";
import type { Run } from "../run.js";
import type { Calls } from "../segment/calls.js";
import { type Backend, type Foreseen, WORK, type WorkState, workFails } from "./backend.js";

/** The backend of all measured nodes. */
export class MeasuredBackend implements Backend {
  readonly isForeseen = true;
  readonly #run: Run;
  readonly #recorder: Recorder;
  readonly #conditions: Conditions;
  readonly #calls: Calls;
  readonly #nodes: readonly NodeRuntime[];
  readonly #foreseen: Foreseen;

  constructor(options: {
    readonly run: Run;
    readonly recorder: Recorder;
    readonly conditions: Conditions;
    readonly calls: Calls;
    readonly nodes: readonly NodeRuntime[];
  }) {
    this.#run = options.run;
    this.#recorder = options.recorder;
    this.#conditions = options.conditions;
    this.#calls = options.calls;
    this.#nodes = options.nodes;
    this.#foreseen = {
      untilMs: Number.POSITIVE_INFINITY,
      failureDraw: DRAW.failure,
      failure: options.run.world.scenario.assumptions.segmentFailure,
      worker: null,
    };
  }

  exchangeSlowness(node: number, timeMs: number): number {
    return this.#conditions.slownessOf(node, timeMs);
  }

  foreseen(): Foreseen {
    return this.#foreseen;
  }

  begin(call: Call, info: SessionInfo): WorkState {
    const { now, world } = this.#run;
    const node = this.#nodes[call.node];
    const link = world.links[info.stream.site]?.[call.node];
    invariant(node !== undefined && link !== undefined, "a node has a link to every site");
    const begin = node.sessions.beginMs(call.nodeSession, now);
    const end = begin + link.workMs * call.factor;
    const fails = workFails(world, call, info.stream);
    const { pixels, counted } = call;
    node.finishSegment(call.nodeSession, end, fails || !counted ? 0 : pixels);
    info.lastEndMs = end;
    call.nodeDone = true;
    const limit = call.sentMs + wholeTimeoutMs(call.durationMs);
    if (!fails) this.#recorder.uploaded(call, end <= limit);
    if (end > limit) this.#calls.reply(call, OUTCOME.bodyTimeout, limit);
    else this.#calls.reply(call, fails ? OUTCOME.errorResult : OUTCOME.ok, end);
    return WORK.underWay;
  }

  /** Nothing: what has begun is known already. */
  restarts(): void {}

  /** Never asked: the answer was on its way when the work began. */
  workDone(): WorkState {
    return WORK.underWay;
  }
}
