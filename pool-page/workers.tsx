/** All workers in one table that sorts, filters, and draws only the rows that are in view. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Performance, WorkerRow, Workers } from "./answers.js";
import { Sparkline } from "./chart.js";
import { Shown } from "./parts.js";
import { useAnswer } from "./server.js";
import { count, msText, percent, Time, Wei, WorkerLink } from "./values.js";

const EVERY_MS = 30_000;
const ROW_PX = 54;
/** Drawn above and below what is in view. */
const SPARE = 8;
/** As many are drawn at once; more are drawn as they come into view. */
const WHOLE_MAX = 60;
/** Before it is known how many are in view. */
const FIRST = 24;

type Value = number | bigint | string | null;

interface Column {
  readonly key: string;
  readonly head: string;
  readonly value: (row: WorkerRow) => Value;
  readonly cell: (row: WorkerRow, pool: Performance) => ComponentChildren;
  readonly isNumber?: boolean;
}

function median({ medianMs, aiMedianMs }: Performance): number | null {
  return medianMs ?? aiMedianMs;
}

function p99({ p99Ms, aiP99Ms }: Performance): number | null {
  return p99Ms ?? aiP99Ms;
}

/** How a figure is to the pool's. */
function Against({ own, pool }: { readonly own: number | null; readonly pool: number | null }) {
  if (own === null || pool === null || pool === 0) return null;
  const part = Math.round(100 * (own / pool - 1));
  const text = part === 0 ? "as the pool" : `${part > 0 ? "+" : "−"}${count(Math.abs(part))} %`;
  return <small>{text}</small>;
}

function poolMedian(row: WorkerRow, pool: Performance): number | null {
  return row.medianMs !== null ? pool.medianMs : pool.aiMedianMs;
}

const COLUMNS: readonly Column[] = [
  {
    key: "worker",
    head: "Worker",
    value: ({ name, address }) => name ?? address,
    cell: ({ name, address }) => <WorkerLink address={address} name={name} />,
  },
  {
    key: "state",
    head: "State",
    value: ({ isOnline, since }) => `${isOnline ? 0 : 1} ${since ?? ""}`,
    cell: ({ isOnline, since }) => (
      <>
        <span class={isOnline ? "good" : "quiet"}>{isOnline ? "online" : "offline"}</span>
        {since !== null && (
          <small>
            <Time at={since} as="for" />
          </small>
        )}
      </>
    ),
  },
  {
    key: "sessions",
    head: "Sessions",
    value: ({ sessions }) => sessions,
    cell: ({ sessions, connections }) => (
      <>
        {sessions ?? "–"}
        <small>{connections === 1 ? "1 connection" : `${connections} connections`}</small>
      </>
    ),
    isNumber: true,
  },
  {
    key: "jobs",
    head: "Jobs, 24 h",
    value: ({ jobs }) => jobs,
    cell: ({ jobs, jobsEver }) => (
      <>
        {count(jobs)}
        <small>{count(jobsEver)} ever</small>
      </>
    ),
    isNumber: true,
  },
  {
    key: "hours",
    head: "By hour",
    value: ({ hours }) => hours.at(-1) ?? 0,
    cell: ({ hours }) => (
      <Sparkline values={hours} label={`Jobs in each of the last 24 hours: ${hours.join(", ")}`} />
    ),
  },
  {
    key: "median",
    head: "Median",
    value: median,
    cell: (row, pool) => (
      <>
        {msText(median(row))}
        <Against own={median(row)} pool={poolMedian(row, pool)} />
      </>
    ),
    isNumber: true,
  },
  {
    key: "p99",
    head: "99 % within",
    value: p99,
    cell: (row, pool) => (
      <>
        {msText(p99(row))}
        <Against own={p99(row)} pool={row.p99Ms !== null ? pool.p99Ms : pool.aiP99Ms} />
      </>
    ),
    isNumber: true,
  },
  {
    key: "realTime",
    head: "Real time",
    value: ({ realTime }) => realTime,
    cell: ({ realTime }, pool) => (
      <>
        {realTime === null ? "–" : `${realTime.toPrecision(3)} ×`}
        <Against own={realTime} pool={pool.realTime} />
      </>
    ),
    isNumber: true,
  },
  {
    key: "late",
    head: "Late",
    value: ({ late }) => late,
    cell: ({ late }) => percent(late),
    isNumber: true,
  },
  {
    key: "disconnects",
    head: "Lost, 24 h",
    value: ({ disconnects }) => disconnects,
    cell: ({ disconnects }) => (
      <span title="Connections that ended in the last 24 hours">{count(disconnects)}</span>
    ),
    isNumber: true,
  },
  {
    key: "pending",
    head: "Owed",
    value: ({ pending }) => BigInt(pending),
    cell: ({ pending, inPayout, held }) => (
      <>
        <Wei value={pending} />
        {held !== null ? (
          <small class="bad">held</small>
        ) : (
          inPayout !== "0" && (
            <small>
              <Wei value={inPayout} /> on its way
            </small>
          )
        )}
      </>
    ),
    isNumber: true,
  },
  {
    key: "paid",
    head: "Paid",
    value: ({ paid }) => BigInt(paid),
    cell: ({ paid }) => <Wei value={paid} />,
    isNumber: true,
  },
  {
    key: "advice",
    head: "Advice",
    value: ({ advice }) => advice,
    cell: ({ advice }) => advice ?? <span class="quiet">–</span>,
  },
];

interface Order {
  readonly key: string;
  readonly isUp: boolean;
}

