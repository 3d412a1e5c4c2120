/**
 * A program that embeds discovery: one sweep over the orchestrators of its arguments, a line of
 * JSON, and nothing that would end the process.
 */
import { HardcodedSource } from "../../../src/discovery/index.js";
import { discover } from "../../../src/discovery/live/discover.js";
import { explain } from "../../../src/discovery/live/explain.js";
import type { RoundProgress } from "../../../src/discovery/live/live-round.js";
import { PATIENT } from "./live-discovery.js";

const [timeout = "500", patience = "0", ...hosts] = process.argv.slice(2);
const source = new HardcodedSource({ orchAddr: hosts.join(",") });
let firstMs: number | null = null;
const onProgress = ({ latest }: RoundProgress): void => {
  if (latest.rejection === null) firstMs ??= performance.now() - began;
};
// What it did not hang up on would keep it for a minute.
const options = { source, discoveryTimeoutMs: Number(timeout), client: PATIENT, onProgress };
// What is loaded at the first use is not what is measured.
await discover({ source: new HardcodedSource({ orchAddr: "" }) });
const began = performance.now();
const result =
  Number(patience) > 0
    ? await explain({ ...options, patienceMs: Number(patience) })
    : await discover(options);
const found = "found" in result ? result.found.length : result.orchestrators.length;
const { elapsedMs } = result;
const wallMs = performance.now() - began;
process.stdout.write(`${JSON.stringify({ found, firstMs, elapsedMs, wallMs })}\n`);
