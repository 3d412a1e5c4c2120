/** What the schema cannot say about AI jobs: names, what a kind of job needs, who may be named. */
import type { Finding, Path } from "../../config/problem.js";
import { aiUnits } from "../../selection/ai/latency-score.js";
import { AI_PIPELINES } from "../../selection/ai/pipelines.js";
import type { Scenario } from "./schema.js";

interface Named {
  readonly pipeline: string;
  readonly model?: string | undefined;
}

function kindOf({ pipeline, model }: Named): string {
  return `${pipeline} ${model ?? AI_PIPELINES.get(pipeline)?.defaultModel}`;
}

/** No (pipeline, model) twice in a list. */
function repeated(path: Path, list: readonly Named[]): Finding[] {
  const seen = new Set<string>();
  return list.flatMap((one, index) => {
    const kind = kindOf(one);
    const isAgain = seen.has(kind);
    seen.add(kind);
    return isAgain ? [{ path: [...path, index], text: `a second entry for ${kind}` }] : [];
  });
}

/** What a model must say of its times. */
function untimed(
  path: Path,
  list: readonly (Named & { readonly fixedMs: number; readonly msPerUnit: number })[],
): Finding[] {
  return list.flatMap(({ pipeline, fixedMs, msPerUnit }, index) => {
    const isTimed = fixedMs > 0 || msPerUnit > 0 || AI_PIPELINES.get(pipeline)?.live === true;
    return isTimed
      ? []
      : [{ path: [...path, index], text: "expected msPerUnit or fixedMs above 0" }];
  });
}

type Job = NonNullable<Scenario["ai"]>["jobs"][number];

function jobFindings(job: Job, path: Path): Finding[] {
  const { pipeline, requestsPerSecond, streamsPerHour, length, units, hourly } = job;
  const found: Finding[] = [];
  const add = (key: string, text: string) => found.push({ path: [...path, key], text });
  const isLive = AI_PIPELINES.get(pipeline)?.live === true;
  if (isLive) {
    if (streamsPerHour === undefined) {
      found.push({ path, text: "live video comes in streams, expected streamsPerHour" });
    }
    if (requestsPerSecond !== undefined) {
      add("requestsPerSecond", "live video comes in streams, expected streamsPerHour");
    }
    if (units !== undefined) add("units", "live video is billed by time (A-51), expected no units");
  } else {
    if (requestsPerSecond === undefined) found.push({ path, text: "expected requestsPerSecond" });
    if (streamsPerHour !== undefined) {
      add("streamsPerHour", `${pipeline} comes in requests, expected requestsPerSecond`);
    }
    if (length !== undefined) add("length", `only live video has a length, not ${pipeline}`);
    if (units === undefined && (aiUnits(pipeline, {})?.billed ?? 0n) === 0n) {
      found.push({ path, text: `a request of ${pipeline} has no usual size, expected units` });
    }
  }
  if (Array.isArray(hourly) && hourly.every((factor) => factor === 0)) {
    add("hourly", "found 0 for all hours, expected one above");
  }
  return found;
}

/**
 * What is wrong with a scenario's AI jobs and with those who serve them; empty when nothing is.
 *
 * @param isOrchestrator whether an orchestrator other than the one under study goes by a name
 */
export function aiFindings(
  scenario: Scenario,
  isOrchestrator: (name: string) => boolean,
): readonly Finding[] {
  const { ai, workers, orchestrator } = scenario;
  const own = workers.flatMap((worker, index): Finding[] => {
    if (worker.ai === undefined) return [];
    const path: Path = ["workers", index, "ai"];
    if (ai === undefined) {
      const text = "found AI models, but nobody asks for any: expected ai.jobs";
      return [{ path, text, atKey: true }];
    }
    const models: Path = [...path, "models"];
    return [...repeated(models, worker.ai.models), ...untimed(models, worker.ai.models)];
  });
  const admission = orchestrator?.ai?.admission;
  if (admission !== undefined && admission.leastJobs > admission.jobs) {
    const text = `found ${admission.leastJobs}, expected at most jobs (${admission.jobs})`;
    own.push({ path: ["orchestrator", "ai", "admission", "leastJobs"], text });
  }
  own.push(...repeated(["orchestrator", "ai", "prices"], orchestrator?.ai?.prices ?? []));
  if (ai === undefined) return own;
  const names = new Set<string>();
  for (const [index, job] of ai.jobs.entries()) {
    const path: Path = ["ai", "jobs", index];
    if (names.has(job.name)) {
      own.push({ path: [...path, "name"], text: `a second job is called "${job.name}"` });
    }
    names.add(job.name);
    own.push(...jobFindings(job, path));
  }
  own.push(...repeated(["ai", "jobs"], ai.jobs));
  const seen = new Set<string>();
  for (const [index, { name, models }] of ai.orchestrators.entries()) {
    const path: Path = ["ai", "orchestrators", index];
    if (!isOrchestrator(name)) {
      const text = `nobody else is called ${JSON.stringify(name)}, expected an orchestrator of the network or of orchestrators`;
      own.push({ path: [...path, "name"], text });
    }
    if (seen.has(name.toLowerCase())) {
      own.push({ path: [...path, "name"], text: `a second entry for ${JSON.stringify(name)}` });
    }
    seen.add(name.toLowerCase());
    own.push(...repeated([...path, "models"], models), ...untimed([...path, "models"], models));
  }
  return own;
}
