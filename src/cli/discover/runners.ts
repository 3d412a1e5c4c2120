/** Live runners that an orchestrator lists, with what a remote signer makes of each. */
import { grouped } from "../../core/wording.js";
import {
  type OrchestratorDetails,
  Rational,
  type Runner,
  runnerPrice,
  runnerRejection,
} from "../../discovery/index.js";

/** Whoever was asked, or not. */
interface HasDetails {
  readonly details: OrchestratorDetails | null;
}

/** A runner, under the address at which it is listed. */
export interface ListedRunner {
  readonly address: string;
  readonly runner: Runner;
  /** Why it does not count; null = it does. */
  readonly rejection: string | null;
}

/** All that it lists; a list of another orchestrator's counts as well. */
export function runnersOf({ details }: HasDetails, maxPrice: Rational | null): ListedRunner[] {
  return (details?.runners ?? []).flatMap(({ address, runners }) =>
    runners.map((runner) => {
      const rejection = address === "" ? "its list has no address" : null;
      return { address, runner, rejection: rejection ?? runnerRejection(runner, maxPrice) };
    }),
  );
}

/** A line for each runner, or why there is none. */
export function runnerTexts(judged: HasDetails, maxPrice: Rational | null): string[] {
  const { details } = judged;
  if (details?.runnersError) return [`no list of runners: ${why(details.runnersError)}`];
  return runnersOf(judged, maxPrice).map(({ runner, rejection }) => {
    const { app, url, version, capacity, capacityAvailable, gpu } = runner;
    const price = runnerPrice(runner);
    const facts = [
      url,
      version !== "" && `version ${version}`,
      `${grouped(capacityAvailable)} of ${grouped(capacity)} free`,
      price !== null && `${weiText(price.wei)} wei/${price.unit}`,
      gpu?.name ?? "",
      rejection !== null && `does not count: ${rejection}`,
    ].filter((fact) => fact !== false && fact !== "");
    return `runner ${app}: ${facts.join(" · ")}`;
  });
}

/** Longer numbers are shown as they were sent, cut: written out they may have a million digits. */
const LONGEST_NUMBER = 40;

function weiText(price: string): string {
  const isShort = price.length <= LONGEST_NUMBER && !/e[+-]?\d{3}/i.test(price);
  return isShort ? Rational.parse(price).toFixed(3) : price.slice(0, LONGEST_NUMBER);
}

/** most orchestrators sign their certificates themselves. */
function why(error: string): string {
  return /self[- ]signed|certificate/i.test(error)
    ? `${error}; certificates are verified here, so that a remote signer sees none either (A-71)`
    : error;
}
