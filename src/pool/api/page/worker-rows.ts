/** Workers as tables show them: one row for each address. */
import type { z } from "zod";
import type { Hold } from "../../books/holds.js";
import type { PresenceRow, WorkerRow } from "../../books/store/store.js";
import type { poolWorkerAnswer, poolWorkersAnswer } from "./answers.js";
import { type PageContext, performanceOf, utc, utcOrNull } from "./context.js";

type PoolWorker = z.output<typeof poolWorkersAnswer>["workers"][number];
type Benchmark = z.output<typeof poolWorkerAnswer>["benchmark"];

/** @param places rows of the books, by address */
export function workersOf(
  context: PageContext,
  places: ReadonlyMap<string, readonly WorkerRow[]>,
): PoolWorker[] {
  const { figures, moment, nowMs } = context;
  const { pending, inPayout, paid, presence, names, holds } = moment;
  const advice = new Map(
    (context.advice?.()?.workers ?? []).map((row) => [row.name.toLowerCase(), row.advice]),
  );
  return [...places].map(([address, own]) => {
    const track = figures.worker(address);
    const name = names.get(address) ?? null;
    const sum = (wei: ReadonlyMap<string, bigint>) => String(wei.get(address) ?? 0n);
    return {
      address,
      name,
      nodeTypes: [...new Set(own.map(({ nodeType }) => nodeType))],
      regions: [...new Set(own.map(({ region }) => region))],
      ...presenceOf(presence.get(address)),
      held: heldBy(holds.get(address)),
      sessions: benchmarkOf(context, address)?.maxSessions ?? null,
      ...performanceOf(track?.lastDay(nowMs) ?? null),
      jobsEver: String(own.reduce((jobs, row) => jobs + row.jobs, 0n)),
      pending: sum(pending),
      inPayout: sum(inPayout),
      paid: sum(paid),
      advice: advice.get(address) ?? advice.get(name?.toLowerCase() ?? "") ?? null,
      hours: track?.jobsByHour(nowMs) ?? [],
    };
  });
}

function heldBy(hold: Hold | undefined): PoolWorker["held"] {
  return hold === undefined ? null : { until: utcOrNull(hold.untilMs) };
}

function presenceOf(row: PresenceRow | undefined) {
  const connections = row?.connections ?? 0;
  const isOnline = connections > 0;
  const since = isOnline ? row?.onlineSinceMs : row?.lastClosedMs;
  return { isOnline, connections, since: utcOrNull(since) };
}

/** What the books keep of the last benchmark that a worker was judged by. */
export function benchmarkOf({ books }: Pick<PageContext, "books">, address: string): Benchmark {
  const text = books.setting(`benchmark:${address}`);
  if (text === null) return null;
  const { atMs, decision } = JSON.parse(text) as {
    readonly atMs: number;
    readonly decision: Omit<NonNullable<Benchmark>, "at">;
  };
  const { admitted, maxSessions, reason } = decision;
  return { at: utc(atMs), admitted, maxSessions, reason };
}
