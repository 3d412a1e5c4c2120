/**
 * The report as one HTML file that asks for nothing: the page's program and style with its data. Data
 * are never markup: they are JSON in a script that is not run, and the page writes them as text.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { InputError } from "../../../core/errors.js";
import { type AnyResult, checkResult, isAdvice, isSweep } from "../any-result.js";
import { type AdvicePage, advicePage } from "./advice-page.js";
import { type PageData, pageData } from "./page-data.js";
import { type SweepPage, sweepPage } from "./sweep-page.js";

/**
 * Where the build puts the page: beside this module, also when this one runs from its source or is
 * part of the bundled command. Bundles of the CommonJS form have no place of their own.
 */
function bundle(name: "page.js" | "page.css"): string {
  const here: string | undefined = import.meta.url;
  const places = ["./", "../../sim/report/html/", "../../../../dist/sim/report/html/"];
  const file = places
    .flatMap((place) => (here === undefined ? [] : [new URL(`${place}${name}`, here)]))
    .find((url) => existsSync(url));
  if (file === undefined) {
    throw new InputError(`${name} is not there: the report's page was not built`, {
      code: "REPORT_PAGE_MISSING",
    });
  }
  return readFileSync(file, "utf8");
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** JSON that can stand in a script: no `<` can end it, no line separator is in it. */
function embedded(data: unknown): string {
  return JSON.stringify(data).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sha256(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** When, and of which file a page is made. */
export interface HtmlOptions {
  /** The scenario, as the command line had it. @default none is named */
  readonly file?: string | undefined;
  /** Today, ms since 1970: inputs are shown with their age on that day. */
  readonly todayMs: number;
}

function dataOf(result: AnyResult, options: HtmlOptions): PageData | AdvicePage | SweepPage {
  if (isAdvice(result)) return advicePage(result, options);
  return isSweep(result) ? sweepPage(result, options) : pageData(result, options);
}

/**
 * Writes a report that needs no network, in light and dark, for phones and for print.
 *
 * @param result from `runExperiment`, `advise` or `sweep`, or read from a JSON result
 * @param options.file the scenario as the command line had it
 * @param options.todayMs ms since 1970: inputs are shown with their age on that day
 * @returns one HTML document
 * @throws InputError (`REPORT_PAGE_MISSING`) where the page was not built
 */
export function renderHtml(result: AnyResult, options: HtmlOptions): string {
  checkResult(result);
  const data = dataOf(result, options);
  const { title, answer } = data.content;
  const [script, style] = [bundle("page.js"), bundle("page.css")];
  // Observable Plot styles its drawings in the document.
  const policy = `default-src 'none'; script-src ${sha256(script)}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  const said = [answer.headline, ...answer.sentences].map((text) => `<p>${escaped(text)}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(`${title}: ${answer.headline}`)}</title>
<style>${style}</style>
</head>
<body>
<main id="report"><noscript><h1>${escaped(title)}</h1>${said.join("")}</noscript></main>
<script type="application/json" id="data">${embedded(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}
