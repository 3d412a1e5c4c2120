import { afterAll, afterEach, beforeAll } from "vitest";
import {
  type Behaviour,
  OrchestratorServers,
  type TestOrchestrator,
} from "./orchestrator-server.js";

/** Orchestrators that a test starts, and that end with it. Their servers are those of the file. */
export function orchestratorsOfTest(): {
  add: (behaviour: Behaviour, options?: { plain?: boolean }) => Promise<TestOrchestrator>;
  /** Key and certificate of the servers. */
  keys: () => OrchestratorServers["keys"];
} {
  let servers: OrchestratorServers;
  const running: TestOrchestrator[] = [];
  beforeAll(async () => {
    servers = await OrchestratorServers.start();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()));
  });
  afterAll(() => servers.close());
  return {
    keys: () => servers.keys,
    add: async (behaviour, options) => {
      const one = await servers.add(behaviour, options);
      running.push(one);
      return one;
    },
  };
}
