/** The page of advice: what to do with each worker first, then what that changes, why, and what was tried. */
import type { AdvicePage } from "../src/sim/report/html/advice-page.js";
import { LostChart, RoundTripChart, TornadoChart } from "./charts.js";
import { DataTable, SortableTable } from "./data-table.js";
import { Figures, GroundsSection, Heading } from "./sections.js";

function Settings({ content: { openHint, rule, doIt } }: Pick<AdvicePage, "content">) {
  return (
    <>
      {openHint !== "" && (
        <p>
          <b>Not decided:</b> {openHint}
        </p>
      )}
      {rule !== "" && (
        <p>
          <b>One rule for all:</b> {rule}
        </p>
      )}
      {doIt !== "" && (
        <>
          <h3>As settings of the scenario, for poolsim run</h3>
          <pre>
            <code>{doIt}</code>
          </pre>
        </>
      )}
    </>
  );
}

export function AdviceReport({ data }: { readonly data: AdvicePage }) {
  const { content, workers, changes, tried, untold, rules, roundTrips, lost } = data;
  return (
    <>
      <Heading content={{ ...content, title: `${content.title}: ${content.about}` }} />
      <section aria-labelledby="advice">
        <h2 id="advice">What to do with each worker</h2>
        <SortableTable label="What to do with each worker" {...workers} />
        {content.keptCount > 0 && (
          <p>
            Keep: {content.keptWhy} ({content.keptCount.toLocaleString("en")} of them).
          </p>
        )}
        <Settings content={content} />
      </section>
      <Figures content={content} />
      {changes !== null && (
        <section aria-labelledby="changes">
          <h2 id="changes">What it changes</h2>
          <TornadoChart
            tornado={changes}
            title="What changes: all of it together, and each thing alone"
            heads={["what is done", "found"]}
          />
        </section>
      )}
      {(roundTrips.rows.length > 0 || lost.length > 0) && (
        <section aria-labelledby="workers">
          <h2 id="workers">The workers as they are</h2>
          {roundTrips.rows.length > 0 && <RoundTripChart roundTrips={roundTrips} />}
          {lost.length > 0 && <LostChart lost={lost} variant="the pool as it is" />}
        </section>
      )}
      <section aria-labelledby="tried">
        <h2 id="tried">What was tried</h2>
        <SortableTable
          label="What was tried"
          heads={["worker", "action", "finding", "changes", "at peak demand"]}
          rows={tried}
        />
        {untold > 0 && <p>… and {untold} more, in the JSON result.</p>}
        {rules.length > 0 && (
          <>
            <h3>Rules</h3>
            <DataTable label="Rules" heads={["rule", "finding", "changes"]} rows={rules} />
          </>
        )}
      </section>
      <GroundsSection data={data} />
    </>
  );
}
