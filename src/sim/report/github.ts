/** What GitHub Actions shows beside a run: annotations on failed expectations, and the verdict. */
import { type AnyResult, expectedIn } from "./any-result.js";
import { isBooks } from "./content/command.js";
import { contentOf } from "./forms.js";

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/**
 * Workflow commands, a line each.
 *
 * @param file the scenario as the command line had it
 */
export function githubAnnotations(result: AnyResult, file: string): string {
  const { title, answer } = contentOf(result, file);
  const place = isBooks(file) ? result.scenario.file : file;
  const line = (level: string, about: string, text: string) =>
    `::${level} file=${property(place)},title=${property(about)}::${data(text)}\n`;
  const failed = expectedIn(result)
    .expectations.filter(({ passed }) => !passed)
    .map(({ text, actual }) => line("error", `${title}: expectation`, `${text} is ${actual}`));
  const said = line("notice", `${title}: ${answer.headline}`, answer.sentences.join(" "));
  return [said, ...failed].join("");
}
