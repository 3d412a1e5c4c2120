/** One worker: what its owner looks up. */
import * as Plot from "@observablehq/plot";
import { useContext, useState } from "preact/hooks";
import type { Pool, Worker } from "./answers.js";
import { Chart, COLOURS } from "./chart.js";
import { PayoutTable } from "./lists.js";
import { Shown, Table, Tile } from "./parts.js";
import { Counting } from "./pool.js";
import { useAnswer } from "./server.js";
import { count, msText, percent, Time, Wei, Wishes } from "./values.js";

const EVERY_MS = 20_000;

export function WorkerSection({
  address,
  pool,
}: {
  readonly address: string;
  readonly pool: Pool | null;
}) {
  const asked = useAnswer<Worker>(`/pool/worker?address=${encodeURIComponent(address)}`, EVERY_MS);
  return (
    <Shown asked={asked}>
      {(data) =>
        data.worker === null ? (
          <p>This address is not in the books of this pool: no event has told of it.</p>
        ) : (
          <>
            <Counting until={pool?.countedUntil ?? null} />
            <State data={data} worker={data.worker} />
            <OverTime data={data} rule={pool?.rule ?? null} />
            <Owed data={data} />
            <Limits data={data} rule={pool?.rule ?? null} />
          </>
        )
      }
    </Shown>
  );
}

function State({
  data,
  worker,
}: {
  readonly data: Worker;
  readonly worker: NonNullable<Worker["worker"]>;
}) {
  const { pool, lastDays } = data;
  const [median, p99] = [worker.medianMs ?? worker.aiMedianMs, worker.p99Ms ?? worker.aiP99Ms];
  const [poolMedian, poolP99] =
    worker.medianMs !== null ? [pool.medianMs, pool.p99Ms] : [pool.aiMedianMs, pool.aiP99Ms];
  return (
    <section aria-labelledby="state">
      <h2 id="state">{worker.name === null ? "Now" : `${worker.name}, now`}</h2>
      <dl class="tiles">
        <Tile
          label="State"
          note={
            worker.since === null ? (
              `${count(worker.connections)} connections`
            ) : (
              <Time at={worker.since} as="for" />
            )
          }
        >
          <span class={worker.isOnline ? "good" : "bad"}>
            {worker.isOnline ? "online" : "offline"}
          </span>
        </Tile>
        <Tile label="Jobs, 24 h" note={`${count(worker.jobsEver)} ever`}>
          {count(worker.jobs)}
        </Tile>
        <Tile label="Median response, 24 h" note={`the pool's: ${msText(poolMedian)}`}>
          {msText(median)}
        </Tile>
        <Tile label="99 % within, 24 h" note={`the pool's: ${msText(poolP99)}`}>
          {msText(p99)}
        </Tile>
        <Tile
          label="Real time, 24 h"
          note={`the pool's: ${pool.realTime === null ? "–" : `${pool.realTime.toPrecision(3)} ×`}`}
        >
          {worker.realTime === null ? "–" : `${worker.realTime.toPrecision(3)} ×`}
        </Tile>
        <Tile label="Late, 24 h" note={`the pool's: ${percent(pool.late)}`}>
          {percent(worker.late)}
        </Tile>
        <Tile
          label="Connections lost, 24 h"
          note={`${count(lastDays?.disconnects ?? 0)} in 30 days`}
        >
          {count(worker.disconnects)}
        </Tile>
        {worker.advice !== null && <Tile label="Advice of last night">{worker.advice}</Tile>}
      </dl>
      <p class="quiet">
        Seen since <Time at={data.firstSeen} />, last <Time at={data.lastSeen} as="ago" />.
      </p>
    </section>
  );
}

type Stretch = Worker["hours"][number];

