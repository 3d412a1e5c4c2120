/**
 * A gateway's choice, live: finds orchestrators, gives each segment to the one that go-livepeer
 * would give it to, measures it, and leaves those that are too slow or fail:
 *
 *   npx tsx examples/gateway.ts host1:8935,host2:8935
 *
 * Sending segments is the caller's business. Here a segment's time is made up: whoever was found
 * first takes 2.5 s for 2 s of video after its third segment, and the next one fails once.
 */
import { Discovery, HardcodedSource } from "poolsim/discovery";
import { type LiveSession, StreamSessions } from "poolsim/selection";

const SEGMENT_MS = 2_000;
const source = new HardcodedSource({ orchAddr: process.argv[2] ?? "127.0.0.1:8935" });
const discovery = new Discovery({ source });
const stream = await StreamSessions.open({ discovery, source });

const found = [...stream.manager.trusted.sessMap.values()];
console.log(`${found.length} sessions`);
const first = found[0];

/** Stands for sending the segment; NaN: it failed. */
function tookMs(session: LiveSession, segment: number): number {
  if (session === first) return segment < 3 ? 400 : 2_500;
  return segment === 6 ? Number.NaN : 500;
}

for (let segment = 0; segment < 8; segment += 1) {
  const session = stream.select(SEGMENT_MS);
  if (session === null) {
    console.log(`segment ${segment}: nobody`);
    continue;
  }
  const { transcoder, price } = session.info;
  const took = tookMs(session, segment);
  if (Number.isNaN(took)) {
    stream.suspend(session);
    console.log(`segment ${segment}: ${transcoder} failed and is suspended`);
  } else {
    stream.completed(session, took, SEGMENT_MS);
    const score = session.latencyScore.toFixed(2);
    console.log(
      `segment ${segment}: ${transcoder} at ${price?.toFixed(2)} wei, latency score ${score}`,
    );
  }
}

await stream.refreshed();
stream.close();
discovery.close();
await source.close();
