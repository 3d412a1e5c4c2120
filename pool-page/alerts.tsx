/** What is wrong with the pool, and what was. */
import type { Alerts, Pool } from "./answers.js";
import { Shown, Table } from "./parts.js";
import { useAnswer } from "./server.js";
import { count, Time, WorkerLink } from "./values.js";

const EVERY_MS = 15_000;
const ADDRESS = /^0x[0-9a-f]{40}$/i;

/** How many go on, above everything else. */
export function AlertsNotice({ pool: { alerts } }: { readonly pool: Pool }) {
  if (alerts === null || alerts === 0) return null;
  return (
    <p class="warning alerts" role="status">
      <a href="/#alerts">{alerts === 1 ? "One alert goes on" : `${count(alerts)} alerts go on`}</a>
    </p>
  );
}

type Alert = Alerts["current"][number];

/** What all tables of alerts have; the operator is told more. */
function columnsFor(isOperator: boolean) {
  return [
    { head: "what", cell: ({ what }: Alert) => what },
    {
      head: "about",
      cell: ({ subject }: Alert) =>
        ADDRESS.test(subject) ? <WorkerLink address={subject} /> : subject,
    },
    ...(isOperator ? [{ head: "in words", cell: ({ text }: Alert) => text ?? "" }] : []),
    { head: "since", cell: ({ since }: Alert) => <Time at={since} /> },
  ];
}

export function AlertsSection({ isOperator }: { readonly isOperator: boolean }) {
  const asked = useAnswer<Alerts>("/pool/alerts", EVERY_MS);
  const columns = columnsFor(isOperator);
  return (
    <Shown asked={asked}>
      {({ lookedAt, current, past }) => (
        <>
          <p class="quiet">
            {lookedAt === null ? (
              <>
                Nobody looks: <code>alerts</code> in the file of <code>poolsim pool up</code> says
                that somebody does.
              </>
            ) : (
              <>
                Looked for <Time at={lookedAt} as="ago" />.
              </>
            )}
          </p>
          <h2>Now</h2>
          <Table
            label="Alerts that go on"
            rows={current}
            keyOf={({ kind, subject }) => `${kind} ${subject}`}
            empty="No alert goes on."
            columns={[
              ...columns,
              { head: "for", cell: ({ since }) => <Time at={since} as="for" /> },
            ]}
          />
          <h2>Over, in the last 90 days</h2>
          <Table
            label="Alerts that are over"
            rows={past}
            keyOf={({ kind, subject, until }) => `${kind} ${subject} ${until}`}
            empty="None was."
            columns={[
              ...columns,
              { head: "until", cell: ({ until }: Alerts["past"][number]) => <Time at={until} /> },
            ]}
          />
        </>
      )}
    </Shown>
  );
}
