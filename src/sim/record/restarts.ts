/**
 * Nodes that are started again, put into what was recorded: the workers of a node that is gone say
 * no farewell, and register with the new one. The work itself is not interrupted: the model knows
 * no restarts.
 */
import { type RandomKey, uniform } from "../../core/random.js";
import type { WorkerConnection } from "../../pool/books/events/event.js";
import { inOrderOfTime, type PoolSource, type RecordedEvent } from "./recorded-event.js";

/** A worker is back within so long, and not within the first second. */
const BACK_MS_MAX = 30_000;
const BACK_MS_MIN = 1_000;

export interface Restart {
  /** Names the record: ids of others differ. */
  readonly run: string;
  readonly source: PoolSource;
  /** Ms since 1970, whole seconds. */
  readonly atMs: number;
}

/**
 * @param events in order of time
 * @returns the same events with resets and connections made anew, in order of time
 */
export function withRestart(
  events: readonly RecordedEvent[],
  { run, source, atMs }: Restart,
  key: RandomKey,
): RecordedEvent[] {
  const open = new Map<string, WorkerConnection>();
  const told: RecordedEvent[] = [];
  const back = new Map<string, RecordedEvent & { readonly event: WorkerConnection }>();
  const isOver = () => {
    const { nodeType, region } = source;
    const id = `${run}-restart-${source.name}-${atMs}`;
    const envelope = { atMs, nodeType, region } as const;
    const reset = { type: "reset", node: "orchestrator" } as const;
    told.push({ source, event: { identity: { form: "caller", id }, ...envelope, ...reset } });
    for (const [index, [connection, { address }]] of [...open].entries()) {
      const u = uniform(key.k0 ^ atMs, key.k1, index);
      const event: WorkerConnection = {
        identity: { form: "caller", id: `${id}-${index}` },
        ...envelope,
        atMs: atMs + BACK_MS_MIN + Math.floor(u * (BACK_MS_MAX - BACK_MS_MIN)),
        type: "worker-connected",
        address,
        // From another port.
        connection: `${connection.slice(0, connection.lastIndexOf(":"))}:${1_024 + ((atMs / 1000 + index) % 18_000)}`,
      };
      back.set(connection, { source, event });
    }
  };
  let hasRestarted = false;
  for (const recorded of events) {
    const { event } = recorded;
    if (!hasRestarted && event.atMs >= atMs) {
      hasRestarted = true;
      isOver();
    }
    if (recorded.source !== source || !isConnection(event)) {
      if (recorded.source === source && event.type === "reset") open.clear();
      told.push(recorded);
    } else if (!hasRestarted) {
      if (event.type === "worker-connected") open.set(event.connection, event);
      else open.delete(event.connection);
      told.push(recorded);
    } else {
      const again = back.get(event.connection);
      if (event.type === "worker-connected" || again === undefined) told.push(recorded);
      // One that fails before it is back was never there.
      else if (event.atMs <= again.event.atMs) back.delete(event.connection);
      else {
        const { connection } = again.event;
        told.push({ source, event: { ...event, connection } });
      }
    }
  }
  return inOrderOfTime([...told, ...back.values()]);
}

function isConnection(event: RecordedEvent["event"]): event is WorkerConnection {
  return event.type === "worker-connected" || event.type === "worker-disconnected";
}
