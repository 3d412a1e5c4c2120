/** Charts with a title, a text for who cannot see them, and the table behind them; sparklines. */
import * as Plot from "@observablehq/plot";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Colours that differ for the colour-blind, on light and on dark. */
export const COLOURS = ["#3182ce", "#dd6b20", "#38a169", "#d53f8c"] as const;

export interface ChartProps {
  readonly title: string;
  /** What the drawing shows, in a sentence. */
  readonly alternative: string;
  readonly options: (width: number) => Plot.PlotOptions;
  readonly legend?: readonly (readonly [colour: string, text: string])[];
  readonly table: () => ComponentChildren;
}

export function Chart({ title, alternative, options, legend = [], table }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const measure = () => setWidth(Math.floor(element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = place.current;
    if (element === null || width === 0) return;
    const plot = Plot.plot({
      height: 190,
      marginLeft: 52,
      marginBottom: 28,
      ...options(width),
      // One name, so that the style which Plot puts into each drawing is one that the policy knows.
      className: "drawn",
      width,
      style: { background: "transparent", color: "currentColor", fontSize: "12px" },
      ariaLabel: alternative,
    });
    plot.setAttribute("role", "img");
    // One image with one text: its parts have none of their own.
    for (const part of plot.querySelectorAll("g[aria-label]")) part.removeAttribute("aria-label");
    element.replaceChildren(plot);
  });
  return (
    <figure>
      <figcaption>{title}</figcaption>
      {legend.length > 0 && (
        <p class="legend">
          {legend.map(([colour, text]) => (
            <span key={text}>
              <svg width="14" height="10" aria-hidden="true">
                <rect width="14" height="10" rx="2" fill={colour} />
              </svg>
              {text}
            </span>
          ))}
        </p>
      )}
      <div class="plot" ref={place} />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>The same as a table</summary>
        {isOpen && table()}
      </details>
    </figure>
  );
}

const [WIDE, HIGH] = [96, 22];

/** A row of small bars. */
export function Sparkline({
  values,
  label,
}: {
  readonly values: readonly number[];
  readonly label: string;
}) {
  const most = Math.max(1, ...values);
  const step = WIDE / Math.max(1, values.length);
  const path = values
    .map((value, index) => {
      if (value === 0) return "";
      const high = Math.max(1, (HIGH * value) / most);
      return `M${(index * step).toFixed(1)},${HIGH}v-${high.toFixed(1)}h${(step - 1).toFixed(1)}v${high.toFixed(1)}z`;
    })
    .join("");
  return (
    <svg class="spark" width={WIDE} height={HIGH} role="img" aria-label={label}>
      <path d={path} />
    </svg>
  );
}
