/** `poolsim discover` as users meet it, against real orchestrators, web servers and databases. */
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDiscoveryFile } from "../../src/sim/network/discovery-file.js";
import {
  bytesOf,
  discovered,
  hexOf,
  payableTo,
  temporaryFolder,
  verdicts,
  writeNodeDb,
} from "../support/cli/discover-command.js";
import { run, start } from "../support/cli/running-command.js";
import type {
  Behaviour,
  InfoInit,
  TestOrchestrator,
} from "../support/servers/orchestrator-server.js";
import { orchestratorsOfTest } from "../support/servers/orchestrators-of-test.js";
import { respond, startWebhookServer } from "../support/servers/webhook-server.js";

const orchestrators = orchestratorsOfTest();

function orchestrator(behaviour: Behaviour): Promise<TestOrchestrator> {
  return orchestrators.add(behaviour);
}

/** One that answers. */
function good(info: InfoInit = {}, delayMs = 0): Promise<TestOrchestrator> {
  return orchestrator({ kind: "answer", info, delayMs });
}

function listOf(...orchestrators: readonly TestOrchestrator[]): string[] {
  return ["--orchAddr", orchestrators.map(({ uri }) => uri).join(",")];
}

describe("discover --orchAddr", () => {
  it("L-5, D-38: lists those found by latency, with all that is known of them", async () => {
    const slow = await good({}, 250);
    const fast = await good({
      address: bytesOf(0xaa),
      capabilities: { bitstring: [67_133_439n], version: "0.8.9", capacities: { 0: 12 } },
    });
    const { exitCode, stdout, stderr } = await run(["discover", ...listOf(slow, fast)]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^list of --orchAddr\n2 orchestrators, 2 eligible; discovery took \d+ ms\n/,
    );
    expect(stdout.indexOf(fast.uri)).toBeLessThan(stdout.indexOf(slow.uri));
    expect(stdout).toContain(` 1. ${fast.uri}\n`);
    const facts = stdout.replaceAll(/\s+/g, " ");
    expect(facts).toContain(`${hexOf(0xcd)} · signs as ${hexOf(0xaa)} · `);
    expect(facts).toContain("500.000 wei/pixel · version 0.8.9 · 12 sessions · capabilities A");
    expect(facts).toMatch(/A: H\.264, MPEGTS, .*Segment slicing \(2×\)/);
  });

  it("says of everybody else why not, with the rule", async () => {
    const fine = await good();
    const blocked = await good({ address: bytesOf(0x11) });
    const old = await good({ capabilities: { bitstring: [67_133_439n], version: "0.7.0" } });
    const poor = await good({ capabilities: { bitstring: [1n], version: "0.8.9" } });
    const idle = await good({ transcoder: "" });
    const capped = await orchestrator({ kind: "error", message: "OrchestratorCapped" });
    const silent = await orchestrator({ kind: "hang" });
    const late = await good({}, 2500);
    const found = await discovered(
      ...listOf(fine, blocked, old, poor, idle, capped, silent, late),
      ...["--orchBlocklist", hexOf(0x11), "--orchMinLivepeerVersion", "0.8.0"],
      ...["--discoveryTimeout", "1500ms", "--patience", "4s"],
    );
    expect(verdicts(found)).toEqual({
      [fine.uri]: "found",
      [late.uri]: "eligible D-30 late",
      [blocked.uri]: "rejected D-21 blacklisted",
      [old.uri]: "rejected K-9 version",
      [poor.uri]: "rejected K-6 capabilities",
      [idle.uri]: "rejected D-25 not-working",
      [capped.uri]: "rejected D-20 rpc-error",
      [silent.uri]: "rejected D-12 late",
    });
    expect(found.orchestrators.map(({ reply }) => reply)).toEqual([
      ...["answer", "answer", "answer", "answer", "answer", "answer", "error", "none"],
    ]);
    expect(found.orchestrators.map(({ turn }) => turn)).toEqual([1, ...Array(7).fill(null)]);
  });

  it("D-9, D-27: with --count M those after the M-th are not needed", async () => {
    const first = await good();
    const second = await good({}, 200);
    const found = await discovered(...listOf(second, first), "--count", "1");
    expect(verdicts(found)).toEqual({
      [first.uri]: "found",
      [second.uri]: "eligible D-27 not-needed",
    });
  });

  it("exits with 1 when nobody may be used", async () => {
    const capped = await orchestrator({ kind: "error", message: "OrchestratorCapped" });
    const { exitCode, stdout } = await run(["discover", ...listOf(capped)]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("1 orchestrator, 0 eligible; rejected: 1 D-20 rpc-error;");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("OrchestratorCapped");
  });

  it("D-15, D-16: follows advertised nodes with --extraNodes", async () => {
    const node = await good();
    const front = await good({ nodes: [node.uri] });
    const found = await discovered(...listOf(front), "--extraNodes", "1", "--count", "2");
    // In whichever order: the list goes by latency.
    expect(found.orchestrators).toHaveLength(2);
    expect(found.orchestrators).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ uri: front.uri, verdict: "found", advertisedBy: null }),
        expect.objectContaining({ uri: node.uri, verdict: "found", advertisedBy: front.uri }),
      ]),
    );
  });

  it("A-19, K-5, K-7: asks for an AI job's model", async () => {
    const model = (warm: boolean) => ({
      bitstring: [67_133_439n | (1n << 27n)],
      version: "0.8.9",
      constraints: { PerCapability: { 27: { models: { "a/model": { warm } } } } },
    });
    const warm = await good({ capabilities: model(true) });
    const cold = await good({ capabilities: model(false) });
    const video = await good();
    const found = await discovered(
      ...listOf(warm, cold, video),
      ...["--pipeline", "text-to-image", "--modelId", "a/model", "--warm"],
    );
    expect(verdicts(found)).toEqual({
      [warm.uri]: "found",
      [cold.uri]: "rejected K-7 constraints",
      [video.uri]: "rejected K-6 capabilities",
    });
    expect(warm.requests[0]?.capabilities?.bitstring).toEqual([67_133_439n | (1n << 27n)]);
    expect(found.orchestrators[0]?.models).toMatchObject({ 27: { "a/model": { warm: true } } });
  });

  it("keeps strangers' control characters away from the terminal", async () => {
    const rude = await orchestrator({ kind: "error", message: "\u001b[2J\u001b]0;owned\u0007 hi" });
    const { stdout } = await run(["discover", ...listOf(rude)]);
    expect(stdout).toContain("hi");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  it("Ctrl-C prints what it has and exits with 130", async () => {
    const fine = await good();
    const silent = await orchestrator({ kind: "hang" });
    const args = [...listOf(fine, silent), "--discoveryTimeout", "60s"];
    /** Interrupts it so long after both were asked. */
    async function interrupted(afterMs: number) {
      const [asked, waited] = [fine.requests.length, silent.requests.length];
      const command = start(["discover", ...args]);
      while (fine.requests.length === asked || silent.requests.length === waited) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      command.signal("SIGINT");
      return command.ended;
    }
    // When an answer has been read cannot be seen from outside: it is waited for longer and longer.
    let afterMs = 50;
    let ended = await interrupted(afterMs);
    while (!ended.stdout.includes(` 1. ${fine.uri}`) && afterMs < 20_000) {
      afterMs *= 2;
      ended = await interrupted(afterMs);
    }
    const { exitCode, stdout } = ended;
    expect(exitCode).toBe(130);
    expect(stdout).toContain(` 1. ${fine.uri}`);
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).toContain("interrupted: this is what was known by then");
    expect(words).toContain(
      `${silent.uri} rejected by D-12, late: no answer until it was given up`,
    );
  });

  it("--watch asks again and says what has changed", async () => {
    const one = await good();
    const command = start(["discover", ...listOf(one), "--watch", "--interval", "100ms"]);
    await command.printed(` 1. ${one.uri}`);
    one.behaviour = { kind: "error", message: "OrchestratorCapped" };
    await command.printed(`${one.uri}: eligible → rejected (D-20 rpc-error)`);
    one.behaviour = { kind: "answer" };
    await command.printed(`${one.uri}: rejected (D-20 rpc-error) → eligible`);
    command.signal("SIGINT");
    const { exitCode, stderr } = await command.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toBe("");
  });

  it("--watch survives a database that vanishes for a moment", async () => {
    const one = await good(payableTo(1));
    const path = join(temporaryFolder(), "lpdb.sqlite3");
    writeNodeDb(path, [{ uri: one.uri, address: hexOf(1), stake: 1n }]);
    const command = start(["discover", "--nodeDb", path, "--watch", "--interval", "100ms"]);
    await command.printed(one.uri);
    renameSync(path, `${path}.away`);
    one.behaviour = { kind: "error", message: "OrchestratorCapped" };
    await command.printed("→ rejected (D-20 rpc-error)");
    renameSync(`${path}.away`, path);
    one.behaviour = { kind: "answer" };
    await command.printed("rejected (D-20 rpc-error) → ");
    command.signal("SIGTERM");
    expect(await command.ended).toMatchObject({ exitCode: 130, stderr: "" });
  });

  it("--watch --json prints a discovery in each line", async () => {
    const one = await good();
    const args = [...listOf(one), "--watch", "--interval", "50ms", "--json", "--quiet"];
    const command = start(["discover", ...args]);
    await command.printed(/\n.+\n/);
    command.signal("SIGINT");
    const { stdout } = await command.ended;
    const [first, second] = stdout.split("\n").map((text) => {
      return text === "" ? null : parseDiscoveryFile({ name: "line", text });
    });
    expect(first?.orchestrators).toMatchObject([{ uri: one.uri, verdict: "found" }]);
    expect(second?.orchestrators).toMatchObject([{ uri: one.uri, verdict: "found" }]);
    expect(second?.discoveredAt).not.toBe(first?.discoveredAt);
  });

  it("writes the JSON to a file, and the list to stdout", async () => {
    const folder = temporaryFolder();
    const one = await good();
    const before = Date.now();
    const { stdout } = await run(["discover", ...listOf(one), "--json", "found.json"], folder);
    expect(stdout).toContain(one.uri);
    const text = readFileSync(join(folder, "found.json"), "utf8");
    const { discoveredAt, source } = parseDiscoveryFile({ name: "found.json", text });
    expect(source.kind).toBe("list");
    expect(Date.parse(discoveredAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(discoveredAt)).toBeLessThanOrEqual(Date.now());
  });
});

