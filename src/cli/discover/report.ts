/** Findings as text: a block for each orchestrator, in the order in which a gateway tries them. */

import { counted, fixed } from "../../core/wording.js";
import { capabilityText, type Rational } from "../../discovery/index.js";
import { type Style, wrapped } from "../../sim/report/style.js";
import { stakeText } from "./document.js";
import type { Findings, Judged } from "./gather.js";
import type { AIJobAsked } from "./job.js";
import { allGpusText, modelRows, modelText } from "./models.js";
import { runnerTexts } from "./runners.js";

/** Capability whose number of sessions is told: H.264 transcoding. */
const TRANSCODING = 0;
const DETAIL_MAX = 300;
/** The deactivation round of who stays (C-11). */
const NEVER = 2n ** 63n - 1n;

/** What the report says besides the list. */
export interface ReportContext {
  /** The source. */
  readonly label: string;
  readonly onChain: boolean;
  readonly ai: AIJobAsked | null;
  /** The global one, which runners are held against. */
  readonly maxPrice: Rational | null;
  readonly notes: readonly string[];
  readonly isQuiet: boolean;
}

/** Strangers' text on one line without anything that moves a terminal's cursor. */
export function plain(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > DETAIL_MAX ? `${line.slice(0, DETAIL_MAX)}…` : line;
}

/** Sets of capabilities by letter: most orchestrators have the same one. */
class CapabilitySets {
  readonly #letters = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  letterOf(capabilities: readonly number[]): string {
    const key = capabilities.map(capabilityText).join(", ") || "none";
    const letter = this.#letters.get(key) ?? letterAt(this.#letters.size);
    this.#letters.set(key, letter);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return letter;
  }

  render({ width, dim }: Style): string {
    const rows = [...this.#letters].map(([key, letter]) => {
      const count = this.#counts.get(key) ?? 0;
      return wrapped(`${letter}: ${key} (${count}×)`, width, "   ");
    });
    return rows.length === 0 ? "" : `Capabilities\n${dim(rows.join("\n"))}`;
  }
}

