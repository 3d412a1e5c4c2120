/**
 * Alerts with their beginnings and ends: conditions go in, notices come out, one for each beginning and
 * one for each end, and what was not told is told later. A pure state machine; whoever drives it keeps it.
 */
import type { AlertKind, Condition } from "./conditions.js";

/** A condition that goes on. */
export interface Active {
  readonly kind: AlertKind;
  readonly subject: string;
  readonly text: string;
  /** Since when it was seen, ms since 1970. */
  readonly sinceMs: number;
  /** Its beginning was told, or is to be. */
  readonly isBegun: boolean;
  /** See {@link Condition.fact}. */
  readonly fact?: string | undefined;
}

/** Something to tell a receiver; the same until it is told. */
export interface Notice extends Pick<Active, "kind" | "subject" | "text" | "sinceMs"> {
  /** Names it: a receiver that gets it twice knows it. */
  readonly id: string;
  readonly phase: "begin" | "end";
  /** When that was, ms since 1970. */
  readonly atMs: number;
  /** The receiver. */
  readonly to: string;
  /** How often it was tried. */
  readonly tries: number;
  /** Not before, ms since 1970. */
  readonly nextMs: number;
}

/** All that is remembered. */
export interface AlertState {
  readonly active: readonly Active[];
  /** Not told yet, oldest first. */
  readonly waiting: readonly Notice[];
  /** When something was told, by receiver, ms since 1970: of the last hour. */
  readonly told: Readonly<Record<string, readonly number[]>>;
  /** Pieces that waited in quarantine when all was well; null: nobody looked yet. */
  readonly quarantine: number | null;
  /** Counts notices. */
  readonly number: number;
  /** What began and is over, and does not begin again by the same fact when a clock is set back. */
  readonly over: readonly string[];
}

export const NO_ALERTS: AlertState = {
  active: [],
  waiting: [],
  told: {},
  quarantine: null,
  number: 0,
  over: [],
};

const HOUR_MS = 3_600_000;
const PAUSE_MS = 30_000;
/** A notice that nobody took for so long is given up. */
const GIVEN_UP_MS = 24 * HOUR_MS;
const WAITING_MAX = 500;
const OVER_MAX = 500;

/** Whether a condition is known to go on by the same fact, however the clock was set since. */
export function isBegun(
  state: AlertState,
  condition: Pick<Condition, "kind" | "subject" | "fact">,
) {
  return state.active.some(
    (one) => keyOf(one) === keyOf(condition) && one.fact === condition.fact && one.isBegun,
  );
}

/** What conditions mean for what is remembered. */
export function observe(
  state: AlertState,
  conditions: readonly Condition[],
  { receivers, nowMs }: { readonly receivers: readonly string[]; readonly nowMs: number },
): AlertState {
  let { number } = state;
  const waiting = [...state.waiting];
  const tell = (phase: Notice["phase"], active: Active): void => {
    const { kind, subject, text, sinceMs } = active;
    number++;
    for (const to of receivers) {
      const begun = waiting.findIndex(
        (one) =>
          one.to === to && one.kind === kind && one.subject === subject && one.phase === "begin",
      );
      // Over before its beginning was told: nothing to tell.
      if (phase === "end" && begun >= 0) {
        waiting.splice(begun, 1);
        continue;
      }
      const id = `${sinceMs}-${number}`;
      waiting.push({
        kind,
        subject,
        text,
        sinceMs,
        id,
        phase,
        atMs: nowMs,
        to,
        tries: 0,
        nextMs: nowMs,
      });
    }
  };
  const before = new Map(state.active.map((active) => [keyOf(active), active]));
  const was = new Set(state.over);
  const fresh = conditions.filter((one) => one.fact === undefined || !was.has(factOf(one)));
  const active = [...new Map(fresh.map((one) => [keyOf(one), one])).values()].map((one): Active => {
    const { kind, subject, text, afterMs, fact } = one;
    const known = before.get(keyOf(one));
    before.delete(keyOf(one));
    // A clock that was set back: it has been so for as long as that clock says, and longer.
    const sinceMs = Math.min(known?.sinceMs ?? nowMs, nowMs);
    const wasBegun = known?.isBegun ?? false;
    const next = {
      kind,
      subject,
      text,
      sinceMs,
      isBegun: wasBegun || nowMs - sinceMs >= afterMs,
      ...(fact === undefined ? {} : { fact }),
    };
    if (next.isBegun && !wasBegun) tell("begin", next);
    return next;
  });
  const ended = [...before.values()].filter((one) => one.isBegun);
  for (const one of ended) tell("end", one);
  const facts = ended.filter(({ fact }) => fact !== undefined).map(factOf);
  const over = [...state.over, ...facts].slice(-OVER_MAX);
  return { ...state, active, waiting: waiting.slice(-WAITING_MAX), number, over };
}

/**
 * The next notice for a receiver: in order, when its pause is over, at most so many in an hour.
 *
 * @returns null: nothing for now
 */
export function nextNotice(
  { waiting, told }: AlertState,
  to: string,
  { perHour, nowMs }: { readonly perHour: number; readonly nowMs: number },
): Notice | null {
  const recent = withinHour(told[to], nowMs);
  if (recent.length >= perHour) return null;
  const first = waiting.find((notice) => notice.to === to);
  if (first === undefined) return null;
  // None waits for longer than an hour, but for a clock that was set back.
  return first.nextMs > nowMs && first.nextMs - nowMs <= HOUR_MS ? null : first;
}

/** A notice was told. */
export function toldNotice(state: AlertState, { id, to }: Notice, nowMs: number): AlertState {
  const recent = withinHour(state.told[to], nowMs);
  return {
    ...state,
    waiting: state.waiting.filter((notice) => notice.id !== id || notice.to !== to),
    told: { ...state.told, [to]: [...recent, nowMs] },
  };
}

/**
 * A notice could not be told: tried again, later each time, up to an hour; given up after a day.
 *
 * @param afterMs what the receiver asked for; at most an hour counts
 */
export function failedNotice(
  state: AlertState,
  { id, to }: Notice,
  { nowMs, afterMs = 0 }: { readonly nowMs: number; readonly afterMs?: number | undefined },
): AlertState {
  const waiting = state.waiting.flatMap((notice): Notice[] => {
    if (notice.id !== id || notice.to !== to) return [notice];
    if (nowMs - notice.atMs >= GIVEN_UP_MS) return [];
    const pauseMs = Math.min(
      HOUR_MS,
      Math.max(PAUSE_MS * 2 ** Math.min(notice.tries, 10), afterMs),
    );
    return [{ ...notice, tries: notice.tries + 1, nextMs: nowMs + pauseMs }];
  });
  return { ...state, waiting };
}

/** The quarantine's count when all is well: the least since the last alert about it was over. */
export function quarantineOf(state: AlertState, count: number): AlertState {
  const before = state.quarantine ?? count;
  return { ...state, quarantine: Math.min(before, count) };
}

/** What a clock that was set back has in the future does not count. */
function withinHour(toldMs: readonly number[] = [], nowMs: number): readonly number[] {
  return toldMs.filter((atMs) => atMs <= nowMs && nowMs - atMs < HOUR_MS);
}

function factOf(one: Pick<Condition, "kind" | "subject" | "fact">): string {
  return `${keyOf(one)} ${one.fact ?? ""}`;
}

function keyOf({ kind, subject }: Pick<Active, "kind" | "subject">): string {
  return `${kind} ${subject}`;
}
