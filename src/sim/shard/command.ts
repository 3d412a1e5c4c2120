/**
 * What is asked of a scenario, as data: whoever has it and the scenario can do the same, wherever the
 * replications are computed. No clock is in it: a budget depends on the machine.
 */
import { z } from "zod";
import type { AdviceResult } from "../advise/advice-result.js";
import { adviseWith } from "../advise/advise.js";
import type { Executor } from "../experiment/executor.js";
import { experimentWith } from "../experiment/experiment.js";
import type { Progress } from "../experiment/workbench.js";
import type { LoadedScenario } from "../input.js";
import type { ScenarioResult } from "../results.js";
import { sweepWith } from "../sweep/sweep.js";
import type { SweepResult } from "../sweep/sweep-result.js";

const seed = z.int().nonnegative().nullable();
const replications = z.int().positive().nullable();

const RUN = z.strictObject({
  name: z.literal("run"),
  seed,
  replications,
  untilDecided: z.boolean().nullable(),
  sensitivity: z.enum(["off", "short", "full"]),
  sensitivityReplications: replications.optional(),
});

const ADVISE = z.strictObject({
  name: z.literal("advise"),
  seed,
  replications,
  only: z.array(z.string()).nullable(),
  variant: z.string().nullable(),
  objective: z.string().nullable(),
  margin: z.number().nullable(),
  confidence: z.number().nullable(),
  /** `false`: no rule is looked for. */
  rule: z.boolean().optional(),
});

const SWEEP = z.strictObject({
  name: z.literal("sweep"),
  seed,
  replications,
  /** None: as the scenario says. */
  vary: z.array(
    z.strictObject({
      path: z.string(),
      values: z.union([z.string(), z.array(z.unknown())]),
    }),
  ),
  variant: z.string().nullable(),
  objective: z.string().nullable(),
  margin: z.number().nullable(),
  confidence: z.number().nullable(),
});

/** The schema of commands. */
export const COMMAND = z.discriminatedUnion("name", [RUN, ADVISE, SWEEP]);

/** A command: `null` is what its command line does not say. */
export type Command = z.infer<typeof COMMAND>;

/** What came of it. */
export type CommandResult =
  | { readonly name: "run"; readonly result: ScenarioResult }
  | { readonly name: "advise"; readonly result: AdviceResult }
  | { readonly name: "sweep"; readonly result: SweepResult };

/** What is no part of the command. */
export interface CarryOutOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The seed of its replications. */
export function seedOf(command: Command, { base }: LoadedScenario): number {
  return command.seed ?? base.scenario.seed;
}

/**
 * Does what a command says.
 *
 * @param executor of the seed {@link seedOf}; closed at the end
 * @throws InputError for what cannot be asked of the scenario; the signal's reason
 */
export async function carryOut(
  command: Command,
  loaded: LoadedScenario,
  executor: Executor,
  options: CarryOutOptions = {},
): Promise<CommandResult> {
  // What is not said is not there.
  const said = Object.fromEntries(Object.entries(command).filter(([, value]) => value !== null));
  const given = { ...said, ...options };
  switch (command.name) {
    case "run":
      return { name: "run", result: await experimentWith(loaded, executor, given) };
    case "advise":
      return { name: "advise", result: await adviseWith(loaded, executor, given) };
    case "sweep":
      return { name: "sweep", result: await sweepWith(loaded, executor, given) };
  }
}
