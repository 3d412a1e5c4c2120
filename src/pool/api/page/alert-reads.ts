/** Alerts of the pool: what is wrong now, and what was. */
import type { z } from "zod";
import { ALERT_KINDS } from "../../operate/alerts/conditions.js";
import { currentAlerts, type PastAlert, pastAlerts } from "../../operate/alerts/history.js";
import type { alertsAnswer } from "./answers.js";
import { type PageContext, utc, utcOrNull } from "./context.js";

type Alerts = z.output<typeof alertsAnswer>;

/** How many go on; null: nobody looks for them. */
export function alertCount({ books }: Pick<PageContext, "books">): number | null {
  return currentAlerts(books)?.length ?? null;
}

/** The answer of `/pool/alerts`. */
export function readAlerts({ books, nowMs, isOperator }: PageContext): Alerts {
  const looked = books.runs.list({ job: "alerts", limit: 5 });
  const shown = ({ kind, subject, text, sinceMs }: Omit<PastAlert, "untilMs">) => ({
    kind,
    what: ALERT_KINDS[kind],
    subject,
    // It may have the operator's files and servers in it.
    text: isOperator ? text : null,
    since: utc(sinceMs),
  });
  return {
    lookedAt: utcOrNull(looked.find(({ outcome }) => outcome === "done")?.endedMs),
    current: (currentAlerts(books) ?? []).map(shown),
    past: pastAlerts(books, nowMs).map((one) => ({ ...shown(one), until: utc(one.untilMs) })),
  };
}
