/** When a job is due: by a cron expression in a time zone, at an interval, or only when it is asked for. */
import { Cron } from "croner";
import { InputError } from "../../core/errors.js";

/** When a job is due. */
export type Timing =
  | {
      readonly kind: "cron";
      /** Minute, hour, day of month, month, day of week; before them seconds, if there are six. */
      readonly pattern: string;
      /** An IANA name such as `Europe/Berlin`. */
      readonly timeZone: string;
    }
  | {
      readonly kind: "every";
      /** Time between the beginnings of runs, ms. */
      readonly ms: number;
    }
  | { readonly kind: "asked" };

/** The instants at which a job is due. */
export interface Slots {
  /** The first after an instant, ms since 1970; null: never. */
  readonly after: (ms: number) => number | null;
  /** The last at or before an instant, but after `sinceMs`; null: none. */
  readonly lastUpTo: (ms: number, sinceMs: number) => number | null;
}

/**
 * The instants of a timing. Where clocks are put forward, what would have been due in the hour that
 * is left out is due at its end; where they are put back, it is due once.
 *
 * @throws InputError (`JOB_TIMING`) for an expression or a time zone that is none, or that never comes
 */
export function slotsOf(timing: Timing): Slots {
  if (timing.kind === "asked") return { after: () => null, lastUpTo: () => null };
  if (timing.kind === "every") return slotsOfInterval(timing.ms);
  const { pattern, timeZone } = timing;
  const cron = cronOf(pattern, timeZone);
  const after = (ms: number): number | null => cron.nextRun(new Date(ms))?.getTime() ?? null;
  return {
    after,
    lastUpTo: (ms, sinceMs) => {
      const from = startOfSearch(after, ms, sinceMs);
      let last: number | null = null;
      for (let at = after(from); at !== null && at <= ms; at = after(at)) last = at;
      return last;
    },
  };
}

/** Long ago only the end matters: from where on there are slots, but not too many. */
function startOfSearch(after: Slots["after"], ms: number, sinceMs: number): number {
  for (let spanMs = 3_600_000; spanMs < ms - sinceMs; spanMs *= 4) {
    const at = after(ms - spanMs);
    if (at !== null && at <= ms) return ms - spanMs;
  }
  return sinceMs;
}

function slotsOfInterval(everyMs: number): Slots {
  if (!(Number.isSafeInteger(everyMs) && everyMs >= 1_000)) {
    throw wrong(`every: found ${everyMs} ms, expected a second at least`);
  }
  const upTo = (ms: number): number => Math.floor(ms / everyMs) * everyMs;
  return {
    after: (ms) => upTo(ms) + everyMs,
    lastUpTo: (ms, sinceMs) => (upTo(ms) > sinceMs ? upTo(ms) : null),
  };
}

function cronOf(pattern: string, timezone: string): Cron {
  const said = JSON.stringify(pattern);
  const fields = pattern.trim().split(/\s+/).length;
  if (!pattern.trim().startsWith("@") && fields !== 5 && fields !== 6) {
    throw wrong(`cron: found ${said}, expected five fields such as "30 3 * * *"`);
  }
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch {
    throw wrong(`timeZone: found ${JSON.stringify(timezone)}, expected one such as Europe/Berlin`);
  }
  let cron: Cron;
  try {
    cron = new Cron(pattern, { timezone, paused: true });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "";
    throw wrong(`cron: found ${said}: ${why}`, error);
  }
  // From the first day of a year that has a leap day.
  if (cron.nextRun(new Date(Date.UTC(2028, 0, 1))) === null) {
    throw wrong(`cron: found ${said}, which never comes`);
  }
  return cron;
}

function wrong(message: string, cause?: unknown): InputError {
  return new InputError(message, { code: "JOB_TIMING", cause });
}
