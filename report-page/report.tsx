/** The HTML report: reads its data from the document and writes them as text, never as markup. */
import { render } from "preact";
import type { PageData } from "../src/sim/report/html/page-data.js";
import { LostChart, RoundTripChart, SeriesPlot, TornadoChart, VariantChart } from "./charts.js";
import { DataTable, SortableTable } from "./data-table.js";

function Answer({ content }: Pick<PageData, "content">) {
  const { title, answer, silent } = content;
  return (
    <header>
      <p class="scenario">{title}</p>
      <h1 class={answer.tone}>{answer.headline}</h1>
      {answer.verdict !== null && <p class="verdict">Verdict: {answer.verdict}</p>}
      {answer.sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {silent.map(({ variant, reason }) => (
        <p key={variant} class="warning">
          No stream in {variant}: {reason}.
        </p>
      ))}
    </header>
  );
}

function Figures({ content }: Pick<PageData, "content">) {
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

function Advice({ content: { workers, workersIn } }: Pick<PageData, "content">) {
  if (workers.length === 0 || workers.every(({ advice }) => advice === "")) return null;
  const unit = workers[0]?.worthUnit ?? "";
  return (
    <section aria-labelledby="advice">
      <h2 id="advice">What to do with each worker</h2>
      <DataTable
        label="What to do with each worker"
        heads={[
          workersIn === null ? "worker" : `worker in ${workersIn}`,
          "what to do",
          "sessions kept",
          "answers in",
          `worth to you per day, ${unit}`,
          "loses streams by, or is out because",
        ]}
        rows={workers.map((line) => [
          line.name,
          line.advice,
          line.kept,
          line.roundTrip,
          line.worth,
          line.why,
        ])}
      />
    </section>
  );
}

function Workers({ data: { workers, roundTrips, lost } }: { readonly data: PageData }) {
  const [first] = workers;
  if (first === undefined) return null;
  return (
    <section aria-labelledby="workers">
      <h2 id="workers">The workers</h2>
      {roundTrips.rows.length > 0 && <RoundTripChart roundTrips={roundTrips} />}
      {lost.length > 0 && <LostChart lost={lost} variant={first.variant} />}
      {workers.map(({ variant, heads, rows }) => (
        <section key={variant} aria-label={`Workers in ${variant}`}>
          <h3>In {variant}</h3>
          <SortableTable
            label={`Workers in ${variant}`}
            heads={["worker", ...heads, "admitted with"]}
            rows={rows.map(({ name, cells, admitted }) => [name, ...cells, admitted])}
          />
        </section>
      ))}
    </section>
  );
}

function Grounds({ data }: { readonly data: PageData }) {
  const { content, inputs, assumed, expectations, sha256 } = data;
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

function Report({ data }: { readonly data: PageData }) {
  const { content, tornado, variants, series, comparison } = data;
  return (
    <>
      <Answer content={content} />
      <Figures content={content} />
      <Advice content={content} />
      {(tornado !== null || (variants !== null && variants.points.length > 2)) && (
        <section aria-labelledby="sure">
          <h2 id="sure">How sure it is</h2>
          {tornado !== null && <TornadoChart tornado={tornado} />}
          {variants !== null && variants.points.length > 2 && <VariantChart variants={variants} />}
        </section>
      )}
      <Workers data={data} />
      {series.length > 0 && (
        <section aria-labelledby="time">
          <h2 id="time">Over time</h2>
          {series.map((chart) => (
            <SeriesPlot key={chart.title} chart={chart} />
          ))}
        </section>
      )}
      <section aria-labelledby="all">
        <h2 id="all">All figures</h2>
        <DataTable label="All figures" heads={comparison.heads} rows={comparison.rows} />
      </section>
      <Grounds data={data} />
    </>
  );
}

const place = document.getElementById("report");
const source = document.getElementById("data")?.textContent;
if (place !== null && source) {
  const data: PageData = JSON.parse(source);
  place.replaceChildren();
  render(<Report data={data} />, place);
}
