/** Sessions that gateways end at their orchestrators: EndTranscodingSession on its way. */
import { type SessionInfo, Slots } from "../entities.js";
import { EVENT, streamKey } from "../events.js";
import type { NodeRuntime } from "../node.js";
import type { Run } from "../run.js";

/** A session to be ended at its node. */
interface Ending {
  readonly slot: number;
  node: number;
  session: number;
}

/** All endings under way. */
export class Endings {
  readonly #run: Run;
  readonly #nodes: readonly NodeRuntime[];
  readonly #slots = new Slots<Ending>((slot) => ({ slot, node: 0, session: 0 }));

  constructor(run: Run, nodes: readonly NodeRuntime[]) {
    this.#run = run;
    this.#nodes = nodes;
  }

  /** The gateway ends a session; that takes a round trip and a half to arrive (G-20). */
  send(info: SessionInfo, sentMs: number): void {
    const { world, queue } = this.#run;
    const rttMs = world.links[info.stream.site]?.[info.node]?.rttMs ?? 0;
    const ending = this.#slots.take();
    ending.node = info.node;
    ending.session = info.nodeSession;
    const key = streamKey(info.stream.order, info.stream.endings++);
    queue.schedule(sentMs + 1.5 * rttMs, EVENT.sessionEnd, ending.slot, key);
  }

  /** The node hears of it. */
  arrives(slot: number): void {
    const ending = this.#slots.at(slot);
    this.#nodes[ending.node]?.sessions.end(ending.session, this.#run.now);
    this.#slots.give(ending);
  }
}