function OverTime({ data, rule }: { readonly data: Worker; readonly rule: Pool["rule"] }) {
  const [isDays, setDays] = useState(false);
  const { isLocal } = useContext(Wishes);
  const lengthMs = isDays ? 86_400_000 : 3_600_000;
  const each = isDays ? "day (UTC)" : "hour";
  const rows = (isDays ? data.days : data.hours).map((row) => ({
    ...row,
    from: new Date(row.at),
    to: new Date(Date.parse(row.at) + lengthMs),
    middle: new Date(Date.parse(row.at) + lengthMs / 2),
    median: row.medianMs ?? row.aiMedianMs,
    tail: row.p99Ms ?? row.aiP99Ms,
  }));
  type Row = (typeof rows)[number];
  const limit = rule?.limitMs ?? null;
  const x = { type: isLocal ? "time" : "utc", label: null } as const;
  const table = () => (
    <Table
      label={`Performance per ${each}`}
      rows={[...rows].reverse()}
      keyOf={({ at }: Stretch) => at}
      empty="None."
      columns={[
        { head: "from", cell: ({ at }: Row) => <Time at={at} /> },
        { head: "jobs", cell: ({ jobs }: Row) => count(jobs), isNumber: true },
        { head: "median", cell: (row: Row) => msText(row.median), isNumber: true },
        { head: "99 % within", cell: (row: Row) => msText(row.tail), isNumber: true },
        { head: "late", cell: ({ late }: Row) => percent(late), isNumber: true },
        { head: "connections lost", cell: (row: Row) => count(row.disconnects), isNumber: true },
        { head: "fees", cell: ({ fees }: Row) => <Wei value={fees} />, isNumber: true },
      ]}
    />
  );
  const timed = rows.filter(({ tail }) => tail !== null);
  const limitText = limit === null ? "" : `; the rule's limit is ${limit} ms`;
  return (
    <section aria-labelledby="time">
      <h2 id="time">Over time</h2>
      <div class="choice" role="group" aria-label="How far back">
        <button type="button" aria-pressed={!isDays} onClick={() => setDays(false)}>
          24 h
        </button>
        <button type="button" aria-pressed={isDays} onClick={() => setDays(true)}>
          30 days
        </button>
      </div>
      <div class="pair">
        <Chart
          title={`Response time per ${each}`}
          alternative={`Median and 99th percentile of response times per ${each}, ms${limitText}`}
          legend={[
            [COLOURS[0], "median"],
            [COLOURS[1], "99 %"],
            ...(limit === null ? [] : [[COLOURS[3], `limit of the rule, ${limit} ms`] as const]),
          ]}
          options={() => ({
            x: { ...x, domain: [rows[0]?.from ?? new Date(0), rows.at(-1)?.to ?? new Date(0)] },
            y: { label: "ms", grid: true, zero: true, nice: true, ticks: 5 },
            marks: [
              Plot.ruleY([0]),
              Plot.lineY(timed, { x: "middle", y: "tail", stroke: COLOURS[1], strokeWidth: 2 }),
              Plot.dot(timed, { x: "middle", y: "tail", fill: COLOURS[1], r: 2.5 }),
              Plot.lineY(timed, { x: "middle", y: "median", stroke: COLOURS[0], strokeWidth: 2 }),
              Plot.dot(timed, { x: "middle", y: "median", fill: COLOURS[0], r: 2.5 }),
              ...(limit === null
                ? []
                : [
                    Plot.ruleY([limit], {
                      stroke: COLOURS[3],
                      strokeWidth: 2,
                      strokeDasharray: "6,3",
                    }),
                  ]),
            ],
          })}
          table={table}
        />
        <Chart
          title={`Jobs per ${each}`}
          alternative={`Jobs per ${each}`}
          options={() => ({
            x,
            y: { label: "jobs", grid: true, zero: true, nice: true, ticks: 5 },
            marks: [
              Plot.rectY(rows, {
                x1: "from",
                x2: "to",
                y: "jobs",
                fill: COLOURS[0],
                insetLeft: 0.5,
                insetRight: 0.5,
              }),
              Plot.ruleY([0]),
            ],
          })}
          table={table}
        />
      </div>
    </section>
  );
}

