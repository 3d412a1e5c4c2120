import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { discover } from "../../../src/discovery/live/discover.js";
import { DiscoveryRound } from "../../../src/discovery/round.js";
import { endsWithUs } from "../../support/ends-with-us.js";
import { eventually } from "../../support/eventually.js";
import { OrchestratorProcess } from "../../support/orchestrator-process.js";
import { type Behaviour, OrchestratorServers } from "../../support/orchestrator-server.js";
import { HandClock, listed, sourceOf } from "./support.js";

describe("40 orchestrators over TLS, whose answers are 5 ms apart", () => {
  let servers: OrchestratorServers;
  beforeAll(async () => {
    servers = await OrchestratorServers.start();
  });
  afterAll(() => servers.close());

  /** `bench/discovery.ts` measures the same by the machine's clock, with 100. */
  it("the first M are returned at the M-th answer, and are what a simulation of these latencies returns", async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => servers.add({ kind: "held" })));
    const source = sourceOf(all.map(({ uri }) => listed({ uri })));
    for (const wanted of [40, 1, 20]) {
      const clock = new HandClock();
      let settled = 0;
      const onProgress = (progress: { readonly settled: number }): void => {
        settled = progress.settled;
      };
      const found = discover({ source, wanted, discoveryTimeoutMs: 5_000, clock, onProgress });
      await eventually(() => expect(servers.held).toHaveLength(40));
      const order = all.toReversed().slice(0, wanted);
      for (const [index, { host }] of order.entries()) {
        clock.advance(5);
        servers.release(host);
        await eventually(() => expect(settled).toBe(index + 1));
      }
      const result = await found;
      expect(result.elapsedMs).toBe(5 * wanted);
      const uris = result.orchestrators.map(({ uri }) => uri);
      expect(uris).toEqual(order.map(({ uri }) => uri));

      const round = new DiscoveryRound({ discoveryTimeoutMs: 5_000 });
      round.start(0, { endpoints: result.asked.map((_, at) => at), wanted, suspender: null });
      const answered = result.asked.flatMap(({ inTime, latencyMs }, at) =>
        inTime && latencyMs !== null ? [{ at, latencyMs }] : [],
      );
      for (const { at, latencyMs } of answered.sort((a, b) => a.latencyMs - b.latencyMs)) {
        const answer = { transcoder: at, rejection: null, nodes: [] };
        round.response(latencyMs, at, answer, latencyMs);
      }
      expect(round.done).toBe(true);
      expect(round.result().map(({ endpoint }) => result.asked[endpoint]?.uri)).toEqual(uris);
      for (const { host } of all) servers.release(host);
      await eventually(() =>
        expect(all.map(({ connections }) => connections.open)).toEqual(all.map(() => 0)),
      );
    }
  });
});

describe("500 orchestrators, of which 10 % hang and 10 % talk nonsense", () => {
  const hanging: Behaviour[] = [{ kind: "hang" }, { kind: "hang-tcp" }, { kind: "hang-tls" }];
  const nonsense: Behaviour[] = [
    { kind: "garbage-tcp" },
    { kind: "garbage-tls" },
    { kind: "garbage-message" },
    { kind: "huge", bytes: 200_000 },
    { kind: "http1" },
  ];
  let servers: OrchestratorProcess;
  beforeAll(async () => {
    const behaviours = Array.from({ length: 500 }, (_, index): Behaviour => {
      const of = (list: readonly Behaviour[]): Behaviour =>
        list[Math.floor(index / 10) % list.length] ?? { kind: "hang" };
      return index % 10 === 0 ? of(hanging) : index % 10 === 1 ? of(nonsense) : { kind: "answer" };
    });
    servers = await OrchestratorProcess.start(behaviours);
  });
  afterAll(() => servers.close());

  async function sweep(timeoutMs: number, patienceMs: number) {
    const uris = servers.orchestrators.map(({ uri }) => uri);
    const entry = new URL("sweep-entry.ts", import.meta.url).pathname;
    const args = ["--import", "tsx", entry, String(timeoutMs), String(patienceMs), ...uris];
    const child = endsWithUs(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] }));
    const texts = { stdout: "", stderr: "" };
    let printedAt = 0;
    child.stdout.on("data", (chunk) => {
      printedAt = performance.now();
      texts.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      texts.stderr += chunk;
    });
    const [code] = await once(child, "close");
    // What it still waited for would be a dial, of 3 s, or a request, of 8.
    expect(performance.now() - printedAt).toBeLessThan(2_500);
    const { found, wallMs }: { found: number; wallMs: number } = JSON.parse(texts.stdout);
    return { code, errors: texts.stderr, found, wallMs };
  }

  /**
   * Fires are at T, 2T, 4T … with at least one found (D-30), and at 6 s in any case (D-31). How soon
   * after one the process is done is the machine's: here, well before the next.
   */
  it.each([
    ["the attempt timer", 2_000, 2_000, 4_000],
    ["the cut-off, where the timeout is beyond it", 8_000, 6_000, 8_000],
  ])("end at %s, and the process exits by itself", async (_, timeoutMs, endMs, nextMs) => {
    const { code, errors, found, wallMs } = await sweep(timeoutMs, 0);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThanOrEqual(400);
    expect(wallMs).toBeGreaterThanOrEqual(endMs);
    expect(wallMs).toBeLessThan(nextMs);
  });

  it("end at the first fire that finds somebody, also while the machine is still dialling", async () => {
    const { code, found, wallMs } = await sweep(250, 0);
    expect(code).toBe(0);
    expect(found).toBeGreaterThan(0);
    const fires = [250, 500, 1_000, 2_000, 4_000, 6_000, 8_000];
    const at = fires.findLastIndex((fire) => fire <= wallMs);
    const [fire = 0, next = 0] = fires.slice(at);
    expect((wallMs - fire) / (next - fire)).toBeLessThan(0.8);
  });

  it("are explained within the patience", async () => {
    const { code, errors, wallMs } = await sweep(250, 2_000);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    // The requests' own limit is 8 s.
    expect(wallMs).toBeLessThan(7_000);
  });
});
