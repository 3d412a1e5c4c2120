/** From a discovery on the wire to a gateway's choice: real answers, real rules. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { Discovery } from "../../../src/discovery/live/discovery.js";
import { HardcodedSource } from "../../../src/discovery/sources/hardcoded.js";
import { shouldRefresh } from "../../../src/selection/index.js";
import {
  type LiveSession,
  StreamSessions,
  type StreamSessionsOptions,
} from "../../../src/selection/live/stream-sessions.js";
import {
  goodInfo,
  type InfoInit,
  OrchestratorServers,
} from "../../support/servers/orchestrator-server.js";

const SEGMENT_MS = 2_000;
const NOW_MS = 1_800_000_000_000;
const VALID_MS = 30 * 60_000;

let servers: OrchestratorServers;
beforeAll(async () => {
  servers = await OrchestratorServers.start();
});
afterAll(() => servers.close());

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** An answer whose auth token is good for half an hour from NOW_MS (G-10). */
function info(recipient: number, changes: InfoInit = {}): InfoInit {
  const ticketParams = goodInfo("").ticketParams;
  return {
    authToken: {
      token: new Uint8Array(32),
      sessionId: "a",
      expiration: BigInt((NOW_MS + VALID_MS) / 1000),
    },
    ...(ticketParams === undefined
      ? {}
      : { ticketParams: { ...ticketParams, recipient: new Uint8Array(20).fill(recipient) } }),
    ...changes,
  };
}

async function opened(
  hosts: readonly { host: string }[],
  changes: Partial<StreamSessionsOptions> = {},
): Promise<StreamSessions> {
  const source = new HardcodedSource({ orchAddr: hosts.map(({ host }) => host).join(",") });
  const discovery = new Discovery({ source });
  const options = { discovery, source, now: () => NOW_MS, random: () => 0.5, ...changes };
  const stream = await StreamSessions.open(options);
  ends.push(
    () => source.close(),
    () => discovery.close(),
    () => void stream.close(),
  );
  return stream;
}

function select(stream: StreamSessions): LiveSession {
  const session = stream.select(SEGMENT_MS);
  if (session === null) throw new Error("nobody was selected");
  return session;
}

