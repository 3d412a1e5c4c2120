/**
 * Which of those that a discovery found become sessions of a gateway's pool: only they are ever tried
 * (M-8, M-32, A-11).
 */
import type { OrchestratorReport } from "../../discovery/index.js";

/** Why one is passed over, with the rule. */
export interface Reason {
  readonly rule: string;
  readonly reason: string;
  readonly detail: string;
}

/** Those who are passed over, and why. */
export type PassedOver = Map<OrchestratorReport, Reason>;

/** Why no session can be made of an answer; null where one can, or where there is none to judge by. */
export function sessionRejection(
  { info }: OrchestratorReport,
  { onChain }: { readonly onChain: boolean },
): Reason | null {
  if (info === null) return null;
  if (info.authToken === null) {
    const detail = "its answer has no auth token, so that there is no session";
    return { rule: "M-32", reason: "auth-token-missing", detail };
  }
  if (onChain && info.ticketParams === null) {
    const detail = "nobody is named whom tickets could be paid to";
    return { rule: "L-6", reason: "ticket-params-missing", detail };
  }
  return null;
}

/**
 * The sessions of a pool of video: of those whose segments go to one transcoder the first is one, and
 * the others are discarded (M-8), whatever their addresses in the list.
 *
 * @param passedOver receives the others
 */
export function videoSessions(
  found: readonly OrchestratorReport[],
  passedOver: PassedOver,
): OrchestratorReport[] {
  const byTranscoder = new Map<string, OrchestratorReport>();
  for (const report of found) {
    const transcoder = report.transcoder ?? "";
    const first = byTranscoder.get(transcoder);
    if (first === undefined) byTranscoder.set(transcoder, report);
    else passedOver.set(report, repeated("M-8", first));
  }
  return [...byTranscoder.values()];
}

/**
 * The sessions of a pool of an AI job: of those with one transcoder the first has its place in the pool,
 * and the last one's answer, price and latency.
 *
 * @param passedOver receives the others
 */
export function aiSessions(
  found: readonly OrchestratorReport[],
  passedOver: PassedOver,
): OrchestratorReport[] {
  // A key that is set again keeps its place.
  const byTranscoder = new Map<string, OrchestratorReport>();
  for (const report of found) {
    const transcoder = report.transcoder ?? "";
    const before = byTranscoder.get(transcoder);
    if (before !== undefined) passedOver.set(before, repeated("A-11", report));
    byTranscoder.set(transcoder, report);
  }
  return [...byTranscoder.values()];
}

function repeated(rule: string, session: OrchestratorReport): Reason {
  const detail = `it is one session with ${session.uri}: segments of both go to ${session.transcoder}`;
  return { rule, reason: "transcoder-repeated", detail };
}
