/** Settings by which all events of a scenario happen early and are soon over, for short runs. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const event = z.record(z.string(), z.unknown());
const file = z.looseObject({ events: z.record(z.string(), event).default({}) });

/** How long things last, by the setting that says it. */
const SHORT: Readonly<Record<string, string>> = { over: "5s", for: "10s", length: "10s" };

/** @param path of the scenario; @param at when they happen, as a scenario says it */
export function earlyEvents(path: string, at: string): { path: string; value: string }[] {
  const { events } = file.parse(parse(readFileSync(path, "utf8")));
  return Object.entries(events).flatMap(([name, settings]) => {
    const short = Object.entries(SHORT).filter(([setting]) => setting in settings);
    return [["at", at] as const, ...short].map(([setting, value]) => ({
      path: `events.${name}.${setting}`,
      value,
    }));
  });
}