describe("StreamSessions", () => {
  it("makes sessions with price, latency, score and expiry of the answer (M-34)", async () => {
    const one = await servers.add({ kind: "answer", info: info(1) });
    const l1Head = () => ({ block: 90n, seenAtMs: NOW_MS });
    const session = select(await opened([one], { hasSender: true, l1Head }));
    expect(session.info.transcoder).toBe(one.uri);
    expect(session.price?.rational).toEqual(Rational.of(500n));
    expect(session.initialLatencyMs).toBeGreaterThan(0);
    expect(session.score).toBe(1);
    expect(session.authTokenExpiresAtMs).toBe(NOW_MS + VALID_MS);
    // Block 100 of goodInfo: lapsed once block 99 was seen (P-6).
    expect(session.ticketParamsExpireAtMs).toBe(NOW_MS + 9 * 12_000);
  });

  it("keeps to a session that is good enough, and swaps away from one that is not (M-14)", async () => {
    const both = [
      await servers.add({ kind: "answer", info: info(1) }),
      await servers.add({ kind: "answer", info: info(2) }),
    ];
    const stream = await opened(both);
    const first = select(stream);
    stream.completed(first, 400, SEGMENT_MS);
    expect(first.latencyScore).toBe(0.2);
    expect(select(stream)).toBe(first);
    stream.completed(first, 2_500, SEGMENT_MS);
    const second = select(stream);
    expect(second).not.toBe(first);
    stream.completed(second, 400, SEGMENT_MS);
    expect(select(stream)).toBe(second);
  });

  it.each([
    ["absolute", false, "S-7"],
    ["relative", true, "D-39"],
  ] as const)(
    "suspends an orchestrator that failed; with %s suspensions it is back-filled: %s (%s)",
    async (suspensionPolicy, backfilled, _rule) => {
      const one = await servers.add({ kind: "answer", info: info(1) });
      const stream = await opened([one], { suspensionPolicy });
      const failed = select(stream);
      stream.suspend(failed);
      expect(stream.select(SEGMENT_MS)).toBeNull();
      await stream.refreshed();
      const again = select(stream);
      expect(again).not.toBe(failed);
      expect(again.info).toMatchObject({ transcoder: one.uri, backfilled });
    },
  );

  it("makes no session of an answer without ticket parameters on-chain, but off-chain (M-32)", async () => {
    const without = await servers.add({
      kind: "answer",
      info: { ...info(1), ticketParams: undefined },
    });
    const onChain = await opened([without], { hasSender: true });
    expect(onChain.select(SEGMENT_MS)).toBeNull();
    const offChain = await opened([without]);
    expect(select(offChain).recipient).toBe(-1);
  });

  it("passes over who is too dear, on-chain (L-10)", async () => {
    const dear = await servers.add({
      kind: "answer",
      info: info(1, { priceInfo: { pricePerUnit: 501n, pixelsPerUnit: 1n } }),
    });
    const cheap = await servers.add({ kind: "answer", info: info(2) });
    const stream = await opened([dear, cheap], { hasSender: true, maxPrice: Rational.of(500n) });
    expect(select(stream).info.transcoder).toBe(cheap.uri);
  });

  it("renews a session by a new answer; without an auth token it cannot (M-35)", async () => {
    const one = await servers.add({ kind: "answer", info: info(1) });
    let nowMs = NOW_MS;
    const stream = await opened([one], { now: () => nowMs });
    const session = select(stream);
    nowMs += VALID_MS - 179_000;
    expect(shouldRefresh(session, nowMs)).toBe(true);
    const answer = session.info.info;
    const authToken = {
      token: "0x00",
      sessionId: "b",
      expiration: BigInt((nowMs + VALID_MS) / 1000),
    };
    expect(stream.renew(session, { ...answer, authToken })).toBe(true);
    expect(shouldRefresh(session, nowMs)).toBe(false);
    expect(stream.renew(session, { ...answer, authToken: null })).toBe(false);
  });

  it("keeps its sessions when a discovery in the background fails, and says so", async () => {
    const one = await servers.add({ kind: "answer", info: info(1) });
    const source = new HardcodedSource({ orchAddr: one.host });
    const discovery = new Discovery({ source });
    ends.push(() => discovery.close());
    let broken = false;
    const failures: unknown[] = [];
    const stream = await StreamSessions.open({
      source,
      discovery: {
        discover: (options) =>
          broken ? Promise.reject(new Error("no network")) : discovery.discover(options),
      },
      onRefreshFailed: (error) => failures.push(error),
    });
    broken = true;
    stream.suspend(select(stream));
    expect(stream.select(SEGMENT_MS)).toBeNull();
    await stream.refreshed();
    expect(failures).toEqual([new Error("no network")]);
    broken = false;
    expect(stream.select(SEGMENT_MS)).toBeNull();
    await stream.refreshed();
    expect(select(stream).info.transcoder).toBe(one.uri);
    stream.close();
  });

  it("has nobody to its end if the list was empty when it began (W-16, D-6)", async () => {
    const one = await servers.add({ kind: "answer", info: info(1) });
    const discovery = new Discovery({ source: new HardcodedSource({ orchAddr: one.host }) });
    const source = {
      list: () =>
        Promise.resolve({ endpoints: [], dropped: [], confirmedAtMs: NOW_MS, staleBecause: null }),
    };
    const stream = await opened([one], { discovery, source });
    ends.push(() => discovery.close());
    for (let segment = 0; segment < 3; segment++) {
      expect(stream.select(SEGMENT_MS)).toBeNull();
      await stream.refreshed();
    }
    expect(one.requests).toHaveLength(0);
  });

  it("ends all sessions with the stream (M-26)", async () => {
    const one = await servers.add({ kind: "answer", info: info(1) });
    const stream = await opened([one]);
    const session = select(stream);
    expect(stream.close()).toEqual([session]);
    expect(stream.select(SEGMENT_MS)).toBeNull();
  });
});

describe("examples/gateway.ts", () => {
  it("discovers, chooses, swaps away from who is slow and suspends who fails", async () => {
    const both = [await servers.add(), await servers.add()];
    const hosts = both.map(({ host }) => host).join(",");
    const args = ["--import", "tsx", "examples/gateway.ts", hosts];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
    expect(stderr).toBe("");
    const [first, second] = both
      .map(({ uri }) => uri)
      .sort((a) => (stdout.includes(`segment 0: ${a}`) ? -1 : 1));
    expect(stdout.trim().split("\n")).toEqual([
      "2 sessions",
      ...[0, 1, 2].map((at) => `segment ${at}: ${first} at 500.00 wei, latency score 0.20`),
      `segment 3: ${first} at 500.00 wei, latency score 1.25`,
      ...[4, 5].map((at) => `segment ${at}: ${second} at 500.00 wei, latency score 0.25`),
      `segment 6: ${second} failed and is suspended`,
      `segment 7: ${first} at 500.00 wei, latency score 1.25`,
    ]);
  });
});
