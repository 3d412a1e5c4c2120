/** Whether a source can be read at all: asked before books are made for what it has. */
import { probeBucket } from "./bucket.js";
import { assertReadable } from "./files.js";
import { probeOrchestrator } from "./orchestrator.js";
import type { EventSource, PollOptions } from "./source.js";

/**
 * Reads the beginning of what a source has, and enters nothing.
 *
 * @throws as `pollSource`, of the source
 */
export async function probeSource(
  source: EventSource,
  { now, signal }: PollOptions,
): Promise<void> {
  const { name, nodeType, region } = source;
  const shared = { source: name, nodeType, region, now, signal };
  switch (source.kind) {
    case "files":
      return await assertReadable(source.paths);
    case "orchestrator":
      return await probeOrchestrator({ ...shared, url: source.url });
    case "bucket": {
      const { endpoint, bucket, prefix, credentials } = source;
      return await probeBucket({ ...shared, endpoint, bucket, prefix, credentials });
    }
  }
}
