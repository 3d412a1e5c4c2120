/** The HTML report: reads its data from the document and writes them as text, never as markup. */
import { render } from "preact";
import type { AdvicePage } from "../src/sim/report/html/advice-page.js";
import type { PageData } from "../src/sim/report/html/page-data.js";
import type { SweepPage } from "../src/sim/report/html/sweep-page.js";
import { AdviceReport } from "./advice.js";
import { LostChart, RoundTripChart, SeriesPlot, TornadoChart, VariantChart } from "./charts.js";
import { DataTable, SortableTable } from "./data-table.js";
import { Figures, GroundsSection, Heading } from "./sections.js";
import { SweepReport } from "./sweep.js";

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

function AIJobs({ content: { ai, workersIn } }: Pick<PageData, "content">) {
  if (ai === undefined) return null;
  const label = workersIn === null ? "AI jobs" : `AI jobs in ${workersIn}`;
  return (
    <section aria-labelledby="ai">
      <h2 id="ai">{label}</h2>
      <DataTable
        label={label}
        heads={["job", ...ai.columns.map(({ head }) => head)]}
        rows={ai.names.map((name, at) => [name, ...ai.columns.map(({ cells }) => cells[at] ?? "")])}
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

function RunReport({ data }: { readonly data: PageData }) {
  const { content, tornado, variants, series, comparison } = data;
  return (
    <>
      <Heading content={content} />
      <Figures content={content} />
      <Advice content={content} />
      {(tornado !== null || (variants !== null && variants.points.length > 2)) && (
        <section aria-labelledby="sure">
          <h2 id="sure">How sure it is</h2>
          {tornado !== null && <TornadoChart tornado={tornado} />}
          {variants !== null && variants.points.length > 2 && <VariantChart variants={variants} />}
        </section>
      )}
      <AIJobs content={content} />
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
      <GroundsSection data={data} />
    </>
  );
}

function Report({ data }: { readonly data: PageData | AdvicePage | SweepPage }) {
  if (data.kind === "advice") return <AdviceReport data={data} />;
  return data.kind === "sweep" ? <SweepReport data={data} /> : <RunReport data={data} />;
}

const place = document.getElementById("report");
const source = document.getElementById("data")?.textContent;
if (place !== null && source) {
  const data: PageData | AdvicePage | SweepPage = JSON.parse(source);
  place.replaceChildren();
  render(<Report data={data} />, place);
}
