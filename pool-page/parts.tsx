/** Parts that all sections are made of: tiles, plain tables, what is wrong, a form for the token. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Asked, hasToken, keepToken } from "./server.js";

export function Tile({
  label,
  children,
  note,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
  readonly note?: ComponentChildren;
}) {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd>
        <strong>{children}</strong>
        {note !== undefined && <small>{note}</small>}
      </dd>
    </div>
  );
}

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => ComponentChildren;
  readonly isNumber?: boolean;
}

/** A table that is as long as it is. */
export function Table<T>({
  label,
  columns,
  rows,
  keyOf,
  empty,
}: {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string | number;
  /** What is said in place of it when there is no row. */
  readonly empty: string;
}) {
  if (rows.length === 0) return <p class="quiet">{empty}</p>;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ head, isNumber }) => (
              <th key={head} scope="col" class={isNumber === true ? "number" : ""}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ head, cell, isNumber }, index) =>
                index === 0 ? (
                  <th key={head} scope="row" class={isNumber === true ? "number" : ""}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={head} class={isNumber === true ? "number" : ""}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function TokenForm({ why }: { readonly why: string }) {
  const [token, setToken] = useState("");
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        keepToken(token.trim());
        location.reload();
      }}
    >
      <p>{why}.</p>
      <label>
        Token
        <input
          type="password"
          autocomplete="off"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>{" "}
      <button type="submit">Use it in this tab</button>
      {hasToken() && (
        <button
          type="button"
          onClick={() => {
            keepToken("");
            location.reload();
          }}
        >
          Forget the token
        </button>
      )}
    </form>
  );
}

/** What was asked for, or why it is not there. */
export function Shown<T>({
  asked,
  children,
}: {
  readonly asked: Asked<T>;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, trouble, needsToken } = asked;
  if (needsToken) return <TokenForm why={trouble ?? "A token is needed"} />;
  return (
    <>
      {trouble !== null && (
        <p class="warning" role="alert">
          Not up to date: {trouble}.
        </p>
      )}
      {data === null ? trouble === null && <p class="quiet">Loading …</p> : children(data)}
    </>
  );
}
