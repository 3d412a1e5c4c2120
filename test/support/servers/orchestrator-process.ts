/** Orchestrators in a process of their own, so that they and the client share no event loop. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { endsWithUs } from "../ends-with-us.js";
import { type Behaviour, OrchestratorServers } from "./orchestrator-server.js";

/** Where one of them is. */
export interface RemoteOrchestrator {
  readonly uri: string;
  readonly scheme: string;
  readonly host: string;
}

type Command =
  | { readonly start: readonly Behaviour[] }
  /** Wall-clock ms from which `atMs` counts. */
  | { readonly epoch: number }
  | "sentAt";

/** The other process; its orchestrators live until {@link close}. */
export class OrchestratorProcess {
  readonly orchestrators: readonly RemoteOrchestrator[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, orchestrators: readonly RemoteOrchestrator[]) {
    this.#child = child;
    this.orchestrators = orchestrators;
  }

  static async start(behaviours: readonly Behaviour[]): Promise<OrchestratorProcess> {
    const child = endsWithUs(
      fork(fileURLToPath(import.meta.url), ["serve"], {
        execArgv: ["--import", "tsx"],
        serialization: "advanced",
      }),
    );
    const command: Command = { start: behaviours };
    child.send(command);
    const [orchestrators] = await once(child, "message");
    return new OrchestratorProcess(child, orchestrators);
  }

  /** Sets the time from which the orchestrators' `atMs` count. */
  async setEpoch(epoch: number): Promise<void> {
    const command: Command = { epoch };
    this.#child.send(command);
    await once(this.#child, "message");
  }

  /** When answers were sent since the epoch was set, in order: wall-clock ms. */
  async sentAt(): Promise<readonly number[]> {
    const command: Command = "sentAt";
    this.#child.send(command);
    const [times] = await once(this.#child, "message");
    return times;
  }

  async close(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, "exit");
  }
}

async function serve(): Promise<void> {
  const servers = await OrchestratorServers.start();
  process.on("message", async (command: Command) => {
    if (command === "sentAt") {
      process.send?.(servers.sentAt);
      return;
    }
    if ("epoch" in command) {
      servers.epoch = command.epoch;
      servers.sentAt.length = 0;
      process.send?.(true);
      return;
    }
    const started: RemoteOrchestrator[] = [];
    for (const behaviour of command.start) {
      const { uri, scheme, host } = await servers.add(behaviour);
      started.push({ uri, scheme, host });
    }
    process.send?.(started);
  });
  process.once("disconnect", () => process.exit(0));
}

if (process.argv[2] === "serve" && process.argv[1] === fileURLToPath(import.meta.url)) {
  await serve();
}
