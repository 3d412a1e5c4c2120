/**
 * Whether a stream's next steps need instants of their own. Between the instants at which a segment
 * meets others (it arrives at its orchestrator, its work begins and ends) it has to do with its own
 * stream only: its gateway prepares it, sends it, has the result, downloads it. As long as nothing else
 * comes to that stream, such steps are done ahead of time, within the event before them, and leave
 * behind what they would have left at their own instants. A test compares.
 */
import type { Stream } from "../entities.js";
import type { Run } from "../run.js";

/** Whether nothing of this stream happens until then but the one segment that is under way. */
export function isUnseenUntil(
  { atOnce, counting, world, happensMs }: Run,
  stream: Stream,
  untilMs: number,
): boolean {
  return (
    atOnce &&
    !stream.traced &&
    stream.inProgress === 1 &&
    stream.refreshing === 0 &&
    !stream.ended &&
    untilMs < stream.nextReadyMs &&
    // With its last segment a probe ends, which others notice.
    (stream.probe === null || stream.nextReadyMs < Number.POSITIVE_INFINITY) &&
    untilMs < stream.endMs &&
    untilMs < happensMs &&
    untilMs < world.endMs &&
    // What is counted has to be known.
    (counting || untilMs < world.warmupMs)
  );
}
