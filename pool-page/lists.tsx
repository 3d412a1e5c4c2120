/** Payouts, rounds, tickets, corrections, job runs, advice and quarantine: lists, newest first. */
import { useState } from "preact/hooks";
import type {
  Advice,
  Corrections,
  Payouts,
  Pool,
  Quarantine,
  Rounds,
  Runs,
  Tickets,
} from "./answers.js";
import { Shown, Table, TokenForm } from "./parts.js";
import { useAnswer } from "./server.js";
import { count, Time, Transaction, Wei, WorkerLink } from "./values.js";

const EVERY_MS = 30_000;

const STATES: Readonly<Record<string, string>> = {
  intent: "decided",
  signed: "signed",
  sent: "sent",
  mined: "in a block",
  confirmed: "paid",
  failed: "failed, owed again",
  cancelled: "called off, owed again",
};

export function PayoutTable({
  payouts,
  isOfOne = false,
}: {
  readonly payouts: Payouts["payouts"];
  readonly isOfOne?: boolean;
}) {
  return (
    <Table
      label="Payouts"
      rows={payouts}
      keyOf={({ id }) => id}
      empty="No payout yet."
      columns={[
        { head: "begun", cell: ({ createdAt }) => <Time at={createdAt} /> },
        ...(isOfOne
          ? []
          : [
              {
                head: "worker",
                cell: ({ address, name }: Payouts["payouts"][number]) => (
                  <WorkerLink address={address} name={name} />
                ),
              },
            ]),
        { head: "amount", cell: ({ amount }) => <Wei value={amount} />, isNumber: true },
        {
          head: "state",
          cell: ({ state, reason }) => (
            <span class={state === "confirmed" ? "good" : ""} title={reason ?? undefined}>
              {STATES[state] ?? state}
            </span>
          ),
        },
        {
          head: "transaction",
          cell: ({ txHash, chainId }) => <Transaction hash={txHash} chainId={chainId} />,
        },
        { head: "gas", cell: ({ gasFees }) => <Wei value={gasFees} />, isNumber: true },
      ]}
    />
  );
}

export function PayoutsSection() {
  const [pages, setPages] = useState<readonly (number | null)[]>([null]);
  const before = pages.at(-1) ?? null;
  const asked = useAnswer<Payouts>(
    before === null ? "/pool/payouts" : `/pool/payouts?before=${before}`,
    EVERY_MS,
  );
  return (
    <Shown asked={asked}>
      {({ payouts, next }) => (
        <>
          <PayoutTable payouts={payouts} />
          <p class="choice">
            {pages.length > 1 && (
              <button type="button" onClick={() => setPages(pages.slice(0, -1))}>
                Newer
              </button>
            )}
            {next !== null && (
              <button type="button" onClick={() => setPages([...pages, next])}>
                Older
              </button>
            )}
          </p>
        </>
      )}
    </Shown>
  );
}

export function RoundsSection() {
  const asked = useAnswer<Rounds>("/pool/rounds", EVERY_MS);
  return (
    <Shown asked={asked}>
      {({ scheme, rounds, waiting }) =>
        scheme === "per-job" ? (
          <p>Jobs of this pool are paid one by one: there are no rounds.</p>
        ) : (
          <>
            <p>
              Waits for the end of its round: <Wei value={waiting} />.
            </p>
            <Table
              label="Rounds"
              rows={rounds}
              keyOf={({ round }) => round}
              empty="No round was closed yet."
              columns={[
                { head: "round", cell: ({ round }) => round },
                { head: "closed", cell: ({ closedAt }) => <Time at={closedAt} /> },
                { head: "income", cell: ({ income }) => <Wei value={income} />, isNumber: true },
                {
                  head: "workers got",
                  cell: ({ shared }) => <Wei value={shared} />,
                  isNumber: true,
                },
                {
                  head: "commission",
                  cell: ({ commission }) => <Wei value={commission} />,
                  isNumber: true,
                },
                { head: "workers", cell: ({ workers }) => count(workers), isNumber: true },
                { head: "split", cell: ({ scheme: how }) => how.replaceAll("-", " ") },
              ]}
            />
          </>
        )
      }
    </Shown>
  );
}

