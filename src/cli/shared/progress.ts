/**
 * Progress on stderr: one line that rewrites itself where somebody watches, a line a minute where
 * it goes to a pipe or a file.
 */
import { Pace } from "../../sim/experiment/pace.js";
import type { Progress } from "../../sim/experiment/workbench.js";
import type { TextStream } from "./terminal.js";

const INTERVAL_MS = 100;
const AGAIN_MS = 1000;
const PIPE_INTERVAL_MS = 60_000;

export interface ProgressLine {
  readonly update: (progress: Progress) => void;
  /** Takes the line away; ends the lines. */
  readonly clear: () => void;
}

/** A span as a line has it: `12 s`, `3 min`. */
function spanText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** What a line says, and who computes. */
interface LineOptions {
  /** What every line begins with. */
  readonly prefix: string;
  /** Who else computes; where somebody does, the line has their rate too. */
  readonly about?: (() => string) | undefined;
}

class LineText {
  readonly #options: LineOptions;
  readonly #pace = new Pace();
  #last: Progress | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  update(progress: Progress): void {
    this.#last = progress;
    this.#pace.note(progress.done, performance.now());
  }

  get text(): string {
    const about = this.#options.about?.() ?? "";
    const parts = [this.#progress(), about, ...this.#paceTexts(about !== "")];
    return parts.filter((part) => part !== "").join(", ");
  }

  #paceTexts(hasRate: boolean): readonly string[] {
    const pace = this.#last && this.#pace.now(this.#last, performance.now());
    if (this.#last === undefined || !pace) return [];
    const { perSecond, leftMs } = pace;
    const rate =
      perSecond >= 0.1 ? `${perSecond.toFixed(1)}/s` : `${(60 * perSecond).toFixed(1)}/min`;
    const left = this.#last.done < this.#last.total ? [`${spanText(leftMs)} left`] : [];
    return hasRate ? [rate, ...left] : left;
  }

  #progress(): string {
    if (this.#last === undefined) return "nothing is finished yet";
    const { done, total, label } = this.#last;
    const percent = total > 0 ? Math.floor((100 * done) / total) : 0;
    return `${label} ${done}/${total} (${percent} %)`;
  }
}

/** For a pipe: a line a minute says that there is work, also while nothing is finished. */
function minuteLines(stream: TextStream, options: LineOptions): ProgressLine {
  const line = new LineText(options);
  let minutes = 0;
  const timer = setInterval(() => {
    minutes += 1;
    stream.write(`poolsim: ${options.prefix}working for ${minutes} min: ${line.text}\n`);
  }, PIPE_INTERVAL_MS);
  timer.unref();
  return { update: (progress) => line.update(progress), clear: () => clearInterval(timer) };
}

/**
 * @param options.isShown false: say nothing
 * @param options.prefix what every line begins with
 * @param options.about who else computes
 */
export function progressLine(
  stream: TextStream,
  { isShown, ...options }: LineOptions & { readonly isShown: boolean },
): ProgressLine {
  if (!isShown) return { update: () => {}, clear: () => {} };
  if (!stream.isTTY) return minuteLines(stream, options);
  const line = new LineText(options);
  let lastMs = Number.NEGATIVE_INFINITY;
  let isDirty = false;
  const draw = (): void => {
    isDirty = true;
    stream.write(`\r\u001b[K${`${options.prefix}${line.text}`.slice(0, stream.width - 1)}`);
  };
  // Others come and go while nothing is finished.
  const timer = options.about === undefined ? undefined : setInterval(draw, AGAIN_MS);
  timer?.unref();
  return {
    update: (progress) => {
      line.update(progress);
      const nowMs = performance.now();
      if (nowMs - lastMs < INTERVAL_MS && progress.done < progress.total) return;
      lastMs = nowMs;
      draw();
    },
    clear: () => {
      clearInterval(timer);
      if (isDirty) stream.write("\r\u001b[K");
      isDirty = false;
    },
  };
}
