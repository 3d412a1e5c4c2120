/** What a trace says of workers. */
import type { RemoteTranscoderManager } from "../../../pool/index.js";
import type { Worker } from "./worker-state.js";

/** Workers that a trace names. */
const LOADS_MAX = 5;

/** Sessions of the workers that are there, the least loaded first. */
export function loadsText(manager: RemoteTranscoderManager, workers: readonly Worker[]): string {
  const all = manager.order().reverse();
  const shown = all.slice(0, LOADS_MAX).map((registration) => {
    const name = workers[manager.identity(registration)]?.spec.name ?? "?";
    return `${name} ${manager.load(registration)}/${manager.capacity(registration)}`;
  });
  const rest = all.length > LOADS_MAX ? [`${all.length - LOADS_MAX} more`] : [];
  return shown.length === 0 ? "none is there" : [...shown, ...rest].join(", ");
}

/** Whom a session's segment goes to. @param chosen its name; undefined: nobody */
export function choiceText(chosen: string | undefined, hasSession: boolean): string {
  if (chosen === undefined) return "no worker takes the segment";
  return `to ${chosen}: ${hasSession ? "has the session" : "least loaded that may serve"}`;
}
