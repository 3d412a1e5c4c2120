/** Parts of reports as Markdown, in which no name is markup. */
import type { Answer } from "./content/answer.js";
import type { Grounds } from "./content/grounds.js";
import type { KeyFigures } from "./content/key-figures.js";

/** Text that no name in it can turn into markup. */
export function plain(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>#|~]/g, (character) => `\\${character}`)
    .replaceAll(/\s+/g, " ");
}

/** A table as GitHub reads it: the first column is text. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(" | ")} |`;
  const rule = `|${heads.map((_, index) => (index === 0 ? "---" : "---:")).join("|")}|`;
  return [line(heads), rule, ...rows.map(line)].join("\n");
}

/** The headline and its reasons. */
export function headParts({ title, answer }: { title: string; answer: Answer }): string[] {
  const verdict = answer.verdict === null ? "" : `**Verdict: ${plain(answer.verdict)}.** `;
  return [
    `## ${plain(title)}: ${plain(answer.headline)}`,
    `${verdict}${answer.sentences.map(plain).join(" ")}`,
  ];
}

/** The figures that matter, and all variants. */
export function figuresTable({ figures }: { figures: KeyFigures }): string[] {
  const { lines, baseline, candidate, variants } = figures;
  const isPair = candidate !== null;
  const pair =
    lines.length === 0
      ? []
      : [
          tableOf(
            isPair ? ["", baseline ?? "before", candidate, "change (95 %)"] : ["", "mean ± 95 %"],
            lines.map(({ label, before, after, change }) =>
              isPair ? [label, before, after, change] : [label, before],
            ),
          ),
        ];
  if (variants.lines.length === 0) return pair;
  const rows = variants.lines.map(({ name, cells }) => [name, ...cells]);
  return [...pair, tableOf(["variant", ...variants.heads], rows)];
}

/** What the answer rests on, what was expected, and what makes it again. */
export function groundParts({
  grounds,
  command,
  poolsim,
}: {
  readonly grounds: Grounds;
  readonly command: string;
  readonly poolsim: string;
}): string[] {
  const { held, total, failed, elsewhere } = grounds.expectations;
  const counts = total === 0 ? [] : [`${held} of ${total} hold`];
  const expected = [...counts, ...(elsewhere === "" ? [] : [elsewhere])];
  return [
    ...(grounds.broken === null ? [] : [`**${plain(grounds.broken)}**`]),
    ...(grounds.words === "" ? [] : [plain(grounds.words)]),
    plain(`How sure: ${grounds.sure}`),
    ...(grounds.assumed === "" ? [] : [plain(`Assumed: ${grounds.assumed}`)]),
    ...grounds.notes.map((note) => plain(`Note: ${note}`)),
    ...(expected.length === 0 ? [] : [`Expectations: ${expected.join("; ")}`]),
    ...(failed.length === 0
      ? []
      : [failed.map(({ text, actual }) => `- ✗ ${plain(text)} is ${plain(actual)}`).join("\n")]),
    `\`\`\`sh\n${command.replaceAll("```", "'''")}\n\`\`\``,
    `poolsim ${plain(poolsim)}`,
  ];
}
