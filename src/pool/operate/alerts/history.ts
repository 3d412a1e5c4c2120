/** What alerts there are and were, as the job `alerts` keeps it in the books for who looks at the pool. */
import { z } from "zod";
import type { PoolStore } from "../../books/store/store.js";
import { ALERT_KINDS, type AlertKind } from "./conditions.js";
import { type Active, type AlertState, NO_ALERTS } from "./state.js";

/** An alert that is over. */
export interface PastAlert extends Pick<Active, "kind" | "subject" | "text" | "sinceMs"> {
  /** When it was seen to be over, ms since 1970. */
  readonly untilMs: number;
}

/** Name of the cursor that holds what is remembered. */
export const ALERTS_STATE = "alerts";
const PAST = "alerts-past";
const DAY_MS = 86_400_000;
const KEPT_DAYS = 90;
const PAST_MAX = 1_000;

const kindSchema = z.enum(Object.keys(ALERT_KINDS) as [AlertKind, ...AlertKind[]]);
const alertSchema = z.object({
  kind: kindSchema,
  subject: z.string(),
  text: z.string(),
  sinceMs: z.number(),
});
const activeSchema = z.array(alertSchema.extend({ isBegun: z.boolean() }));
const pastSchema = z.array(alertSchema.extend({ untilMs: z.number() }));

/** What is remembered; of what nobody of ours wrote, nothing. */
export function alertStateIn(books: Pick<PoolStore, "cursor">): AlertState {
  const value = jsonIn(books, ALERTS_STATE);
  return typeof value === "object" && value !== null ? { ...NO_ALERTS, ...value } : NO_ALERTS;
}

/** Alerts that go on and were told, or would have been: oldest first; null: nobody ever looked. */
export function currentAlerts(books: Pick<PoolStore, "cursor">): readonly Active[] | null {
  const value = jsonIn(books, ALERTS_STATE);
  if (typeof value !== "object" || value === null) return null;
  const { data = [] } = activeSchema.safeParse(Reflect.get(value, "active"));
  return data.filter(({ isBegun }) => isBegun).sort((a, b) => a.sinceMs - b.sinceMs);
}

/** Alerts that were over within the last 90 days, the newest first. */
export function pastAlerts(books: Pick<PoolStore, "cursor">, nowMs: number): readonly PastAlert[] {
  const { data = [] } = pastSchema.safeParse(jsonIn(books, PAST));
  return data.filter(({ untilMs }) => nowMs - untilMs < KEPT_DAYS * DAY_MS);
}

/** Keeps what is remembered now, and what was over since what was remembered before. */
export function keepAlerts(
  store: PoolStore,
  before: AlertState,
  { state, nowMs }: { readonly state: AlertState; readonly nowMs: number },
): void {
  const goOn = new Set(state.active.map(nameOf));
  const over = before.active.filter((one) => one.isBegun && !goOn.has(nameOf(one)));
  store.transaction(() => {
    store.setCursor(ALERTS_STATE, JSON.stringify(state));
    if (over.length === 0) return;
    const ended = over.map(({ isBegun: _, ...alert }) => ({ ...alert, untilMs: nowMs }));
    const all = [...ended, ...pastAlerts(store, nowMs)].slice(0, PAST_MAX);
    store.setCursor(PAST, JSON.stringify(all));
  });
}

function nameOf({ kind, subject }: Pick<Active, "kind" | "subject">): string {
  return `${kind} ${subject}`;
}

function jsonIn(books: Pick<PoolStore, "cursor">, name: string): unknown {
  try {
    return JSON.parse(books.cursor(name) ?? "null");
  } catch {
    return null;
  }
}
