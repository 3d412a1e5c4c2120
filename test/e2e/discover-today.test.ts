/** `poolsim discover` on the network as it is today: hardware, prices of models, live runners. */
import { createServer } from "node:https";
import { describe, expect, it, onTestFinished } from "vitest";
import { runnerTexts } from "../../src/cli/discover/runners.js";
import { fetchRunnerList } from "../../src/discovery/index.js";
import { discovered, verdicts } from "../support/cli/discover-command.js";
import { inProcess } from "../support/cli/in-process.js";
import type { InfoInit, TestOrchestrator } from "../support/servers/orchestrator-server.js";
import { orchestratorsOfTest } from "../support/servers/orchestrators-of-test.js";

const orchestrators = orchestratorsOfTest();

function good(info: InfoInit = {}, { plain = false } = {}): Promise<TestOrchestrator> {
  return orchestrators.add({ kind: "answer", info }, { plain });
}

const GIB = 2n ** 30n;

/** One that serves a model on so many GPUs. */
function serving(model: string, gpus: number, { of = "RTX 4090", price = 10n, warm = true } = {}) {
  const card = (id: number) => ({
    id: `${model}-${id}`,
    name: `NVIDIA GeForce ${of}`,
    major: 8,
    minor: 9,
    memoryFree: 3n * GIB,
    memoryTotal: 24n * GIB,
  });
  const constraint = { warm, capacity: gpus - 1, capacityInUse: 1 };
  return {
    capabilities: {
      bitstring: [67_133_439n | (1n << 27n)],
      version: "0.9.1",
      constraints: { PerCapability: { 27: { models: { [model]: constraint } } } },
    },
    priceInfo: { pricePerUnit: price, pixelsPerUnit: 1n },
    capabilitiesPrices: [
      { pricePerUnit: price, pixelsPerUnit: 1n, capability: 27, constraint: model },
    ],
    hardware: [
      {
        pipeline: "text-to-image",
        modelId: model,
        gpuInfo: Object.fromEntries(
          Array.from({ length: gpus }, (_, id) => [String(id), card(id)]),
        ),
      },
    ],
  } satisfies InfoInit;
}

const words = (text: string) => text.replaceAll(/\s+/g, " ");
const listOf = (...all: readonly TestOrchestrator[]) => [
  "--orchAddr",
  all.map(({ uri }) => uri).join(","),
];

describe("hardware and prices of models (A-84, A-85)", () => {
  it("of 600 GPUs are shown, and are in the network file", async () => {
    const all = [
      await good(serving("a/model", 400)),
      await good(serving("b/model", 150, { of: "RTX 3090", price: 7n, warm: false })),
      await good(serving("c/model", 50, { of: "H100", price: 25n })),
    ];
    const { stdout, exitCode } = await inProcess("discover", ...listOf(...all));
    expect(exitCode).toBe(0);
    const text = words(stdout);
    expect(text).toContain(
      "text-to-image a/model: warm · capacity 399 · 1 in use · 10.000 wei/unit · 400 × NVIDIA GeForce RTX 4090, 24 GiB",
    );
    expect(text).toContain(
      "text-to-image b/model: cold · capacity 149 · 1 in use · 7.000 wei/unit",
    );
    expect(text).toContain(
      "600 GPUs: 400 × NVIDIA GeForce RTX 4090, 24 GiB, 150 × NVIDIA GeForce RTX 3090, 24 GiB, 50 × NVIDIA GeForce H100, 24 GiB",
    );
    const found = await discovered(...listOf(...all), "--sort", "gpu");
    const gpus = found.orchestrators.map(({ hardware }) => hardware?.[0]?.gpus.length);
    expect(gpus).toEqual([400, 150, 50]);
    expect(found.orchestrators[0]).toMatchObject({
      capabilitiesPrices: [
        { capability: 27, modelId: "a/model", pricePerUnit: "10", pixelsPerUnit: "1" },
      ],
      models: { 27: { "a/model": { warm: true, capacity: 399, capacityInUse: 1 } } },
    });
    expect(found.orchestrators[0]?.hardware?.[0]?.gpus[0]).toEqual({
      id: "a/model-0",
      name: "NVIDIA GeForce RTX 4090",
      computeCapability: "8.9",
      memoryFree: String(3n * GIB),
      memoryTotal: String(24n * GIB),
    });
    const byPrice = await discovered(...listOf(...all), "--sort", "price");
    expect(byPrice.orchestrators.map(({ pricePerUnit }) => pricePerUnit)).toEqual([
      "7",
      "10",
      "25",
    ]);
  });

  it("are asked for without a job, of those that answered, and not with --no-details", async () => {
    const one = await good(serving("a/model", 2));
    const job = ["--pipeline", "text-to-image", "--modelId", "a/model"];
    const { stdout } = await inProcess("discover", ...listOf(one), ...job);
    expect(one.requests.map(({ capabilities }) => capabilities !== undefined)).toEqual([
      true,
      false,
    ]);
    expect(one.requests.map(({ ignoreCapacityCheck }) => ignoreCapacityCheck)).toEqual([
      false,
      true,
    ]);
    expect(words(stdout)).toContain("2 × NVIDIA GeForce RTX 4090");
    const without = await discovered(...listOf(one), "--no-details");
    expect(one.requests).toHaveLength(3);
    expect(without.orchestrators[0]).not.toHaveProperty("hardware");
  });

  it("that are not told are said to be missing, and why", async () => {
    const one = await good(serving("a/model", 1_025));
    const { stdout, exitCode } = await inProcess("discover", ...listOf(one));
    expect(words(stdout)).toContain(
      "no hardware and prices of models: the answer has more than 1024 entries of gpu_info",
    );
    expect(exitCode).toBe(0);
  });
});

