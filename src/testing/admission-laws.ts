/** What every admission policy obeys. */
import assert from "node:assert/strict";
import { type AdmissionPolicy, benchmarkFigures } from "../pool/index.js";
import type { ContractCase } from "./contract.js";
import { Draws } from "./draws.js";

const HISTORIES = 30;
const STEPS = 200;
const WORKERS = 5;
const REGIONS = 2;

/** One thing that happens to a policy, and what it answers then. */
type Step = (policy: AdmissionPolicy) => unknown;

function madeUpFigures(draws: Draws) {
  const segments = Array.from({ length: 200 }, (_, at) => ({
    cold: at < 2,
    downloadMs: 20,
    transcodeMs: 100 + draws.below(2000),
    uploadMs: 20,
  }));
  return benchmarkFigures({ runs: [{ sessions: 1 + draws.below(3), segments }], latenciesMs: [5] });
}

let kept: ReturnType<typeof madeUpFigures>[] | undefined;

/** One of a few benchmarks. */
function figures(draws: Draws) {
  kept ??= Array.from({ length: 12 }, (_, history) => madeUpFigures(new Draws(history)));
  return kept[draws.below(kept.length)] ?? null;
}

/** A made-up history: workers come, work and go; time never decreases. */
function madeUp(draws: Draws): readonly Step[] {
  let nowMs = 0;
  return Array.from({ length: STEPS }, (): Step => {
    nowMs += draws.below(40_000);
    const at = nowMs;
    const worker = draws.below(WORKERS);
    const region = draws.below(REGIONS);
    const roundTripMs = draws.chance(0.1) ? Number.POSITIVE_INFINITY : draws.below(3000);
    switch (draws.below(6)) {
      case 0: {
        const candidate = {
          worker,
          name: `worker-${worker + 1}`,
          kind: "worker",
          maxSessions: 1 + draws.below(20),
          benchmark: draws.chance(0.5) ? null : figures(draws),
        };
        return (policy) => policy.onRegister(Object.freeze(candidate), at);
      }
      case 1: {
        const cause = draws.chance(0.5) ? "left" : "timeout";
        return (policy) => policy.onDisconnect(worker, cause, at);
      }
      case 2:
        return (policy) => policy.onShadow(worker, roundTripMs, at);
      case 3: {
        const cause = draws.chance(0.5) ? "ended" : "idle";
        const segments = draws.below(100);
        return (policy) => policy.onSessionEnd(worker, region, segments, cause, at);
      }
      case 4:
        return (policy) => policy.onSegment(worker, region, roundTripMs, at);
      default:
        return (policy) => asked(policy, at);
    }
  });
}

/** What a policy says of every worker: questions, which change nothing. */
function asked(policy: AdmissionPolicy, nowMs: number): unknown[] {
  return Array.from({ length: WORKERS }, (_, worker) => [
    Array.from({ length: REGIONS }, (_none, region) => policy.mayServe(worker, region, nowMs)),
    policy.tier(worker, nowMs),
    policy.wantsShadow(worker, nowMs),
  ]);
}

/** All answers of a history; `between` happens after each step. */
function played(
  policy: AdmissionPolicy,
  steps: readonly Step[],
  between: (policy: AdmissionPolicy) => void = () => {},
): unknown[] {
  return steps.map((step) => {
    const answer = step(policy);
    between(policy);
    return answer;
  });
}

/**
 * The laws of admission policies: decisions that make sense, answers that are a function of what
 * happened, questions that change nothing.
 *
 * @param make makes the policy, for regions 0 and 1
 */
export function admissionLaws(make: () => AdmissionPolicy): readonly ContractCase[] {
  const each = (law: (steps: readonly Step[], draws: Draws) => void) => () => {
    for (let history = 0; history < HISTORIES; history += 1) {
      const draws = new Draws(history);
      law(madeUp(draws), draws);
    }
  };
  return [
    {
      name: "admits with 1 to as many sessions as are offered, or refuses with 0, and says why",
      run: () => {
        for (let history = 0; history < HISTORIES; history += 1) {
          const draws = new Draws(history);
          const policy = make();
          for (let nowMs = 0; nowMs < 5000; nowMs += 100) {
            const worker = draws.below(WORKERS);
            const maxSessions = 1 + draws.below(20);
            const benchmark = draws.chance(0.5) ? null : figures(draws);
            const name = `worker-${worker + 1}`;
            const decision = policy.onRegister({ worker, name, maxSessions, benchmark }, nowMs);
            assert.notEqual(decision.reason, "");
            assert.ok(Number.isSafeInteger(decision.maxSessions));
            assert.ok(decision.maxSessions <= maxSessions, "more than it offers");
            assert.equal(decision.admitted, decision.maxSessions > 0);
          }
        }
      },
    },
    {
      name: "answers with booleans and tiers that are finite numbers, also of unknown workers",
      run: each((steps) => {
        const policy = make();
        const check = () => {
          for (let worker = 0; worker <= WORKERS; worker += 1) {
            assert.equal(typeof policy.mayServe(worker, 0, Number.MAX_SAFE_INTEGER), "boolean");
            assert.equal(typeof policy.wantsShadow(worker, Number.MAX_SAFE_INTEGER), "boolean");
            assert.ok(Number.isFinite(policy.tier(worker, Number.MAX_SAFE_INTEGER)));
          }
        };
        check();
        played(policy, steps);
        check();
      }),
    },
    {
      name: "answers the same to the same history: it has no clock or chance of its own",
      run: each((steps) => {
        assert.deepEqual(played(make(), steps), played(make(), steps));
      }),
    },
    {
      name: "is not changed by being asked",
      run: each((steps) => {
        const askedOften = played(make(), steps, (policy) => {
          asked(policy, 0);
          asked(policy, Number.MAX_SAFE_INTEGER);
        });
        assert.deepEqual(askedOften, played(make(), steps));
      }),
    },
    {
      name: "says that it reads segments where they change what it answers",
      run: each((steps) => {
        const policy = make();
        if (policy.readsSegments) return;
        const many = played(make(), steps, (other) => {
          for (let worker = 0; worker < WORKERS; worker += 1) {
            other.onSegment(worker, 0, Number.POSITIVE_INFINITY, 0);
          }
        });
        assert.deepEqual(many, played(policy, steps));
      }),
    },
  ];
}
