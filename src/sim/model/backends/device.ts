/** Orchestrators that work themselves: all their sessions share one device. */
import { invariant } from "../../../core/errors.js";
import { uniform } from "../../../core/random.js";
import { drawLognormal, type Lognormal, lognormal } from "../../engine/distributions.js";
import type { Device } from "../../network/devices.js";
import type { Conditions } from "../conditions/conditions.js";
import { callDraw, DRAW } from "../draws.js";
import type { Call, SessionInfo } from "../entities.js";
import { EVENT } from "../events.js";
import type { NodeRuntime } from "../node.js";
import type { Run } from "../run.js";
import { callKey } from "../segment/calls.js";
import { deviceOf, transcodeMs } from "../world/work-times.js";
import { type Backend, WORK, type WorkState, workFails } from "./backend.js";

/** The device of one node. */
interface OwnDevice {
  readonly device: Device;
  readonly noise: Lognormal;
  /** Segments that it works on. */
  load: number;
}

/** The backend of all nodes with a device. */
export class DeviceBackend implements Backend {
  readonly isForeseen = false;
  readonly #run: Run;
  readonly #conditions: Conditions;
  readonly #nodes: readonly NodeRuntime[];
  /** By node; null for nodes with another backend. */
  readonly #devices: readonly (OwnDevice | null)[];

  constructor(run: Run, conditions: Conditions, nodes: readonly NodeRuntime[]) {
    const { world } = run;
    const { noiseScale } = world.scenario.assumptions;
    this.#run = run;
    this.#conditions = conditions;
    this.#nodes = nodes;
    this.#devices = world.nodes.map((node) => {
      if (node.backend !== "device") return null;
      const device = deviceOf(world.tables, node.device);
      return { device, noise: lognormal(1, device.noiseCv * noiseScale), load: 0 };
    });
  }

  exchangeSlowness(): number {
    return 1;
  }

  /** Nothing: what a device takes depends on all that it works on. */
  foreseen(): null {
    return null;
  }

  begin(call: Call, info: SessionInfo): WorkState {
    const { now, queue, world } = this.#run;
    const own = this.#deviceOf(call);
    const { k0, k1 } = info.stream;
    const u = uniform(k0, k1, callDraw(call, DRAW.work));
    own.load++;
    const isFirst = (this.#nodes[call.node]?.sessions.segments(call.nodeSession) ?? 0) <= 1;
    const load = { segments: own.load, isFirst };
    const tookMs =
      transcodeMs(own.device, call.pixels, load, drawLognormal(own.noise, u)) *
      this.#conditions.slownessOf(call.node, now);
    call.workFails = workFails(world, call, info.stream);
    call.doneMs = now + tookMs;
    queue.schedule(call.doneMs, EVENT.workDone, call.slot, callKey(call));
    return WORK.underWay;
  }

  restarts(node: number): void {
    const own = this.#devices[node];
    if (own !== null && own !== undefined) own.load = 0;
  }

  workDone(call: Call): WorkState {
    this.#deviceOf(call).load--;
    return call.workFails ? WORK.failed : WORK.done;
  }

  #deviceOf(call: Call): OwnDevice {
    const own = this.#devices[call.node];
    invariant(own !== null && own !== undefined, "the node has a device of its own");
    return own;
  }
}
