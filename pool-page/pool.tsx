/** The pool at a glance: who is there, what was done, what came in and what is owed. */
import * as Plot from "@observablehq/plot";
import { useContext, useState } from "preact/hooks";
import { AlertsNotice } from "./alerts.js";
import type { Hours, Pool } from "./answers.js";
import { Chart, COLOURS } from "./chart.js";
import { Shown, Table, Tile } from "./parts.js";
import { type Asked, useAnswer } from "./server.js";
import { count, ethText, msText, percent, Time, Wei, Wishes } from "./values.js";

const SELDOM_MS = 60_000;
const SPANS = [
  ["24 h", 24],
  ["7 days", 168],
  ["30 days", 720],
] as const;

export function PoolSection({ asked: pool }: { readonly asked: Asked<Pool> }) {
  const hours = useAnswer<Hours>("/pool/hours", SELDOM_MS);
  return (
    <Shown asked={pool}>
      {(data) => (
        <>
          <AlertsNotice pool={data} />
          <Counting until={data.countedUntil} />
          <Tiles pool={data} />
          <Shown asked={hours}>{({ hours: all }) => <HourCharts hours={all} />}</Shown>
          <Money pool={data} />
          <Sources pool={data} />
        </>
      )}
    </Shown>
  );
}

/** Figures that are not whole yet say so. */
export function Counting({ until }: { readonly until: string | null }) {
  if (until === null) return null;
  return (
    <p class="warning" role="status">
      The last 30 days are still being counted
      {Date.parse(until) > 0 && (
        <>
          , as far as <Time at={until} /> now
        </>
      )}
      : figures of performance are not whole yet. Amounts are.
    </p>
  );
}

function Tiles({ pool }: { readonly pool: Pool }) {
  const { workers, lastDay, lastDays, lastRound, nextPayout, owed, quarantined } = pool;
  return (
    <section aria-labelledby="now">
      <h2 id="now">Now</h2>
      <dl class="tiles">
        <Tile label="Workers online" note={`of ${count(workers.known)} known`}>
          {count(workers.online)}
        </Tile>
        <Tile label="Jobs, 24 h" note={`${count(lastDays.jobs)} in 30 days`}>
          {count(lastDay.jobs)}
        </Tile>
        <Tile
          label="Fees, 24 h"
          note={
            <>
              <Wei value={lastDays.fees} /> in 30 days
            </>
          }
        >
          <Wei value={lastDay.fees} />
        </Tile>
        <Tile label="Late, 24 h" note={`${percent(lastDays.late)} in 30 days`}>
          {percent(lastDay.late)}
        </Tile>
        <Tile
          label="Response time, 24 h"
          note={`99 % within ${msText(lastDay.p99Ms ?? lastDay.aiP99Ms)}`}
        >
          {msText(lastDay.medianMs ?? lastDay.aiMedianMs)}
        </Tile>
        <Tile
          label="Owed to workers"
          note={
            pool.held === 0 ? "not in a payout yet" : `${count(pool.held)} held by the operator`
          }
        >
          <Wei value={owed.pending} />
        </Tile>
        <Tile
          label="Next payout"
          note={
            nextPayout === null
              ? "this process pays nobody"
              : pool.approval !== null
                ? `batch ${pool.approval} waits for approval`
                : nextPayout.threshold !== null && `of who is owed ${nextPayout.threshold}`
          }
        >
          {nextPayout === null ? "none" : <Time at={nextPayout.at} />}
        </Tile>
        {lastRound !== null && (
          <Tile label="Last round closed" note={<Time at={lastRound.closedAt} />}>
            {lastRound.round}
          </Tile>
        )}
        <Tile
          label="In quarantine"
          note={quarantined === 0 ? "all was read" : "waits for the operator"}
        >
          {count(quarantined)}
        </Tile>
      </dl>
      <p class="quiet">
        {pool.commissionRate !== null &&
          `The operator keeps ${percent(fraction(pool.commissionRate))}. `}
        {`Workers are paid ${pool.scheme === "per-job" ? "per job" : pool.scheme.replaceAll("-", " ")}. `}
        {pool.rule === null ? "Everybody is admitted." : `Admitted by: ${pool.rule.text}.`}
      </p>
    </section>
  );
}

/** `1/4`, or a decimal. */
function fraction(text: string): number {
  const [over = "0", under = "1"] = text.split("/");
  return Number(over) / Number(under);
}

