/** Runs of jobs: what the pool's process did by itself. */
import { deepStrictEqual, strictEqual } from "node:assert";
import type { BegunRun } from "../../pool/books/store/store.js";
import type { StoreCase } from "./case.js";

function run(job: string, dueMs: number, over: Partial<BegunRun> = {}): BegunRun {
  return { job, trigger: "schedule", dueMs, attempt: 1, startedMs: dueMs + 5, ...over };
}

const END = { counts: { recorded: 12 }, error: null, log: "12 new events\n" };

export const runCases: readonly StoreCase[] = [
  {
    name: "keeps how each run of a job began and ended",
    check: ({ runs }) => {
      deepStrictEqual(runs.list(), []);
      const id = runs.begin(run("import", 1_000));
      const begun = { id, ...run("import", 1_000), counts: {}, error: null, log: "" };
      deepStrictEqual(runs.list(), [{ ...begun, endedMs: null, outcome: null }]);
      runs.end(id, { ...END, endedMs: 1_100, outcome: "done" });
      const ended = { ...begun, ...END, endedMs: 1_100, outcome: "done" };
      deepStrictEqual(runs.list(), [ended]);
      // It has ended: that stands.
      runs.end(id, { ...END, endedMs: 1_200, outcome: "failed", error: "no" });
      deepStrictEqual(runs.last(), [ended]);
    },
  },
  {
    name: "ends what a process left open, and tells a job's last run apart from what was skipped",
    check: ({ runs }) => {
      strictEqual(runs.interrupt(1), 0);
      const first = runs.begin(run("import", 1_000));
      runs.skip(run("import", 2_000), "the run before still goes on");
      runs.begin(run("verify", 3_000, { trigger: "asked", attempt: 2 }));
      strictEqual(runs.interrupt(9_000), 2);
      deepStrictEqual(
        runs.last().map(({ id, job, outcome, endedMs }) => [id, job, outcome, endedMs]),
        [
          [first, "import", "interrupted", 9_000],
          [first + 2, "verify", "interrupted", 9_000],
        ],
      );
      deepStrictEqual(
        runs.list({ job: "import", limit: 1 }).map(({ outcome, error }) => [outcome, error]),
        [["skipped", "the run before still goes on"]],
      );
    },
  },
  {
    name: "hands over what is wanted once",
    check: ({ runs }) => {
      deepStrictEqual(runs.takeRequests(), []);
      runs.request("verify", 5);
      runs.request("import", 6);
      runs.request("verify", 7);
      deepStrictEqual(runs.takeRequests(), ["import", "verify"]);
      deepStrictEqual(runs.takeRequests(), []);
    },
  },
  {
    name: "forgets old runs, but no job's newest",
    check: ({ runs }) => {
      for (const [job, dueMs] of [
        ["import", 1_000],
        ["import", 2_000],
        ["verify", 1_000],
      ] as const) {
        runs.end(runs.begin(run(job, dueMs)), { ...END, endedMs: dueMs + 9, outcome: "done" });
      }
      strictEqual(runs.prune(1_000_000), 1);
      deepStrictEqual(
        runs.list().map(({ job, dueMs }) => [job, dueMs]),
        [
          ["verify", 1_000],
          ["import", 2_000],
        ],
      );
      // Numbers are never given again.
      strictEqual(runs.begin(run("import", 3_000)), 4);
    },
  },
];
