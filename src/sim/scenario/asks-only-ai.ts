/** Whether all that a scenario asks for is AI jobs: then nothing is transcoded, and nothing can be late. */
import type { Scenario } from "./schema.js";

/** Whether there are AI jobs and no streams at all. */
export function asksOnlyAI({ ai, demand, tester, events }: Scenario): boolean {
  const { concurrentStreams = 0, streamsPerDay = 0, arrivals, trace } = demand;
  const hasStreams =
    concurrentStreams > 0 ||
    streamsPerDay > 0 ||
    arrivals !== undefined ||
    trace !== undefined ||
    Object.values(events ?? {}).some(({ kind }) => kind === "streams" || kind === "badSource");
  return ai !== undefined && !hasStreams && tester === undefined;
}
