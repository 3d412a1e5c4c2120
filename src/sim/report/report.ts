/** The report of a result as text for a terminal: pure, the same result gives the same text. */

import { counted } from "../../core/wording.js";
import type { ScenarioResult, VariantResult } from "../results.js";
import { aiLines } from "./ai.js";
import { checkResult } from "./any-result.js";
import { comparisonSection } from "./comparison.js";
import {
  candidatesSection,
  expectationSection,
  groundsSection,
  sensitivitySection,
  verdictSection,
} from "./conclusion.js";
import { aiTable } from "./content/ai-lines.js";
import { reportContent } from "./content/content.js";
import { eventTable } from "./events.js";
import { regionTable } from "./regions.js";
import { screen } from "./screen.js";
import { headed, type ReportOptions, type Style, styleOf, wrapped } from "./style.js";
import { admissionTable, workerTable } from "./workers.js";

/** The variants whose details are printed: the judged one first, then what it is compared with. */
const DETAILED_MAX = 60;

function detailed({ variants, question }: ScenarioResult): readonly VariantResult[] {
  const rank = ({ name }: VariantResult) =>
    name === question?.candidate ? 0 : name === question?.baseline ? 1 : 2;
  return [...variants].sort((a, b) => rank(a) - rank(b)).slice(0, DETAILED_MAX);
}

function perVariant(
  result: ScenarioResult,
  style: Style,
  section: {
    readonly title: string;
    readonly legend: string;
    readonly render: (variant: VariantResult) => string;
  },
): string {
  const shown = detailed(result);
  const tables = shown.flatMap((variant) => {
    const text = section.render(variant);
    return text === "" ? [] : [`${headed(`${section.title}: ${variant.name}`, style)}\n${text}`];
  });
  if (tables.length === 0) return "";
  const legend = style.dim(wrapped(section.legend, style.width));
  const left = result.variants.filter((variant) => !shown.includes(variant));
  const names = left.map(({ name }) => name).join(", ");
  const remark = style.dim(wrapped(`(only in the JSON result: ${names})`, style.width));
  return [...tables, left.length > 0 ? `${legend}\n${remark}` : legend].join("\n\n");
}

/** Everything behind the first screen. */
function sections(result: ScenarioResult, style: Style): readonly string[] {
  return [
    candidatesSection(result, style),
    comparisonSection(result, style),
    perVariant(result, style, {
      title: "Admitted workers",
      legend:
        "sessions: admitted with, of those that it offers; why: the admission policy's words.",
      render: (variant) => admissionTable(variant, style),
    }),
    perVariant(result, style, {
      title: "Workers",
      legend:
        "× fair: picks ÷ fair share of picks (a black hole has many); kept: sessions kept to the stream's end; p50 / p99: round trip; lost: stream-minutes left when a stream left the worker.",
      render: (variant) => workerTable(variant, style),
    }),
    perVariant(result, style, {
      title: "AI jobs",
      legend:
        "answered: of the requests that are over; half in, 99 % in: from request to answer, retries included; yours: of the answered ones, those of the orchestrator under study, whose fees these are; no event tells: of these fees, live video and what prices are cut to whole wei by.",
      render: (variant) => aiLines(aiTable(variant), style, Number.POSITIVE_INFINITY),
    }),
    perVariant(result, style, {
      title: "Events",
      legend:
        "before and after: as long as the event's watch says; not real-time: segments of all streams that were late or failed; yours: segments of the orchestrator under study.",
      render: (variant) => eventTable(variant, style),
    }),
    perVariant(result, style, {
      title: "Gateway regions, margin to the cliff",
      legend:
        "margin: (time in flight + download) ÷ segment duration: above 1 a session is lost; tolerated: the largest round trip of a worker that the region bears; pool, rivals: round trips; found: orchestrators that a first discovery finds in time, and their share of all stake.",
      render: (variant) => regionTable(variant, style),
    }),
    sensitivitySection(result, style),
    groundsSection(result, style),
    expectationSection(result, style, { onlyFailed: false }),
  ];
}

/**
 * The report: one screen that begins with the answer, and with `details` all tables behind it.
 *
 * @param result from `runExperiment`, or read from a JSON result
 * @param options width, colour, details
 * @returns lines, each ended
 */
export function renderReport(result: ScenarioResult, options: ReportOptions = {}): string {
  checkResult(result);
  const style = styleOf(options);
  const { details: isAll = false } = options;
  const first = screen(reportContent(result, options.file), style, { isAll });
  if (!isAll) return first;
  const rest = sections(result, style).filter((section) => section !== "");
  return `${[first.trimEnd(), ...rest].join("\n\n")}\n`;
}

/** The verdict and failed expectations only; empty when there are none. */
export function renderVerdict(result: ScenarioResult, options: ReportOptions = {}): string {
  checkResult(result);
  const style = styleOf(options);
  const text = [
    partialSection(result, style),
    verdictSection(result, style),
    expectationSection(result, style, { onlyFailed: true }),
  ].filter((section) => section !== "");
  return text.length === 0 ? "" : `${result.scenario.name}\n${text.join("\n")}\n`;
}

/** That it is not the whole; empty when it is. */
function partialSection({ partial, replications }: ScenarioResult, style: Style): string {
  if (!partial) return "";
  const of = counted(replications, "replication");
  return style.yellow(
    wrapped(`PARTIAL: stopped early, with ${of} of each variant. Nothing is judged.`, style.width),
  );
}