function compare(a: Value, b: Value): number {
  if (typeof a === "string" || typeof b === "string") {
    return String(a).localeCompare(String(b), "en", { numeric: true, sensitivity: "base" });
  }
  return Number(a ?? 0) === Number(b ?? 0) && typeof a === typeof b
    ? Number((a ?? 0) > (b ?? 0)) - Number((a ?? 0) < (b ?? 0))
    : (a ?? 0) > (b ?? 0)
      ? 1
      : -1;
}

/** What has no value is last, whichever way. */
function sorted(rows: readonly WorkerRow[], { key, isUp }: Order): readonly WorkerRow[] {
  const column = COLUMNS.find((one) => one.key === key);
  if (column === undefined) return rows;
  const all = rows.map((row) => ({ row, value: column.value(row) }));
  const sign = isUp ? 1 : -1;
  all.sort((a, b) => {
    if (a.value === null || b.value === null)
      return Number(a.value === null) - Number(b.value === null);
    return sign * compare(a.value, b.value);
  });
  return all.map(({ row }) => row);
}

function isWanted(row: WorkerRow, text: string): boolean {
  const { address, name, regions, nodeTypes, advice } = row;
  const all = [address, name ?? "", ...regions, ...nodeTypes, advice ?? ""].join(" ").toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

export function WorkersSection() {
  const workers = useAnswer<Workers>("/pool/workers", EVERY_MS);
  return <Shown asked={workers}>{(data) => <WorkersTable data={data} />}</Shown>;
}

const STATES = ["all", "online", "offline"] as const;

function WorkersTable({ data: { workers, pool, total } }: { readonly data: Workers }) {
  const [order, setOrder] = useState<Order>({ key: "jobs", isUp: false });
  const [text, setText] = useState("");
  const [state, setState] = useState<(typeof STATES)[number]>("all");
  const rows = useMemo(() => {
    const wanted = workers.filter(
      (row) =>
        (state === "all" || row.isOnline === (state === "online")) &&
        (text === "" || isWanted(row, text)),
    );
    return sorted(wanted, order);
  }, [workers, order, text, state]);
  if (workers.length === 0) return <p class="quiet">No worker yet.</p>;
  const found = `${count(rows.length)} of ${count(total)} workers`;
  return (
    <section aria-label="Workers">
      <div class="filters">
        <label>
          Find
          <input
            type="search"
            placeholder="name, address, region"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <div class="choice" role="group" aria-label="State">
          {STATES.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={state === one}
              onClick={() => setState(one)}
            >
              {one}
            </button>
          ))}
        </div>
        <p role="status" class="quiet">
          {found}
        </p>
      </div>
      <Rows rows={rows} pool={pool} order={order} onOrder={setOrder} label={found} />
      <p class="quiet">
        Figures are of the last 24 hours. Late: slower than real time. Events tell of no job that
        failed, so that there is no rate of errors.
      </p>
    </section>
  );
}

function Rows({
  rows,
  pool,
  order,
  onOrder,
  label,
}: {
  readonly rows: readonly WorkerRow[];
  readonly pool: Performance;
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
  readonly label: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ first: 0, shown: FIRST });
  const look = () => {
    const element = place.current;
    if (element === null) return;
    const first = Math.max(0, Math.floor(element.scrollTop / ROW_PX) - SPARE);
    const shown = Math.ceil(element.clientHeight / ROW_PX) + 2 * SPARE;
    setView((last) => (last.first === first && last.shown === shown ? last : { first, shown }));
  };
  useLayoutEffect(look, [rows.length]);
  // Another order begins at its beginning.
  useEffect(() => {
    if (place.current !== null) place.current.scrollTop = 0;
  }, [order]);
  const isWhole = rows.length <= WHOLE_MAX;
  const first = isWhole ? 0 : Math.min(view.first, Math.max(0, rows.length - view.shown));
  const shown = isWhole ? rows : rows.slice(first, first + view.shown);
  const below = rows.length - first - shown.length;
  return (
    <div
      class={isWhole ? "scroll" : "scroll long"}
      ref={place}
      onScroll={look}
      tabIndex={0}
      role="group"
      aria-label={label}
    >
      <table class="workers" aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map(({ key, head, isNumber }) => {
              const isBy = order.key === key;
              const sort = isBy ? (order.isUp ? "ascending" : "descending") : "none";
              return (
                <th
                  key={key}
                  scope="col"
                  aria-sort={sort}
                  class={isNumber === true ? "number" : ""}
                >
                  <button
                    type="button"
                    onClick={() => onOrder({ key, isUp: isBy ? !order.isUp : isNumber !== true })}
                  >
                    {head}
                    <span aria-hidden="true">{isBy ? (order.isUp ? " ▲" : " ▼") : ""}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Gap rows={first} />}
          {shown.map((row, index) => (
            <Row key={row.address} row={row} pool={pool} place={first + index + 2} />
          ))}
          {below > 0 && <Gap rows={below} />}
        </tbody>
      </table>
    </div>
  );
}

/** A worker; made anew only when it is another one than before, as scrolling asks for many of them often. */
function Row({
  row,
  pool,
  place,
}: {
  readonly row: WorkerRow;
  readonly pool: Performance;
  readonly place: number;
}) {
  return useMemo(
    () => (
      <tr aria-rowindex={place}>
        {COLUMNS.map(({ key, cell, isNumber }, at) =>
          at === 0 ? (
            <th key={key} scope="row">
              {cell(row, pool)}
            </th>
          ) : (
            <td key={key} class={isNumber === true ? "number" : ""}>
              {cell(row, pool)}
            </td>
          ),
        )}
      </tr>
    ),
    [row, pool, place],
  );
}

/** As high as the rows that are not drawn. */
function Gap({ rows }: { readonly rows: number }) {
  return (
    <tr>
      <td class="gap" colSpan={COLUMNS.length} style={{ height: `${rows * ROW_PX}px` }} />
    </tr>
  );
}
