/** In a job of GitHub Actions: annotations on stderr, and the report in the job's summary. */
import { appendFileSync } from "node:fs";
import { renderMarkdown } from "../../sim/report/forms.js";
import { githubAnnotations } from "../../sim/report/github.js";
import type { Terminal } from "./terminal.js";
import type { Reported } from "./write-forms.js";

/**
 * Tells GitHub what came out, where it runs us.
 *
 * @param env the process's: `GITHUB_ACTIONS`, `GITHUB_STEP_SUMMARY`
 */
export function tellGithub(
  reported: readonly Reported[],
  { stderr }: Terminal,
  env: Readonly<Record<string, string | undefined>>,
): void {
  if (env["GITHUB_ACTIONS"] !== "true") return;
  for (const { result, file = result.scenario.file } of reported) {
    stderr.write(githubAnnotations(result, file));
  }
  const summary = env["GITHUB_STEP_SUMMARY"];
  if (summary === undefined || summary === "") return;
  const text = reported.map(({ result, file }) => renderMarkdown(result, file)).join("\n");
  try {
    appendFileSync(summary, `${text}\n`);
  } catch (error) {
    // The run is what counts: a summary that cannot be written is told and no failure.
    stderr.write(`poolsim: GITHUB_STEP_SUMMARY cannot be written: ${String(error)}\n`);
  }
}