describe("surprises of AI jobs are told by name", () => {
  const job = ["--pipeline", "text-to-image", "--modelId"];

  it("A-24, A-53: of warm and cold ones, and of their capacities", async () => {
    const warm = await good(serving("m", 2));
    const cold = await good(serving("m", 2, { warm: false }));
    const { stdout } = await inProcess("discover", ...listOf(cold, warm), ...job, "m");
    expect(stdout).toContain(` 1. ${warm.uri}`);
    expect(words(stdout)).toContain("1 of 2 have not loaded the model");
    expect(words(stdout)).toContain("grows by one with each request (A-53)");
  });

  it("A-17, A-43: of who would crash a request, and of requests that find nobody", async () => {
    const one = await good({
      capabilities: { bitstring: [67_133_439n | (1n << 27n)], version: "0.9.1" },
    });
    const { stdout, exitCode } = await inProcess("discover", ...listOf(one), ...job, "m");
    expect(words(stdout)).toContain("rejected by A-17, constraints-missing:");
    expect(words(stdout)).toContain("its connection drops, instead of 503 (A-43)");
    expect(exitCode).toBe(1);
  });
});

describe("live runners (A-69)", () => {
  const runner = (app: string, price: unknown) => ({
    url: `https://${app}.example/run`,
    app,
    version: "2",
    gpu: { id: "0", name: "H100", vram_mb: 81_920 },
    capacity: 4,
    capacity_used: 1,
    capacity_available: 3,
    price_info: { price, currency: "wei", unit: "seconds" },
  });

  it("are shown with price and capacity, and which of them count", async () => {
    const one = await good({}, { plain: true });
    const none = await good({}, { plain: true });
    one.runners = JSON.stringify([
      { address: one.uri, runners: [runner("flux", 12), runner("free", 0)] },
    ]);
    const { stdout } = await inProcess("discover", ...listOf(one, none), "--runners");
    const text = words(stdout);
    expect(text).toContain(
      "runner flux: https://flux.example/run · version 2 · 3 of 4 free · 12.000 wei/seconds · H100",
    );
    expect(text).toContain("does not count: it has no price above 0 in wei and a known unit");
    expect(text).toContain("no list of runners: HTTP status 404");
    const found = await discovered(...listOf(one), "--runners");
    expect(found.orchestrators[0]?.runners).toMatchObject([
      { app: "flux", capacityAvailable: "3", price: { price: "12" }, rejection: null },
      { app: "free", rejection: expect.stringContaining("no price") },
    ]);
  });

  it("--app passes over who has none that counts, on chain before anybody's chance is told", async () => {
    const [one, dear, other] = [
      await good({}, { plain: true }),
      await good({}, { plain: true }),
      await good({}, { plain: true }),
    ];
    one.runners = JSON.stringify([{ address: one.uri, runners: [runner("flux", 12)] }]);
    dear.runners = JSON.stringify([{ address: dear.uri, runners: [runner("flux", 1_000)] }]);
    other.runners = JSON.stringify([{ address: other.uri, runners: [runner("else", 1)] }]);
    const network = ["--network", "arbitrum-one-mainnet", "--maxPricePerUnit", "500"];
    const found = await discovered(...listOf(one, dear, other), ...network, "--app", "flux");
    expect(verdicts(found)).toEqual({
      [one.uri]: "found",
      [dear.uri]: "rejected A-75 runner-missing",
      [other.uri]: "rejected A-75 runner-missing",
    });
    expect(found.orchestrators[0]?.selectionProbability).toBe(1);
  });

  it("A-71: are not seen behind a certificate of one's own making", async () => {
    const server = createServer(orchestrators.keys(), (_, response) => response.end("[]"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const uri = `https://localhost:${port}`;
    const { stdout } = await inProcess("discover", "--orchAddr", uri, "--runners");
    expect(stdout).not.toContain("runner");
    const signal = new AbortController().signal;
    const failing = fetchRunnerList(uri, { signal });
    await expect(failing).rejects.toMatchObject({ code: "HTTP_TRANSPORT" });
    const runnersError = await failing.then(String, (error: Error) => error.message);
    const details = { answer: null, error: null, runners: null, runnersError };
    expect(runnerTexts({ details }, null)).toEqual([
      expect.stringMatching(/^no list of runners: .*self-signed.* sees none either \(A-71\)$/),
    ]);
  });

  it("are taken for none if the list is longer than a mebibyte, or no list", async () => {
    const one = await good({}, { plain: true });
    one.runners = `[${" ".repeat(1_048_576)}]`;
    const long = await inProcess("discover", ...listOf(one), "--runners");
    expect(words(long.stdout)).toContain(
      "no list of runners: an answer of more than 1048576 bytes",
    );
    one.runners = '[{"address": 7}]';
    const wrong = await inProcess("discover", ...listOf(one), "--runners");
    expect(words(wrong.stdout)).toContain("no list of runners: the list of runners has a value");
  });
});
