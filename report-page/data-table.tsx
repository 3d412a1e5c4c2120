/**
 * Tables: plain ones, and one whose columns sort by mouse and keyboard. What scrolls can be scrolled
 * by keyboard (axe: scrollable-region-focusable), and is a group and no landmark.
 */
import { useState } from "preact/hooks";

export type Cell = string | number | null;

/** A number as people read it; names as they are. */
export function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  return (
    (cell < 0 ? "−" : "") + Math.abs(cell).toLocaleString("en", { maximumSignificantDigits: 4 })
  );
}

interface TableProps {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Says what the table is. */
  readonly label: string;
}

const LONG = 40;

function cellClass(cell: Cell): string {
  if (typeof cell === "number") return "number";
  return (cell?.length ?? 0) > LONG ? "long" : "";
}

function Row({ cells }: { readonly cells: readonly Cell[] }) {
  const [first = "", ...others] = cells;
  return (
    <tr>
      <th scope="row">{cellText(first)}</th>
      {others.map((cell, index) => (
        <td key={index} class={cellClass(cell)}>
          {cellText(cell)}
        </td>
      ))}
    </tr>
  );
}

export function DataTable({ heads, rows, label }: TableProps) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <Row key={index} cells={cells} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Order {
  readonly column: number;
  readonly isUp: boolean;
}

function compare(a: Cell, b: Cell): number {
  // What has no value is last, whichever way.
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a ?? "").localeCompare(String(b ?? ""), "en", { numeric: true });
}

function sorted(rows: TableProps["rows"], order: Order | null): TableProps["rows"] {
  if (order === null) return rows;
  const { column, isUp } = order;
  const known = rows.filter((row) => (row[column] ?? null) !== null);
  const unknown = rows.filter((row) => (row[column] ?? null) === null);
  const sign = isUp ? 1 : -1;
  known.sort((a, b) => sign * compare(a[column] ?? null, b[column] ?? null));
  return [...known, ...unknown];
}

const ROWS_FIRST = 25;

export function SortableTable({ heads, rows, label }: TableProps) {
  const [order, setOrder] = useState<Order | null>(null);
  const [isWhole, setWhole] = useState(false);
  const all = sorted(rows, order);
  const shown = isWhole ? all : all.slice(0, ROWS_FIRST);
  const sortBy = (column: number) =>
    setOrder((last) => {
      const isNumber = rows.some((row) => typeof row[column] === "number");
      return { column, isUp: last?.column === column ? !last.isUp : !isNumber };
    });
  return (
    <>
      <div class="scroll" tabIndex={0} role="group" aria-label={label}>
        <table>
          <thead>
            <tr>
              {heads.map((head, column) => {
                const isBy = order?.column === column;
                const sort = isBy ? (order.isUp ? "ascending" : "descending") : "none";
                return (
                  <th key={head} scope="col" aria-sort={sort}>
                    <button type="button" onClick={() => sortBy(column)}>
                      {head}
                      <span aria-hidden="true">{isBy ? (order.isUp ? " ▲" : " ▼") : " ↕"}</span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {shown.map((cells) => (
              <Row key={String(cells[0])} cells={cells} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < all.length && (
        <button type="button" class="more" onClick={() => setWhole(true)}>
          Show all {all.length.toLocaleString("en")} rows
        </button>
      )}
    </>
  );
}
