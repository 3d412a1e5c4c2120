/**
 * Finds orchestrators as a gateway would, and says why it would not use the others:
 *
 *   npx tsx examples/discover.ts host1:8935,host2:8935
 */
import { discover, explain, HardcodedSource, OrchestratorClient } from "poolsim/discovery";

const source = new HardcodedSource({ orchAddr: process.argv[2] ?? "127.0.0.1:8935" });
// Connections stay open, so that asking again takes one round trip.
const client = new OrchestratorClient({ mode: "pooled" });

const { orchestrators } = await discover({ source, client, wanted: 8 });
for (const { transcoder, latencyMs, price } of orchestrators) {
  const perPixel = price === null ? "free" : `${price.toFixed(2)} wei per pixel`;
  console.log(`${transcoder} in ${latencyMs.toFixed(0)} ms, ${perPixel}`);
}

const { reports } = await explain({ source, client, orchMinLivepeerVersion: "0.8.0" });
for (const { uri, rejection } of reports) {
  if (rejection !== null) console.log(`${uri} not: ${rejection.rule} ${rejection.detail}`);
}

client.close();
await source.close();
