/** A chart with its title, a text for who cannot see it, and the table behind it. */
import * as Plot from "@observablehq/plot";
import { useEffect, useRef, useState } from "preact/hooks";
import { DataTable } from "./data-table.js";

/** Categories' colours that differ for the colour-blind, on light and on dark. */
export const COLOURS = ["#3182ce", "#dd6b20", "#38a169", "#d53f8c", "#805ad5", "#718096"] as const;

export interface ChartProps {
  readonly title: string;
  /** What the drawing shows, in a sentence. */
  readonly alternative: string;
  readonly options: (width: number) => Plot.PlotOptions;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export function Chart({ title, alternative, options, heads, rows }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let drawn = 0;
    const draw = () => {
      const width = Math.floor(element.clientWidth);
      if (width === 0 || width === drawn) return;
      drawn = width;
      const style = { background: "transparent", color: "currentColor", fontSize: "12px" };
      const plot = Plot.plot({
        marginBottom: 46,
        ...options(width),
        width,
        style,
        ariaLabel: alternative,
      });
      // With a legend the drawing is one of several things in a figure.
      const drawing = plot.matches("svg") ? plot : plot.querySelector(":scope > svg");
      drawing?.setAttribute("role", "img");
      // One image with one text: its parts have none of their own.
      for (const part of plot.querySelectorAll("g[aria-label]")) part.removeAttribute("aria-label");
      element.replaceChildren(plot);
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div class="plot" ref={place} />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>The same as a table</summary>
        {isOpen && <DataTable heads={heads} rows={rows} label={title} />}
      </details>
    </figure>
  );
}
