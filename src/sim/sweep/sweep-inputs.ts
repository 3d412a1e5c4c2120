/** The inputs of a sweep: each point in each of the circumstances, checked before anything runs. */
import { pathText } from "../../config/problem.js";
import { InputError } from "../../core/errors.js";
import type { PoolInputs } from "../advise/pool-change.js";
import type { SimulationInput } from "../input.js";
import { missingFindings } from "../scenario/missing-findings.js";
import { sizeFindings } from "../scenario/size-checks.js";
import type { Setting } from "./axes.js";
import type { Heat } from "./race.js";
import type { SweepSetting } from "./sweep-result.js";

function given(settings: readonly SweepSetting[]): readonly (readonly [string, unknown])[] {
  return settings.map(({ path, value }) => [path, value] as const);
}

/** The input of some settings, which has to be one that could stand in a scenario. */
function checkedInput(inputs: PoolInputs, label: string, settings: readonly SweepSetting[]) {
  const input: SimulationInput = inputs.of(given(settings));
  const [finding] = [...missingFindings(input.scenario), ...sizeFindings(input)];
  if (finding === undefined) return input;
  const text = `${label}: ${pathText(finding.path)}: ${finding.text}`;
  throw new InputError(text, { code: "SWEEP_INVALID" });
}

/**
 * What is run: a heat for each of the circumstances.
 *
 * @throws InputError (`SWEEP_INVALID`, `SCENARIO_INVALID`) for a setting that does not exist, and for a
 *   value that does not fit
 */
export function heatsOf(
  inputs: PoolInputs,
  circumstances: readonly Setting[],
  choices: readonly Setting[],
): readonly Heat[] {
  return circumstances.map((circumstance): Heat => {
    const { label, settings } = circumstance;
    return {
      label,
      asItIs: checkedInput(inputs, label === "" ? "as it is" : label, settings),
      runners: choices.map((choice) => ({
        label: choice.label,
        input: checkedInput(inputs, choice.label, [...settings, ...choice.settings]),
      })),
    };
  });
}
