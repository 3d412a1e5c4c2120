import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests that load the machine by many connections or a writer that never rests: after the others. */
const ALONE = ["test/discovery/live/bars.test.ts", "test/discovery/sources/node-db-source.test.ts"];

/** Tests that load extensions, which stay for the life of a process: each in a process of its own. */
const EXTENDING = ["test/sim/extensions/extensions.test.ts", "test/testing/laws.test.ts"];

/** Tests that take longest, before all others: last, they would run while nothing else is left to do. */
const FIRST = [
  "test/docs/docs.test.ts",
  "test/scenarios/scenarios.test.ts",
  "test/pool/payouts/kill.test.ts",
  "test/pool/books/import/kill.test.ts",
  "test/e2e/run-kept.test.ts",
  "test/e2e/queue.test.ts",
  "test/sim/experiment/statistics/statistics.test.ts",
  "test/pool/payouts/procedures.test.ts",
  "test/sim/report/html-page.test.ts",
  "test/sim/checks/at-once.test.ts",
  "test/pool/books/month/month.test.ts",
  "test/discovery/sources/chain/providers.test.ts",
  "test/pool/payouts/runbooks.test.ts",
  "test/e2e/pool-page.test.ts",
  "test/e2e/pool-up.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = FIRST.findIndex((file) => moduleId.endsWith(file));
      return at < 0 ? FIRST.length : at;
    };
    // Vitest's own order beyond that: by how long they took before, or by size.
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    globalSetup: ["test/global-setup.mjs"],
    // No limit is near what a test needs: ten times and more what the slowest takes on an idle machine.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // How soon depends on the machine.
    expect: { poll: { timeout: 120_000, interval: 10 } },
    maxWorkers: 3,
    // Of commands that tests run: each thread compiles for itself, and other tests run at the same time.
    env: { POOLSIM_THREADS: "1" },
    // Tests and sources are modules of Node's own: vitest's runner looks each imported name up at each use, which
    // made simulations take a quarter longer.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    setupFiles: ["test/typescript.mjs"],
    sequence: { setupFiles: "list", sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "tests",
          include: ["test/**/*.test.ts"],
          exclude: [...ALONE, ...EXTENDING],
          // Tests leave nothing behind. Loading all modules for each file took three times as long.
          isolate: false,
          setupFiles: ["test/nothing-left-behind.ts"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "extending", include: EXTENDING, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: ALONE,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
