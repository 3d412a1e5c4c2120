/** The page of a sweep: which value to set first, the curve with those that are as good, every point. */
import * as Plot from "@observablehq/plot";
import type { Curve, SweepPage } from "../src/sim/report/html/sweep-page.js";
import { Chart, COLOURS } from "./chart.js";
import { DataTable, SortableTable } from "./data-table.js";
import { GroundsSection, Heading } from "./sections.js";

/** The change over the setting: a band for the interval, the as-good set in green, the best one ringed. */
function CurveChart({
  curve: { label, points },
  labels,
  margin,
}: { readonly curve: Curve } & Pick<SweepPage, "labels" | "margin">) {
  const isNumber = points.every(({ x }) => x !== null);
  const rows = points.map((point, index) => ({
    ...point,
    at: isNumber ? point.x : index,
    bottom: point.low ?? point.mean,
    top: point.high ?? point.mean,
  }));
  const good = rows.filter(({ isGood }) => isGood);
  const best = rows.filter(({ isBest }) => isBest);
  const where = label === "" ? "" : `, ${label}`;
  return (
    <Chart
      title={`What ${labels.x} changes${where}: green is as good as the best, ringed the best`}
      alternative={`${labels.y} by ${labels.x}${where}: ${points.map((point) => `${point.label} ${point.mean} (${point.found})`).join("; ")}`}
      options={() => ({
        height: 300,
        marginLeft: 55,
        marginRight: 20,
        x: {
          label: `${labels.x} →`,
          labelOffset: 40,
          ...(isNumber
            ? {}
            : {
                type: "band" as const,
                domain: rows.map((_, index) => index),
                tickFormat: (index: number) => points[index]?.label ?? "",
                tickRotate: -30,
              }),
        },
        y: { label: `↑ ${labels.y}`, grid: true, zero: true },
        marks: [
          ...(margin === null || best[0] === undefined
            ? []
            : [
                Plot.rectY([{ y1: best[0].mean - margin, y2: best[0].mean }], {
                  y1: "y1",
                  y2: "y2",
                  fill: "currentColor",
                  fillOpacity: 0.08,
                }),
              ]),
          Plot.ruleY([0], { stroke: "currentColor" }),
          Plot.ruleX(rows, {
            x: "at",
            y1: "bottom",
            y2: "top",
            stroke: COLOURS[5],
            strokeWidth: 2,
          }),
          Plot.ruleX(good, {
            x: "at",
            y1: "bottom",
            y2: "top",
            stroke: COLOURS[2],
            strokeWidth: 4,
          }),
          ...(isNumber ? [Plot.lineY(rows, { x: "at", y: "mean", stroke: COLOURS[0] })] : []),
          Plot.dot(rows, {
            x: "at",
            y: "mean",
            r: 4,
            fill: (row: (typeof rows)[number]) => (row.isGood ? COLOURS[2] : COLOURS[0]),
          }),
          Plot.dot(best, { x: "at", y: "mean", r: 8, stroke: COLOURS[2], strokeWidth: 2 }),
        ],
      })}
      heads={[labels.x, "found", labels.y, "from", "to"]}
      rows={points.map((point) => [point.label, point.found, point.mean, point.low, point.high])}
    />
  );
}

export function SweepReport({ data }: { readonly data: SweepPage }) {
  const { content, cases, curves, labels, margin, points, admits } = data;
  const { choice, doIt, objectiveHead } = content;
  return (
    <>
      <Heading content={{ ...content, title: `${content.title}: ${content.about}` }} />
      {doIt !== "" && (
        <pre>
          <code>{doIt}</code>
        </pre>
      )}
      {cases.length > 0 && (
        <section aria-labelledby="cases">
          <h2 id="cases">Case by case</h2>
          <SortableTable
            label="Case by case"
            heads={["case", `best ${choice}`, "as good", "change", "admits workers"]}
            rows={cases}
          />
        </section>
      )}
      <section aria-labelledby="curves">
        <h2 id="curves">What it changes</h2>
        {curves.map((curve) => (
          <CurveChart key={curve.label} curve={curve} labels={labels} margin={margin} />
        ))}
      </section>
      <section aria-labelledby="points">
        <h2 id="points">Every value</h2>
        {points.map(({ label, rows }) => (
          <section key={label} aria-label={label === "" ? "Every value tried" : label}>
            {label !== "" && <h3>{label}</h3>}
            <SortableTable
              label={label === "" ? "Every value tried" : label}
              heads={[choice, "found", objectiveHead, "change", "admits workers", "replications"]}
              rows={rows}
            />
          </section>
        ))}
        {admits.length > 0 && (
          <>
            <h3>Whom the best admits</h3>
            <DataTable
              label="Whom the best admits"
              heads={["worker", "sessions", "why"]}
              rows={admits}
            />
          </>
        )}
      </section>
      <GroundsSection data={data} />
    </>
  );
}