export function TicketsSection({ chainId }: { readonly chainId: string | null }) {
  const asked = useAnswer<Tickets>("/pool/tickets", EVERY_MS);
  return (
    <Shown asked={asked}>
      {({ tickets, total }) => (
        <>
          <p class="quiet">
            The last 30 days
            {total > tickets.length && `, the newest ${count(tickets.length)} of ${count(total)}`}.
          </p>
          <Table
            label="Tickets"
            rows={tickets}
            keyOf={(ticket) => JSON.stringify(ticket)}
            empty="No ticket won in the last 30 days."
            columns={[
              { head: "won", cell: ({ wonAt }) => <Time at={wonAt} /> },
              {
                head: "face value",
                cell: ({ faceValue }) => <Wei value={faceValue} />,
                isNumber: true,
              },
              {
                head: "state",
                cell: ({ state }) => <span class={state === "failed" ? "bad" : ""}>{state}</span>,
              },
              {
                head: "gateway",
                cell: ({ sender }) => <code title={sender}>{`${sender.slice(0, 10)}…`}</code>,
              },
              {
                head: "transaction",
                cell: ({ txHash }) => <Transaction hash={txHash} chainId={chainId ?? "42161"} />,
              },
              { head: "gas", cell: ({ gasFees }) => <Wei value={gasFees} />, isNumber: true },
            ]}
          />
        </>
      )}
    </Shown>
  );
}

const KINDS: Readonly<Record<string, string>> = {
  opening: "opening balance",
  adjust: "correction",
  void: "made void",
  assign: "given to a worker",
  release: "given to the operator",
  "write-off": "ticket written off",
  "write-off-undone": "ticket counts again",
  hold: "held back",
  "hold-released": "paid again",
  move: "moved to another address",
  merge: "merged into another address",
  "merge-ended": "no longer merged",
  dismiss: "piece dismissed",
  "dismiss-undone": "piece taken back",
  bind: "wallet and chain of payouts",
  restore: "backup restored",
  copy: "books of a backup",
  fence: "nonces used up after a restore",
};

export function CorrectionsSection({ isOperator }: { readonly isOperator: boolean }) {
  const asked = useAnswer<Corrections>("/pool/corrections", EVERY_MS);
  type Row = Corrections["corrections"][number];
  return (
    <Shown asked={asked}>
      {({ corrections }) => (
        <Table
          label="Corrections"
          rows={corrections}
          keyOf={(row) => JSON.stringify(row)}
          empty="Nothing was corrected by hand."
          columns={[
            { head: "time", cell: ({ at }: Row) => <Time at={at} /> },
            { head: "what", cell: ({ kind }: Row) => KINDS[kind] ?? kind },
            {
              head: "worker",
              cell: ({ address }: Row) =>
                address === null ? "–" : <WorkerLink address={address} />,
            },
            { head: "amount", cell: ({ amount }: Row) => <Wei value={amount} />, isNumber: true },
            ...(isOperator
              ? [
                  { head: "id", cell: ({ id }: Row) => id },
                  { head: "why", cell: ({ reason }: Row) => reason ?? "" },
                ]
              : []),
          ]}
        />
      )}
    </Shown>
  );
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, number]) => number !== 0)
    .map(([name, number]) => `${name} ${count(number)}`)
    .join(", ");
}

