/**
 * Progress on stderr: one line that rewrites itself where somebody watches, a line a minute where
 * it goes to a pipe or a file.
 */
import type { Progress } from "../../sim/experiment/workbench.js";
import type { TextStream } from "./terminal.js";

const INTERVAL_MS = 100;
const PIPE_INTERVAL_MS = 60_000;

export interface ProgressLine {
  readonly update: (progress: Progress) => void;
  /** Takes the line away; ends the lines. */
  readonly clear: () => void;
}

function textOf({ done, total, label }: Progress): string {
  const percent = total > 0 ? Math.floor((100 * done) / total) : 0;
  return `${label} ${done}/${total} (${percent} %)`;
}

/** For a pipe: a line a minute says that there is work, also while nothing is finished. */
function minuteLines(stream: TextStream, prefix: string): ProgressLine {
  let last: Progress | undefined;
  let minutes = 0;
  const timer = setInterval(() => {
    minutes += 1;
    const what = last === undefined ? "nothing is finished yet" : textOf(last);
    stream.write(`poolsim: ${prefix}working for ${minutes} min: ${what}\n`);
  }, PIPE_INTERVAL_MS);
  timer.unref();
  return {
    update: (progress) => {
      last = progress;
    },
    clear: () => clearInterval(timer),
  };
}

/**
 * @param options.isShown false: say nothing
 * @param options.prefix what every line begins with
 */
export function progressLine(
  stream: TextStream,
  { isShown, prefix }: { readonly isShown: boolean; readonly prefix: string },
): ProgressLine {
  if (!isShown) return { update: () => {}, clear: () => {} };
  if (!stream.isTTY) return minuteLines(stream, prefix);
  let lastMs = Number.NEGATIVE_INFINITY;
  let isDirty = false;
  return {
    update: (progress) => {
      const nowMs = performance.now();
      if (nowMs - lastMs < INTERVAL_MS && progress.done < progress.total) return;
      lastMs = nowMs;
      isDirty = true;
      const line = `${prefix}${textOf(progress)}`;
      stream.write(`\r\u001b[K${line.slice(0, stream.width - 1)}`);
    },
    clear: () => {
      if (isDirty) stream.write("\r\u001b[K");
      isDirty = false;
    },
  };
}
