/** How a notice is written for who gets it: a program, Slack or Discord. */
import { utcText } from "../../../core/utc.js";
import type { Notice } from "./state.js";

/** The forms of a message. */
export const ALERT_SHAPES = ["json", "slack", "discord"] as const;
/** A form of a message. */
export type AlertShape = (typeof ALERT_SHAPES)[number];

/** What is posted. Names in it call nobody: mentions and links are text. */
export function messageOf(notice: Notice, shape: AlertShape, pool: string): object {
  const { id, kind, subject, phase, text, sinceMs, atMs } = notice;
  if (shape === "json") {
    const [since, at] = [utcText(sinceMs), utcText(atMs)];
    return { schemaVersion: 1, id, pool, kind, subject, phase, text, since, at };
  }
  const until = phase === "end" ? ` (since ${utcText(sinceMs)})` : "";
  const line = `${phase === "begin" ? "ALERT" : "OVER"} ${kind}: ${text}${until} [${pool}]`;
  if (shape === "discord") {
    const content = line.replaceAll(/[\\*_~`|>@#[\]()<]/g, (character) => `\\${character}`);
    return { content: content.slice(0, 2_000), allowed_mentions: { parse: [] } };
  }
  const escaped = line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return { text: escaped };
}
