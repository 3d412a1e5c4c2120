/** What poolsim does on every Node that is supported: a run, and a pool from its file to its end. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const READY_MS = 300_000;

/**
 * @param options.node the binary
 * @param options.main dist/cli/main.js
 * @param options.scenario a scenario's file
 * @param options.folder where it may write; made here
 * @returns SHA-256 of a result, which is the same on every Node
 */
export async function smoke({ node, main, scenario, folder }) {
  mkdirSync(folder);
  const poolsim = (...args) => {
    const done = spawnSync(node, [main, ...args], { cwd: folder, encoding: "utf8" });
    if (done.status === 0) return done.stdout;
    throw new Error(`${node} poolsim ${args.join(" ")}: exit ${done.status}\n${done.stderr}`);
  };
  const short = ["--duration", "2m", "--set", "warmup=1m", "--set", "expect=[]", "--no-cache"];
  const options = ["--replications", "2", "--sensitivity", "off", "--json", "result.json"];
  poolsim("run", scenario, ...short, ...options, "--html", "report.html");
  poolsim("pool", "init", ".", "--demo");
  const file = join(folder, "pool.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^ {2}port: \d+/m, "  port: 0"));
  await keepPool(node, main, folder);
  poolsim("pool", "verify", "--db", "pool.db");
  return createHash("sha256")
    .update(readFileSync(join(folder, "result.json")))
    .digest("hex");
}

/** Keeps the pool until it is ready and has imported, and ends it. */
async function keepPool(node, main, folder) {
  const child = spawn(node, [main, "pool", "up", "pool.yaml"], { cwd: folder });
  let log = "";
  child.stdout.on("data", (bytes) => {
    log += bytes;
  });
  child.stderr.on("data", (bytes) => {
    log += bytes;
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  try {
    const imported = () => /"job":"import".*"outcome":"done"/.test(log);
    for (const begunMs = Date.now(); !imported(); ) {
      if (child.exitCode !== null || Date.now() - begunMs > READY_MS)
        throw new Error("not in time");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const [, url] = /"url":"([^"]+)"/.exec(log) ?? [];
    const { ok } = await fetch(`${url}/readyz`);
    if (!ok) throw new Error("/readyz says no");
    child.kill("SIGTERM");
    if ((await ended) !== 0) throw new Error("it did not end well");
  } catch (error) {
    throw new Error(`${node} poolsim pool up: ${error.message}\n${log}`);
  } finally {
    child.kill("SIGKILL");
  }
}
