/** The report of a result as text for a terminal: pure, the same result gives the same text. */
import { counted } from "../../core/wording.js";
import type { ScenarioResult, VariantResult } from "../results.js";
import { comparisonSection } from "./comparison.js";
import {
  expectationSection,
  groundsSection,
  sensitivitySection,
  verdictSection,
} from "./conclusion.js";
import { spanText } from "./figures.js";
import { regionTable } from "./regions.js";
import { headed, type ReportOptions, type Style, styleOf, wrapped } from "./style.js";
import { workerTable } from "./workers.js";

/** With more variants only two have their details printed: those that are compared. */
const DETAILED_MAX = 3;

function heading(result: ScenarioResult, { countedMs }: ReportOptions, style: Style): string {
  const { scenario, variants, replications, seed, poolsim, untilDecided } = result;
  const of = countedMs === undefined ? "" : ` of ${spanText(countedMs)}`;
  const most = untilDecided === null ? "" : ` (at most ${untilDecided.max})`;
  const times = `${counted(replications, "replication")}${of}${most}`;
  const names = variants.map(({ name }) => name).join(", ");
  const facts = `${scenario.file}: ${variants.length === 1 ? "variant" : "variants"} ${names}; ${times} each; seed ${seed}; poolsim ${poolsim}`;
  return `${headed(scenario.name, style)}\n${style.dim(wrapped(facts, style.width))}`;
}

/** The variants whose details are printed: of many the baseline and the judged one. */
function detailed({ variants, question }: ScenarioResult): readonly VariantResult[] {
  if (variants.length <= DETAILED_MAX) return variants;
  if (question === null) {
    return variants.filter((_, index) => index === 0 || index === variants.length - 1);
  }
  const { baseline, candidate } = question;
  return variants.filter(({ name }) => name === baseline || name === candidate);
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

/** What the verdict rests on, before it. */
function sections(result: ScenarioResult, options: ReportOptions): readonly string[] {
  const style = styleOf(options);
  return [
    heading(result, options, style),
    partialSection(result, style),
    comparisonSection(result, style),
    perVariant(result, style, {
      title: "Workers",
      legend:
        "× fair: picks ÷ fair share of picks (a black hole has many); kept: sessions kept to the stream's end; p50 / p99: round trip; lost: stream-minutes left when a stream left the worker.",
      render: (variant) => workerTable(variant, style),
    }),
    perVariant(result, style, {
      title: "Gateway regions, margin to the cliff",
      legend:
        "margin: (time in flight + download) ÷ segment duration: above 1 a session is lost; tolerated: the largest round trip of a worker that the region bears; pool, rivals: round trips; found: orchestrators that a first discovery finds in time, and their share of all stake.",
      render: (variant) => regionTable(variant, style),
    }),
    verdictSection(result, style),
    sensitivitySection(result, style),
    groundsSection(result, style),
    expectationSection(result, style, { onlyFailed: false }),
  ];
}

/**
 * Writes the whole report as text.
 *
 * @param result from `runExperiment`, or read from a JSON result
 * @param options width, colour, what was run
 * @returns lines, each ended
 */
export function renderReport(result: ScenarioResult, options: ReportOptions = {}): string {
  const text = sections(result, options).filter((section) => section !== "");
  return `${text.join("\n\n")}\n`;
}

/** That it is not the whole; empty when it is. */
function partialSection({ partial, replications }: ScenarioResult, style: Style): string {
  if (!partial) return "";
  const of = counted(replications, "replication");
  return style.yellow(
    wrapped(`PARTIAL: stopped after ${of} of each variant. Nothing is judged.`, style.width),
  );
}

/** The verdict and failed expectations only; empty when there are none. */
export function renderVerdict(result: ScenarioResult, options: ReportOptions = {}): string {
  const style = styleOf(options);
  const text = [
    partialSection(result, style),
    verdictSection(result, style),
    expectationSection(result, style, { onlyFailed: true }),
  ].filter((section) => section !== "");
  return text.length === 0 ? "" : `${result.scenario.name}\n${text.join("\n")}\n`;
}
