/** All AI workers of a past. */
import type { AIPast } from "./ai-events.js";
import type { AIWorkerFit } from "./ai-fit.js";
import { fitAIModel } from "./fit-model.js";

/**
 * Fits each worker's models.
 *
 * @param past of a pool
 * @returns in order of their names
 */
export function fitAIWorkers(past: AIPast): AIWorkerFit[] {
  const regions = new Map<string, Set<string>>();
  for (const { address, region } of past.models) {
    regions.set(address, (regions.get(address) ?? new Set()).add(region));
  }
  const workers = new Map<string, AIWorkerFit>();
  for (const one of past.models) {
    const { address, region } = one;
    // As of transcoding: an address that works in several regions is a worker in each.
    const worker = (regions.get(address)?.size ?? 0) > 1 ? `${address}-${region}` : address;
    const models = [...(workers.get(worker)?.models ?? []), fitAIModel(one)];
    workers.set(worker, { worker, address, region, models });
  }
  return [...workers.values()];
}
