/** The order in which findings are shown, where it is not that of the gateway's tries. */
import type { SortKey } from "./flags.js";
import type { Findings, Judged } from "./gather.js";
import type { AIJobAsked } from "./job.js";
import { gpusOf } from "./models.js";

type Compare = (a: Judged, b: Judged) => number;

/** The same, each of the three groups in the order wanted; of equal ones in that of tries. */
export function sortedFindings(findings: Findings, key: SortKey, ai: AIJobAsked | null): Findings {
  const compare = comparisons(findings, ai)[key];
  const group = ({ turn, verdict }: Judged) => (turn !== null ? 0 : verdict === "rejected" ? 2 : 1);
  const orchestrators = [...findings.orchestrators].sort(
    (a, b) => group(a) - group(b) || compare(a, b),
  );
  return { ...findings, orchestrators };
}

/** Who does not tell comes last. */
function comparisons(
  { orchestrators }: Findings,
  ai: AIJobAsked | null,
): Readonly<Record<SortKey, Compare>> {
  const gpus = new Map(
    orchestrators.map((one) => {
      const all = gpusOf(one, ai);
      const memory = all.reduce((sum, { memoryTotal }) => sum + memoryTotal, 0n);
      return [one, { count: all.length, memory }] as const;
    }),
  );
  const none = { count: 0, memory: 0n };
  const latency = ({ report }: Judged) => report.latencyMs ?? Number.POSITIVE_INFINITY;
  return {
    turn: () => 0,
    price: ({ report: { price: a } }, { report: { price: b } }) =>
      a === null || b === null ? Number(a === null) - Number(b === null) : a.compare(b),
    latency: (a, b) => (latency(a) === latency(b) ? 0 : latency(a) - latency(b)),
    gpu: (a, b) => {
      const [one, other] = [gpus.get(a) ?? none, gpus.get(b) ?? none];
      const byCount = other.count - one.count;
      return byCount === 0 ? Number(other.memory - one.memory) : byCount;
    },
  };
}