function letterAt(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`;
}

/** All findings. Each line is ended. */
export function renderFindings(findings: Findings, context: ReportContext, style: Style): string {
  const sets = new CapabilitySets();
  const { orchestrators } = findings;
  const tried = orchestrators.filter(({ turn }) => turn !== null);
  const usable = orchestrators.filter(
    ({ turn, verdict }) => turn === null && verdict !== "rejected",
  );
  const rejected = orchestrators.filter(({ verdict }) => verdict === "rejected");
  const leaves = leavingRounds(findings);
  const block = (judged: Judged) =>
    orchestratorBlock(
      judged,
      factsOf(judged, sets, leaves),
      [
        ...modelRows(judged, context.ai).map(modelText),
        ...unsaid(judged),
        ...runnerTexts(judged, context.maxPrice),
      ],
      style,
    );
  const section = (title: string, list: readonly Judged[]) =>
    list.length === 0 ? "" : `${style.bold(title)}\n${list.map(block).join("\n")}`;
  const parts = [
    heading(findings, context, style),
    section(triedTitle(context.onChain), tried),
    section("Eligible, but not tried this time", usable),
    section("Rejected", rejected),
    sets.render(style),
    gpus(allGpusText(orchestrators, context.ai), style),
    context.isQuiet ? "" : notes(context.notes, style),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function triedTitle(onChain: boolean): string {
  return onChain
    ? "Eligible, with the chance of being the gateway's first choice (L-13)"
    : "Eligible, in the order in which a gateway tries them (L-5)";
}

function heading(findings: Findings, { label }: ReportContext, style: Style): string {
  const { orchestrators, elapsedMs, interrupted } = findings;
  const eligible = orchestrators.filter(({ verdict }) => verdict !== "rejected");
  const byRule = new Map<string, number>();
  for (const { verdict, reason } of orchestrators) {
    if (verdict !== "rejected" || reason === null) continue;
    const key = `${reason.rule} ${reason.reason}`;
    byRule.set(key, (byRule.get(key) ?? 0) + 1);
  }
  const rejections = [...byRule]
    .sort(([, a], [, b]) => b - a)
    .map(([rule, count]) => `${count} ${rule}`)
    .join(", ");
  const facts = [
    `${counted(orchestrators.length, "orchestrator")}, ${eligible.length} eligible`,
    ...(rejections === "" ? [] : [`rejected: ${rejections}`]),
    `discovery took ${elapsedMs.toFixed(0)} ms`,
    ...(interrupted ? ["interrupted: this is what was known by then"] : []),
  ];
  return `${style.bold(label)}\n${style.dim(wrapped(facts.join("; "), style.width))}`;
}

function unsaid({ details }: Judged): string[] {
  return details?.error ? [`no hardware and prices of models: ${details.error}`] : [];
}

function gpus(text: string, { width, dim }: Style): string {
  return text === "" ? "" : dim(wrapped(plain(text), width, "  "));
}

function orchestratorBlock(
  judged: Judged,
  facts: readonly string[],
  offers: readonly string[],
  style: Style,
): string {
  const { report, turn, probability, verdict, reason } = judged;
  const mark = turn === null ? "   " : `${String(turn).padStart(2)}.`;
  const indent = " ".repeat(mark.length + 1);
  const chance = probability === null ? "" : `  ${style.green(percent(probability))}`;
  const lines = [`${mark} ${plain(report.uri)}${chance}`];
  if (facts.length > 0) {
    const text = wrapped(facts.join(" · "), style.width - indent.length, indent);
    lines.push(style.dim(`${indent}${text}`));
  }
  for (const offer of offers) {
    lines.push(style.dim(`${indent}${wrapped(plain(offer), style.width - indent.length, indent)}`));
  }
  if (reason !== null) {
    const words = verdict === "rejected" ? "rejected" : "not tried";
    const text = `${words} by ${reason.rule}, ${reason.reason}: ${plain(reason.detail)}`;
    const paint = verdict === "rejected" ? style.red : style.yellow;
    lines.push(paint(`${indent}${wrapped(text, style.width - indent.length, indent)}`));
  }
  return lines.join("\n");
}

/** First rounds without them, by recipient: of whom the source knows that they are going. */
function leavingRounds({ listing }: Findings): ReadonlyMap<string, bigint> {
  return new Map(
    listing.endpoints.flatMap(({ recipient, deactivationRound: round }) =>
      recipient === null || round === null || round >= NEVER ? [] : [[recipient, round] as const],
    ),
  );
}

function withoutSlash(uri: string): string {
  return uri.replace(/\/$/, "");
}

function factsOf(
  { report }: Judged,
  sets: CapabilitySets,
  leaves: ReadonlyMap<string, bigint>,
): string[] {
  const leavesIn = leaves.get(report.recipient ?? "");
  const { recipient, address, latencyMs, price, stake, version, capabilities, score } = report;
  const sessions = report.info?.capabilities?.capacities?.get(TRANSCODING);
  const facts: (string | false)[] = [
    recipient !== null && recipient,
    address !== null && address !== recipient && address !== "0x" && `signs as ${address}`,
    latencyMs !== null && `${latencyMs.toFixed(0)} ms`,
    price !== null && `${price.toFixed(3)} wei/pixel`,
    stake !== null && `stake ${grouped(stakeText(stake))} LPT`,
    version !== null && version !== "" && `version ${plain(version)}`,
    sessions !== undefined && counted(sessions, "session"),
    capabilities !== null && `capabilities ${sets.letterOf(capabilities)}`,
    score !== null && score !== 0 && score !== 1 && `score ${score}`,
    report.transcoder !== null &&
      report.transcoder !== "" &&
      withoutSlash(report.transcoder) !== withoutSlash(report.uri) &&
      `segments go to ${plain(report.transcoder)}`,
    report.advertisedBy !== null && `advertised by ${plain(report.advertisedBy)}`,
    leavesIn !== undefined && `leaves in round ${leavesIn}`,
    report.backfilled && "suspended, fills up (D-39)",
  ];
  return facts.filter((fact) => fact !== false);
}

/** `149730.65930` → `149,730.6593`. */
function grouped(decimal: string): string {
  const [, fraction = ""] = decimal.split(".");
  return fixed(Number(decimal), fraction.replace(/0+$/, "").length);
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(probability < 0.001 ? 3 : 1)} %`;
}

function notes(list: readonly string[], { width, dim }: Style): string {
  return list.map((note) => dim(wrapped(`Note: ${note}`, width, "  "))).join("\n");
}

/** What differs from the round before, a line each. */
export function renderChanges(before: Findings, after: Findings): string {
  const state = ({ verdict, reason }: Judged) =>
    verdict === "rejected"
      ? `rejected (${reason?.rule ?? ""} ${reason?.reason ?? ""})`
      : "eligible";
  const old = new Map(before.orchestrators.map((one) => [one.report.uri, state(one)]));
  const lines: string[] = [];
  for (const one of after.orchestrators) {
    const { uri } = one.report;
    const was = old.get(uri) ?? "not listed";
    if (was !== state(one)) lines.push(`${plain(uri)}: ${was} → ${state(one)}\n`);
    old.delete(uri);
  }
  for (const [uri, was] of old) lines.push(`${plain(uri)}: ${was} → not listed\n`);
  return lines.join("");
}
