/** Sections that pages of every kind of result have. */
import type { Answer } from "../src/sim/report/content/answer.js";
import type { Grounds } from "../src/sim/report/content/grounds.js";
import type { KeyFigures } from "../src/sim/report/content/key-figures.js";
import type { Provenance } from "../src/sim/report/html/page-parts.js";
import { DataTable } from "./data-table.js";

/** What a page begins with. */
interface Begin {
  readonly title: string;
  readonly answer: Answer;
  readonly figures: KeyFigures;
  readonly grounds: Pick<Grounds, "words">;
  readonly silent?: readonly { readonly variant: string; readonly reason: string }[];
}

interface Grounded extends Provenance {
  readonly content: {
    readonly grounds: Grounds;
    readonly command: string;
    readonly poolsim: string;
  };
}

/** What to do, and why. */
export function Heading({ content }: { readonly content: Omit<Begin, "figures"> }) {
  const { title, answer, grounds, silent = [] } = content;
  return (
    <header>
      <p class="scenario">{title}</p>
      <h1 class={answer.tone}>{answer.headline}</h1>
      {answer.verdict !== null && <p class="verdict">Verdict: {answer.verdict}</p>}
      {answer.sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {grounds.words !== "" && <p class="fine">{grounds.words}</p>}
      {silent.map(({ variant, reason }) => (
        <p key={variant} class="warning">
          No stream in {variant}: {reason}.
        </p>
      ))}
    </header>
  );
}

/** Before and after, or a line for each variant. */
export function Figures({ content }: { readonly content: Pick<Begin, "figures"> }) {
  const { lines, baseline, candidate, variants } = content.figures;
  const heads =
    candidate === null
      ? ["", "mean ± 95 %"]
      : ["", baseline ?? "before", candidate, "change (95 %)"];
  return (
    <section aria-labelledby="figures">
      <h2 id="figures">{candidate === null ? "The figures" : "Before and after"}</h2>
      {lines.length > 0 && (
        <DataTable
          label="The figures that matter"
          heads={heads}
          rows={lines.map(({ label, before, after, change, isBetter }) => {
            const mark = isBetter === null ? "" : isBetter ? " (better)" : " (worse)";
            return candidate === null ? [label, before] : [label, before, after, change + mark];
          })}
        />
      )}
      {variants.lines.length > 0 && (
        <DataTable
          label="All variants"
          heads={["variant", ...variants.heads]}
          rows={variants.lines.map(({ name, cells }) => [name, ...cells])}
        />
      )}
    </section>
  );
}

/** What a result rests on, and what makes it again. */
export function GroundsSection({ data }: { readonly data: Grounded }) {
  const { content, inputs, assumed, expectations, notJudged, sha256 } = data;
  const { grounds, command, poolsim } = content;
  return (
    <section aria-labelledby="grounds">
      <h2 id="grounds">What this rests on</h2>
      {grounds.broken !== null && <p class="warning">{grounds.broken}</p>}
      <p>{grounds.sure}</p>
      <p>{grounds.assumed}</p>
      {inputs.length > 0 && (
        <DataTable
          label="Where the input comes from"
          heads={["input", "file", "from", "age", "not measured"]}
          rows={inputs.map(({ what, file, asOf, age, imputed }) => [
            what,
            file,
            asOf ?? "unknown",
            age,
            imputed === null ? "" : `${Math.round(imputed * 100)} %`,
          ])}
        />
      )}
      {assumed.length > 0 && (
        <details>
          <summary>Assumed settings ({assumed.length})</summary>
          <ul>
            {assumed.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </details>
      )}
      {grounds.notes.length > 0 && (
        <>
          <h3>Notes</h3>
          <ul>
            {grounds.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      {notJudged.length > 0 && (
        <p>
          Also expected in the scenario, and checked by other commands:{" "}
          {notJudged.map(({ text, by }) => `${text} (poolsim ${by})`).join("; ")}.
        </p>
      )}
      {expectations.length > 0 && (
        <>
          <h3>
            Expectations: {grounds.expectations.held} of {grounds.expectations.total} hold
          </h3>
          <DataTable
            label="Expectations"
            heads={["expected", "holds", "what came out"]}
            rows={expectations.map(({ text, passed, actual }) => [
              text,
              passed ? "yes" : "NO",
              actual,
            ])}
          />
        </>
      )}
      <h3>To run it again</h3>
      <pre>
        <code>{command}</code>
      </pre>
      <p class="fine">
        poolsim {poolsim}; SHA-256 of the scenario {sha256}. Same scenario, data, seed and version:
        same figures.
      </p>
    </section>
  );
}
