/** A real chain on loopback: anvil, whose binary comes inside its registry package. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { endsWithUs } from "../ends-with-us.js";

export interface Anvil {
  readonly url: string;
  /** Asks the node. */
  rpc(method: string, ...params: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

const SYSTEMS: Readonly<Record<string, string>> = {
  linux: "linux",
  darwin: "darwin",
  win32: "win32",
};
const PROCESSORS: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

function binary(): string {
  const require = createRequire(import.meta.url);
  const inner = createRequire(require.resolve("@foundry-rs/anvil/package.json"));
  const name = `@foundry-rs/anvil-${SYSTEMS[platform()]}-${PROCESSORS[arch()]}`;
  return inner.resolve(`${name}/bin/anvil${platform() === "win32" ? ".exe" : ""}`);
}

/** Starts a node that makes a block for each transaction. It ends with this process at the latest. */
export async function startAnvil(...flags: readonly string[]): Promise<Anvil> {
  const child = endsWithUs(
    spawn(binary(), ["--port", "0", ...flags], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  let output = "";
  const port = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error(`anvil ended: ${output}`)));
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const listening = /Listening on [\d.]+:(\d+)/.exec(output)?.[1];
      if (listening !== undefined) resolve(listening);
    });
  });
  // What it prints from here on is not kept.
  child.stdout.removeAllListeners("data").resume();
  const url = `http://127.0.0.1:${port}`;
  let id = 0;
  return {
    url,
    rpc: async (method, ...params) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: id++, method, params });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(url, { method: "POST", headers, body });
      const { result, error }: { result?: unknown; error?: unknown } = JSON.parse(
        await answer.text(),
      );
      if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
      return result;
    },
    stop: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

/**
 * A reorganisation turns anvil's clock back to the last block that stays: all later blocks would seem to be older than
 * what led to them.
 */
export async function setClock({ rpc }: Pick<Anvil, "rpc">): Promise<void> {
  await rpc("evm_setTime", Date.now());
}