export function RunsSection({ isOperator }: { readonly isOperator: boolean }) {
  const asked = useAnswer<Runs>("/pool/runs", EVERY_MS);
  type Row = Runs["runs"][number];
  return (
    <Shown asked={asked}>
      {({ jobs, runs }) => (
        <>
          <h2>What runs next</h2>
          <Table
            label="Jobs"
            rows={jobs}
            keyOf={({ name }) => name}
            empty="The process that serves this page does no jobs: poolsim pool up does."
            columns={[
              { head: "job", cell: ({ name }) => name },
              {
                head: "next",
                cell: ({ nextAt }) => (nextAt === null ? "when asked" : <Time at={nextAt} />),
              },
              { head: "what it does", cell: ({ does }) => does },
            ]}
          />
          <h2>What ran</h2>
          <Table
            label="Runs"
            rows={runs}
            keyOf={({ id }) => id}
            empty="Nothing ran yet."
            columns={[
              { head: "begun", cell: ({ startedAt }: Row) => <Time at={startedAt} /> },
              { head: "job", cell: ({ job }: Row) => job },
              {
                head: "outcome",
                cell: ({ outcome }: Row) => (
                  <span class={outcome === "done" ? "good" : outcome === "failed" ? "bad" : ""}>
                    {outcome ?? "goes on"}
                  </span>
                ),
              },
              {
                head: "why it ran",
                cell: ({ trigger, attempt }: Row) =>
                  attempt > 1 ? `${trigger}, try ${attempt}` : trigger,
              },
              { head: "came to", cell: ({ counts }: Row) => countsText(counts) || "–" },
              ...(isOperator
                ? [
                    {
                      head: "said",
                      cell: ({ error, log }: Row) => (
                        <>
                          {error}
                          {log !== null && log !== "" && (
                            <details>
                              <summary>log</summary>
                              <pre>{log}</pre>
                            </details>
                          )}
                        </>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        </>
      )}
    </Shown>
  );
}

export function AdviceSection() {
  const asked = useAnswer<Advice>("/pool/advice", EVERY_MS);
  return (
    <Shown asked={asked}>
      {({ at, headline, report, workers }) =>
        at === null || report === null ? (
          <p>
            There is no advice yet: the job <code>advise</code> of <code>poolsim pool up</code>{" "}
            gives it each night.
          </p>
        ) : (
          <>
            <p>
              <strong>{headline}</strong> Of <Time at={at} />. <a href={report}>The whole report</a>
            </p>
            <Table
              label="Advice"
              rows={workers}
              keyOf={({ name }) => name}
              empty="It is about no worker."
              columns={[
                { head: "worker", cell: ({ name }) => name },
                { head: "what to do", cell: ({ advice }) => advice },
                { head: "why", cell: ({ why }) => why },
              ]}
            />
          </>
        )
      }
    </Shown>
  );
}

export function QuarantineSection({ pool }: { readonly pool: Pool | null }) {
  if (pool === null) return <p class="quiet">Loading …</p>;
  const said = `${count(pool.quarantined)} ${pool.quarantined === 1 ? "piece waits" : "pieces wait"}`;
  if (!pool.isOperator) {
    return <TokenForm why={`${said}; what they are is shown with the operator's token`} />;
  }
  return <Pieces />;
}

function Pieces() {
  const asked = useAnswer<Quarantine>("/pool/quarantine", EVERY_MS);
  return (
    <Shown asked={asked}>
      {({ pieces, total }) => (
        <>
          {total > pieces.length && (
            <p class="quiet">
              The oldest {count(pieces.length)} of {count(total)}.
            </p>
          )}
          <Table
            label="Quarantine"
            rows={pieces}
            keyOf={({ id }) => id}
            empty="Nothing is in quarantine."
            columns={[
              { head: "id", cell: ({ id }) => id },
              { head: "came", cell: ({ at }) => <Time at={at} /> },
              {
                head: "from",
                cell: ({ source, origin, position }) => `${source}: ${origin}:${position}`,
              },
              { head: "why", cell: ({ code, reason }) => `${reason} (${code})` },
              { head: "begins with", cell: ({ raw }) => <code class="raw">{raw}</code> },
            ]}
          />
        </>
      )}
    </Shown>
  );
}