function Owed({ data }: { readonly data: Worker }) {
  const { worker, places, rounds, entries, payouts, threshold, weights } = data;
  if (worker === null) return null;
  return (
    <section aria-labelledby="owed">
      <h2 id="owed">What is owed, and why</h2>
      <dl class="tiles">
        <Tile
          label="Owed"
          note={
            worker.held !== null ? (
              <span class="bad">
                held back by the operator
                {worker.held.until !== null && (
                  <>
                    {" "}
                    until <Time at={worker.held.until} />
                  </>
                )}
              </span>
            ) : (
              threshold !== null && `paid from ${threshold} on`
            )
          }
        >
          <Wei value={worker.pending} />
        </Tile>
        <Tile label="On its way">
          <Wei value={worker.inPayout} />
        </Tile>
        <Tile label="Paid, ever">
          <Wei value={worker.paid} />
        </Tile>
      </dl>
      <h3>By kind of work and region</h3>
      <Table
        label="By kind of work and region"
        rows={places}
        keyOf={({ nodeType, region }) => `${nodeType} ${region}`}
        empty="None."
        columns={[
          { head: "work", cell: ({ nodeType }) => nodeType },
          { head: "region", cell: ({ region }) => region },
          { head: "jobs", cell: ({ jobs }) => count(jobs), isNumber: true },
          {
            head: "fees before commission",
            cell: ({ fees }) => <Wei value={fees} />,
            isNumber: true,
          },
          { head: "owed", cell: ({ pending }) => <Wei value={pending} />, isNumber: true },
        ]}
      />
      {weights === null ? (
        <p class="quiet">Each job is paid by its fee, less the commission.</p>
      ) : (
        <>
          <h3>Round by round</h3>
          <p class="quiet">
            What tickets brought is split by weight: {weights.duration} × seconds + {weights.pixels}{" "}
            × pixels + {weights.renditions} × renditions. A round that brought nothing is paid with
            the next one.
          </p>
          <Table
            label="Round by round"
            rows={rounds}
            keyOf={({ round }) => round ?? "open"}
            empty="No round yet."
            columns={[
              { head: "round", cell: ({ round }) => round ?? "goes on" },
              { head: "closed", cell: ({ closedAt }) => <Time at={closedAt} /> },
              {
                head: "jobs",
                cell: ({ jobs }) => (jobs === null ? "–" : count(jobs)),
                isNumber: true,
              },
              {
                head: "seconds",
                cell: ({ seconds }) => (seconds === null ? "–" : count(seconds)),
                isNumber: true,
              },
              { head: "weight", cell: ({ weight }) => weight ?? "–", isNumber: true },
              { head: "of all", cell: ({ total }) => total ?? "–", isNumber: true },
              {
                head: "all workers got",
                cell: ({ shared }) => <Wei value={shared} />,
                isNumber: true,
              },
              { head: "it got", cell: ({ amount }) => <Wei value={amount} />, isNumber: true },
            ]}
          />
        </>
      )}
      {entries.length > 0 && (
        <>
          <h3>Corrections and opening balances</h3>
          <Table
            label="Corrections and opening balances"
            rows={entries}
            keyOf={({ kind, id, at, amount }) => `${kind} ${id} ${at} ${amount}`}
            empty="None."
            columns={[
              { head: "time", cell: ({ at }) => <Time at={at} /> },
              { head: "what", cell: ({ kind }) => (kind === "adjust" ? "correction" : kind) },
              { head: "amount", cell: ({ amount }) => <Wei value={amount} />, isNumber: true },
            ]}
          />
        </>
      )}
      <h3>Payouts</h3>
      <PayoutTable payouts={payouts} isOfOne />
    </section>
  );
}

function Limits({
  data: { benchmark },
  rule,
}: {
  readonly data: Worker;
  readonly rule: Pool["rule"];
}) {
  return (
    <section aria-labelledby="benchmark">
      <h2 id="benchmark">Benchmark, and what limits its sessions</h2>
      {benchmark === null ? (
        <p>No benchmark of this worker was sent to the pool.</p>
      ) : (
        <p>
          <Time at={benchmark.at} />:{" "}
          {benchmark.admitted
            ? `admitted with ${benchmark.maxSessions === 1 ? "1 session" : `${benchmark.maxSessions} sessions`}`
            : "refused"}
          , because of its {benchmark.reason}.
        </p>
      )}
      <p class="quiet">
        {rule === null ? "No rule is in force: everybody is admitted." : `In force: ${rule.text}.`}
      </p>
    </section>
  );
}
