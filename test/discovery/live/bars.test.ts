import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { discover } from "../../../src/discovery/live/discover.js";
import { DiscoveryRound } from "../../../src/discovery/round.js";
import { endsWithUs } from "../../support/ends-with-us.js";
import { eventually } from "../../support/eventually.js";
import { HandClock, listed, PATIENT, sourceOf } from "../../support/servers/live-discovery.js";
import { OrchestratorProcess } from "../../support/servers/orchestrator-process.js";
import { type Behaviour, OrchestratorServers } from "../../support/servers/orchestrator-server.js";

describe("20 orchestrators over TLS, whose answers are 5 ms apart", () => {
  let servers: OrchestratorServers;
  beforeAll(async () => {
    servers = await OrchestratorServers.start();
  });
  afterAll(() => servers.close());

  /** `bench/discovery.ts` measures the same by the machine's clock, with 100. */
  it("the first M are returned at the M-th answer, and are what a simulation of these latencies returns", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => servers.add({ kind: "held" })));
    const source = sourceOf(all.map(({ uri }) => listed({ uri })));
    for (const wanted of [20, 1, 10]) {
      const clock = new HandClock();
      let settled = 0;
      const onProgress = (progress: { readonly settled: number }): void => {
        settled = progress.settled;
      };
      const limits = { discoveryTimeoutMs: 5_000, client: PATIENT };
      const found = discover({ source, wanted, ...limits, clock, onProgress });
      await eventually(() => expect(servers.held).toHaveLength(20));
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

describe("100 orchestrators, of which 10 % hang and 10 % talk nonsense", () => {
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
    const behaviours = Array.from({ length: 100 }, (_, index): Behaviour => {
      const of = (list: readonly Behaviour[]): Behaviour =>
        list[Math.floor(index / 10) % list.length] ?? { kind: "hang" };
      return index % 10 === 0 ? of(hanging) : index % 10 === 1 ? of(nonsense) : { kind: "answer" };
    });
    servers = await OrchestratorProcess.start(behaviours);
  });
  afterAll(() => servers.close());

  async function sweep(timeoutMs: number, patienceMs: number) {
    const uris = servers.orchestrators.map(({ uri }) => uri);
    const entry = new URL("../../support/servers/sweep-entry.ts", import.meta.url).pathname;
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
    // What it still waited for, a dial or a request, would take a minute.
    expect(performance.now() - printedAt).toBeLessThan(30_000);
    const printed: { found: number; firstMs: number; elapsedMs: number; wallMs: number } =
      JSON.parse(texts.stdout);
    return { code, errors: texts.stderr, ...printed };
  }

  /**
   * Fires are at T, 2T, 4T … with at least one found (D-30), and at 6 s in any case (D-31). How soon
   * after one the process is done is the machine's: here, well before the next.
   */
  it.each([250, 2_000])(
    "end at the first fire that finds somebody, with a timeout of %i ms, also while the machine is still dialling",
    async (timeoutMs) => {
      const { code, errors, found, firstMs, wallMs } = await sweep(timeoutMs, 0);
      expect({ code, errors }).toEqual({ code: 0, errors: "" });
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThanOrEqual(80);
      const doubled = Array.from({ length: 6 }, (_, index) => timeoutMs * 2 ** index);
      const fires = [...doubled.filter((fire) => fire < 6_000), 6_000, 8_000];
      const at = fires.findLastIndex((fire) => fire <= wallMs);
      // Well after the first answer: it counts from when it has been looked at.
      expect(at).toBeLessThanOrEqual(fires.findIndex((fire) => fire >= firstMs * 1.2));
      const [fire = 0, next = 0] = fires.slice(at);
      expect((wallMs - fire) / (next - fire)).toBeLessThan(0.8);
    },
  );

  it("end at the cut-off, where the timeout is beyond it, and the process exits by itself", async () => {
    const { code, errors, found, elapsedMs, wallMs } = await sweep(8_000, 0);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThanOrEqual(80);
    expect(wallMs).toBeGreaterThanOrEqual(6_000);
    // The timeout's own fire would be at 8 s, and its round would take what the requests do.
    expect(elapsedMs).toBeLessThan(8_000);
  });

  it("are explained within the patience", async () => {
    const { code, errors, wallMs } = await sweep(250, 2_000);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    // The requests' own limit is a minute.
    expect(wallMs).toBeLessThan(40_000);
  });
});
