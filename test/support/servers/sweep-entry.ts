/**
 * A program that embeds discovery: one sweep over the orchestrators of its arguments, a line of
 * JSON, and nothing that would end the process.
 */
import { HardcodedSource } from "../../../src/discovery/index.js";
import { discover } from "../../../src/discovery/live/discover.js";
import { explain } from "../../../src/discovery/live/explain.js";
import type { RoundProgress } from "../../../src/discovery/live/live-round.js";

const [timeout = "500", patience = "0", ...hosts] = process.argv.slice(2);
const source = new HardcodedSource({ orchAddr: hosts.join(",") });
let firstMs: number | null = null;
const onProgress = ({ latest }: RoundProgress): void => {
  if (latest.rejection === null) firstMs ??= performance.now() - began;
};
const options = { source, discoveryTimeoutMs: Number(timeout), onProgress };
// What is loaded at the first use is not what is measured.
await discover({ source: new HardcodedSource({ orchAddr: "" }) });
const began = performance.now();
const found =
  Number(patience) > 0
    ? (await explain({ ...options, patienceMs: Number(patience) })).found.length
    : (await discover(options)).orchestrators.length;
const wallMs = performance.now() - began;
process.stdout.write(`${JSON.stringify({ found, firstMs, wallMs })}\n`);
