/** What is counted of a request when it is over, and of those that are not at the end of a run. */
import { AI_RESULT } from "../../selection/ai/request.js";
import type { Run } from "../model/run.js";
import type { AIJobCounters } from "./ai-counters.js";
import type { AIRequestSlot } from "./entities.js";

/** A request is over. */
export function countEnd(counters: AIJobCounters, request: AIRequestSlot, run: Run): void {
  const { core } = request;
  const latencyMs = run.now - request.startMs;
  switch (core.result) {
    case AI_RESULT.ok:
      counters.succeeded++;
      if (core.selection?.warm) counters.warm++;
      counters.latencies.record(latencyMs);
      counters.latencySumMs += latencyMs;
      if (core.session?.orchestrator === run.world.pool) {
        counters.poolSucceeded++;
        counters.poolLatencies.record(latencyMs);
        counters.poolLatencySumMs += latencyMs;
      }
      break;
    case AI_RESULT.serviceUnavailable:
      counters.unavailable++;
      break;
    case AI_RESULT.badRequest:
      counters.badRequests++;
      break;
    default:
      counters.crashed++;
  }
}

/** A request is under way at the end of the run. */
export function countUnderWay(counters: AIJobCounters, request: AIRequestSlot): void {
  counters.inFlight++;
  if (!request.isOut) return;
  counters.submitsUnderWay++;
  if (request.stream !== null) return;
  counters.unitsUnderWay += request.units;
  if (request.answered && request.failure === null) counters.unitsReturning += request.units;
}