function HourCharts({ hours: all }: { readonly hours: Hours["hours"] }) {
  const [span, setSpan] = useState(24);
  const { isLocal } = useContext(Wishes);
  const shown = all.slice(-span);
  const stepHours = span > 200 ? 24 : span > 24 ? 6 : 1;
  const rows = gathered(shown, stepHours).map((row) => ({
    ...row,
    // A drawing is no amount: its table has them whole.
    eth: Number(ethText(row.fees).replaceAll(",", "")),
  }));
  const each = stepHours === 1 ? "hour" : stepHours === 24 ? "24 hours" : `${stepHours} hours`;
  const table = () => (
    <Table
      label={`Jobs and fees per ${each}`}
      rows={[...rows].reverse()}
      keyOf={({ at }) => at}
      empty="None."
      columns={[
        { head: "from", cell: ({ at }) => <Time at={at} /> },
        { head: "jobs", cell: ({ jobs }) => count(jobs), isNumber: true },
        { head: "late", cell: ({ late }) => count(late), isNumber: true },
        { head: "fees", cell: ({ fees }) => <Wei value={fees} />, isNumber: true },
      ]}
    />
  );
  const bars = (key: "jobs" | "eth", label: string): Plot.PlotOptions => ({
    x: { type: isLocal ? "time" : "utc", label: null },
    y: { label, grid: true, zero: true, nice: true, ticks: 5 },
    marks: [
      Plot.rectY(rows, {
        x1: ({ at }: { at: string }) => new Date(at),
        x2: ({ at }: { at: string }) => new Date(Date.parse(at) + stepHours * 3_600_000),
        y: key,
        fill: COLOURS[0],
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
      ...(key === "jobs"
        ? [
            Plot.rectY(rows, {
              x1: ({ at }: { at: string }) => new Date(at),
              x2: ({ at }: { at: string }) => new Date(Date.parse(at) + stepHours * 3_600_000),
              y: "late",
              fill: COLOURS[1],
              insetLeft: 0.5,
              insetRight: 0.5,
            }),
          ]
        : []),
      Plot.ruleY([0]),
    ],
  });
  const most = rows.reduce((best, row) => (row.jobs > best.jobs ? row : best), rows[0] ?? NONE);
  return (
    <section aria-labelledby="hours">
      <h2 id="hours">Work over time</h2>
      <div class="choice" role="group" aria-label="How far back">
        {SPANS.map(([text, value]) => (
          <button
            key={text}
            type="button"
            aria-pressed={span === value}
            onClick={() => setSpan(value)}
          >
            {text}
          </button>
        ))}
      </div>
      <div class="pair">
        <Chart
          title={`Jobs per ${each}`}
          alternative={`Jobs per ${each}, at most ${most.jobs}; late ones in another colour`}
          legend={[
            [COLOURS[0], "jobs"],
            [COLOURS[1], "of these, slower than real time"],
          ]}
          options={() => bars("jobs", "jobs")}
          table={table}
        />
        <Chart
          title={`Fees per ${each}`}
          alternative={`Fees of jobs before commission per ${each}, in ETH`}
          legend={[[COLOURS[0], "fees before commission, ETH"]]}
          options={() => bars("eth", "ETH")}
          table={table}
        />
      </div>
    </section>
  );
}

type Hour = Hours["hours"][number];
const NONE: Hour = { at: "", jobs: 0, late: 0, fees: "0" };

/** Several hours in one; the last of them go on. */
function gathered(hours: readonly Hour[], step: number): Hour[] {
  const rows: Hour[] = [];
  for (let from = hours.length % step; from < hours.length; from += step) {
    const some = hours.slice(from, from + step);
    rows.push({
      at: some[0]?.at ?? "",
      jobs: some.reduce((sum, { jobs }) => sum + jobs, 0),
      late: some.reduce((sum, { late }) => sum + late, 0),
      fees: String(some.reduce((sum, { fees }) => sum + BigInt(fees), 0n)),
    });
  }
  return rows;
}

function Money({ pool: { owed, income, scheme } }: { readonly pool: Pool }) {
  const isSplit = scheme !== "per-job";
  const came: [string, string, string][] = [
    ["Tickets redeemed, 30 days", income.redeemed, "won within the last 30 days"],
    ["Tickets won, not redeemed", income.receivable, "will be income"],
    ["Wallet, by the books", income.wallet, "redeemed, less payouts and gas, ever"],
    ["Gas, ever", income.gas, "redemptions and payouts"],
  ];
  const goes: [string, string, string][] = [
    ["Owed to workers", owed.pending, "not in a payout yet"],
    ["On its way to workers", owed.inPayout, "sent, not deep enough in the chain"],
    ["Paid to workers, ever", owed.paid, ""],
    ["Commission", owed.commission, "kept by the operator, ever"],
    ...(owed.delegators === "0" ? [] : [line("Delegators' part", owed.delegators, "")]),
    ...(owed.unattributed === "0"
      ? []
      : [line("Unattributed", owed.unattributed, "jobs whose worker is not known yet")]),
    ...(isSplit
      ? [line("Waits for its round", owed.unsplit, "split when the round is closed")]
      : []),
  ];
  return (
    <section aria-labelledby="money">
      <h2 id="money">Income, and what is owed</h2>
      <div class="pair">
        <MoneyTable label="What came in" rows={came} />
        <MoneyTable label="Whose it is" rows={goes} />
      </div>
    </section>
  );
}

function line(what: string, wei: string, note: string): [string, string, string] {
  return [what, wei, note];
}

function MoneyTable({
  label,
  rows,
}: {
  readonly label: string;
  readonly rows: readonly (readonly [string, string, string])[];
}) {
  return (
    <div>
      <h3>{label}</h3>
      <Table
        label={label}
        rows={rows}
        keyOf={([what]) => what}
        empty="Nothing."
        columns={[
          {
            head: "what",
            cell: ([what, , note]) => (
              <>
                {what}
                {note !== "" && <small>{note}</small>}
              </>
            ),
          },
          { head: "amount", cell: ([, wei]) => <Wei value={wei} />, isNumber: true },
        ]}
      />
    </div>
  );
}

const STATES = { ok: "read", failed: "could not be read", unknown: "read elsewhere" } as const;

function Sources({ pool: { sources } }: { readonly pool: Pool }) {
  return (
    <section aria-labelledby="sources">
      <h2 id="sources">Sources of events</h2>
      <Table
        label="Sources of events"
        rows={sources}
        keyOf={({ name }) => name}
        empty="No source has told anything in 30 days."
        columns={[
          { head: "source", cell: ({ name }) => name },
          {
            head: "state",
            cell: ({ state }) => (
              <span class={state === "failed" ? "bad" : state === "ok" ? "good" : "quiet"}>
                {STATES[state]}
              </span>
            ),
          },
          { head: "newest event", cell: ({ lastEventAt }) => <Time at={lastEventAt} as="ago" /> },
          { head: "last read", cell: ({ readAt }) => <Time at={readAt} as="ago" /> },
          { head: "events, 24 h", cell: ({ events }) => count(events), isNumber: true },
        ]}
      />
    </section>
  );
}
