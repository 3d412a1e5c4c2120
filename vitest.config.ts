import { defineConfig } from "vitest/config";

/** Tests that load the machine by many connections or a writer that never rests: after the others. */
const ALONE = ["test/discovery/live/bars.test.ts", "test/discovery/sources/node-db-source.test.ts"];

/** Tests that load extensions, which stay for the life of a process: each in a process of its own. */
const EXTENDING = ["test/sim/extensions/extensions.test.ts", "test/testing/laws.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["test/global-setup.mjs"],
    // No limit is near what a test needs: ten times and more what the slowest takes on an idle machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // How soon depends on the machine.
    expect: { poll: { timeout: 30_000, interval: 10 } },
    maxWorkers: 3,
    // Tests and sources are modules of Node's own: vitest's runner looks each imported name up at each use, which
    // made simulations take a quarter longer.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    setupFiles: ["test/typescript.mjs"],
    sequence: { setupFiles: "list" },
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
