/** Progress: one line on stderr that rewrites itself; nothing where nobody watches. */
import type { Progress } from "../sim/experiment/workbench.js";
import type { TextStream } from "./terminal.js";

const INTERVAL_MS = 100;

export interface ProgressLine {
  readonly update: (progress: Progress) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

/**
 * @param options.isShown false: say nothing
 * @param options.prefix what every line begins with
 */
export function progressLine(
  stream: TextStream,
  { isShown, prefix }: { readonly isShown: boolean; readonly prefix: string },
): ProgressLine {
  if (!isShown || !stream.isTTY) return { update: () => {}, clear: () => {} };
  let lastMs = Number.NEGATIVE_INFINITY;
  let isDirty = false;
  return {
    update: ({ done, total, label }) => {
      const nowMs = performance.now();
      if (nowMs - lastMs < INTERVAL_MS && done < total) return;
      lastMs = nowMs;
      isDirty = true;
      const percent = total > 0 ? Math.floor((100 * done) / total) : 0;
      const line = `${prefix}${label} ${done}/${total} (${percent} %)`;
      stream.write(`\r\u001b[K${line.slice(0, stream.width - 1)}`);
    },
    clear: () => {
      if (isDirty) stream.write("\r\u001b[K");
      isDirty = false;
    },
  };
}
