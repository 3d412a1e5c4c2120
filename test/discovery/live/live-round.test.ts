import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RemoteError } from "../../../src/core/errors.js";
import { runLiveRound } from "../../../src/discovery/live/live-round.js";
import { Suspensions } from "../../../src/discovery/live/suspensions.js";
import type { Rejection } from "../../../src/discovery/rejection.js";
import { DiscoveryRound } from "../../../src/discovery/round.js";
import { Suspender } from "../../../src/discovery/suspension.js";
import { answerOf, listed, VirtualClock } from "../../support/servers/live-discovery.js";

const REJECTED: Rejection = { rule: "K-9", reason: "version", detail: "" };

/** What an orchestrator does, by URI. */
interface Node {
  readonly ms: number;
  readonly kind: "ok" | "rejected" | "failed" | "never";
  readonly nodes: readonly string[];
  readonly penalty: number;
}

interface Case {
  readonly world: ReadonlyMap<string, Node>;
  readonly base: readonly string[];
  readonly wanted: number;
  readonly extraNodes: number;
  readonly discoveryTimeoutMs: number;
}

/** The round on the live shell, in virtual time. */
async function live({ world, base, wanted, extraNodes, discoveryTimeoutMs }: Case) {
  const clock = new VirtualClock();
  const suspensions = new Suspensions();
  for (const [uri, { penalty }] of world) if (penalty > 0) suspensions.suspend(uri, penalty);
  const asked: string[] = [];
  const outcome = await clock.run(
    runLiveRound({
      round: new DiscoveryRound({ discoveryTimeoutMs, extraNodes }),
      endpoints: base.map((uri) => listed({ uri })),
      wanted,
      extraNodes,
      judge: ({ transcoder }) => (world.get(transcoder)?.kind === "rejected" ? REJECTED : null),
      suspensions,
      ask: ({ uri }) => {
        asked.push(uri);
        const node = world.get(uri);
        if (node === undefined || node.kind === "never") return new Promise(() => {});
        return clock.after(node.ms, () => {
          if (node.kind === "failed") throw new RemoteError("no", { code: "RPC_FAILED" });
          return answerOf(uri, { nodes: node.nodes });
        });
      },
      clock,
      random: Math.random,
      concurrency: Number.POSITIVE_INFINITY,
      lingerMs: 0,
      signal: undefined,
      onProgress: undefined,
    }),
  );
  return {
    elapsedMs: outcome.elapsedMs,
    asked: asked.sort(),
    found: outcome.found.map(({ uri, latencyMs, backfilled }) => ({ uri, latencyMs, backfilled })),
  };
}

/** The same round as the simulator drives it: all answers are known beforehand, in order of time. */
function simulated({ world, base, wanted, extraNodes, discoveryTimeoutMs }: Case) {
  const advertised = [...world.values()].flatMap(({ nodes }) => nodes);
  const uris = [...new Set([...base, ...world.keys(), ...advertised])];
  const suspender = new Suspender();
  for (const [uri, { penalty }] of world) {
    if (penalty > 0) suspender.suspend(uris.indexOf(uri), penalty);
  }
  const round = new DiscoveryRound({ discoveryTimeoutMs, extraNodes });
  const asked: string[] = [];
  let pending: { at: number; uri: string; node: Node }[] = [];
  let now = 0;
  const ask = (): void => {
    for (const handle of round.toAsk) {
      const uri = uris[handle] ?? "";
      asked.push(uri);
      const node = world.get(uri);
      if (node !== undefined && node.kind !== "never")
        pending.push({ at: now + node.ms, uri, node });
    }
    pending = pending.sort((a, b) => a.at - b.at);
  };
  const endpoints = base.map((uri) => uris.indexOf(uri));
  let state = round.start(0, { endpoints, wanted, suspender });
  while (state !== "done") {
    if (state === "ask") ask();
    const next = pending.shift();
    if (next === undefined) {
      state = round.timer(Number.POSITIVE_INFINITY);
      continue;
    }
    now = next.at;
    const handle = uris.indexOf(next.uri);
    const { kind, ms, nodes } = next.node;
    const handles = nodes.map((uri) => uris.indexOf(uri));
    const rejection = kind === "rejected" ? REJECTED : null;
    state =
      kind === "failed"
        ? round.failure(next.at, handle)
        : round.response(next.at, handle, { transcoder: handle, rejection, nodes: handles }, ms);
  }
  return {
    elapsedMs: round.elapsedMs,
    asked: asked.sort(),
    found: round.result().map(({ endpoint, latencyMs, backfilled }) => {
      return { uri: uris[endpoint], latencyMs, backfilled };
    }),
  };
}

const uri = (index: number): string => `https://o${index}:8935`;

const cases = fc
  .record({
    // Different times: where two events fall on one instant, their order is random (D-32).
    times: fc.uniqueArray(fc.integer({ min: 1, max: 7_000 }), { minLength: 1, maxLength: 12 }),
    kinds: fc.array(fc.constantFrom("ok", "ok", "ok", "rejected", "failed", "never"), {
      minLength: 12,
      maxLength: 12,
    }),
    links: fc.array(fc.uniqueArray(fc.nat(13), { maxLength: 3 }), {
      minLength: 12,
      maxLength: 12,
    }),
    penalties: fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: 12, maxLength: 12 }),
    listedCount: fc.integer({ min: 0, max: 12 }),
    wanted: fc.integer({ min: -1, max: 13 }),
    extraNodes: fc.integer({ min: 0, max: 2 }),
    discoveryTimeoutMs: fc.constantFrom(500, 700, 1_000, 3_000, 8_000),
  })
  .map(({ times, kinds, links, penalties, listedCount, ...round }): Case => {
    const world = new Map(
      times.map((ms, index): [string, Node] => [
        uri(index),
        {
          // Off the timers' grid, different also for one asked after another, and exact.
          ms: ms + 2 ** (index - 20),
          kind: kinds[index] ?? "ok",
          nodes: (links[index] ?? []).map(uri),
          penalty: penalties[index] ?? 0,
        },
      ]),
    );
    return { world, base: [...world.keys()].slice(0, listedCount), ...round };
  });

describe("the live shell", () => {
  it("returns what the simulator returns, given the same latencies", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (example) => {
        expect(await live(example)).toEqual(simulated(example));
      }),
      { numRuns: 500 },
    );
  });
});