describe("discover --orchWebhookUrl", () => {
  it("M-27, D-7: untrusted ones first, then trusted ones; scores between are in no pool", async () => {
    const trusted = await good();
    const untrusted = await good({}, 100);
    const between = await good();
    const list = [
      { address: trusted.uri, score: 1 },
      { address: untrusted.uri },
      { address: between.uri, score: 0.5 },
      { address: "1.2.3.4:8935" },
    ];
    const { url } = await startWebhookServer(respond(JSON.stringify(list)));
    const found = await discovered("--orchWebhookUrl", url);
    expect(verdicts(found)).toEqual({
      [untrusted.uri]: "found",
      [trusted.uri]: "found",
      [between.uri]: "rejected D-7 score",
      "1.2.3.4:8935": "rejected W-5 not-listed",
    });
    expect(found.orchestrators.slice(0, 2).map(({ uri, turn }) => [uri, turn])).toEqual([
      [untrusted.uri, 1],
      [trusted.uri, 2],
    ]);
    expect(between.requests).toEqual([]);
  });

  it("exits with 4 and one line, without the URL's secrets, when the webhook fails", async () => {
    const { url } = await startWebhookServer(respond("no", { status: 500 }));
    const { exitCode, stdout, stderr } = await run([
      "discover",
      "--orchWebhookUrl",
      `${url}?key=abc`,
    ]);
    expect(exitCode).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^poolsim: webhook of http:\/\/127\.0\.0\.1:\d+: HTTP status 500\n$/);
  });
});
