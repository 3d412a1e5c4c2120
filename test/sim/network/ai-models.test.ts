import { describe, expect, it } from "vitest";
import { aiTables } from "../../../scenarios/data/ai-rows.js";
import { parseCsv } from "../../../src/io/csv-table.js";
import {
  AI_FIGURES,
  aiModelKey,
  imputedAIShare,
  parseAIModels,
} from "../../../src/sim/network/ai-models.js";
import { parseAIGpus, parseAINodes } from "../../../src/sim/network/ai-nodes.js";
import { dataFile } from "../../support/sim/data-files.js";

const raw = {
  offers: dataFile("raw/ai_offers_2026.csv"),
  gpus: dataFile("raw/ai_gpus_2026.csv"),
  documented: dataFile("raw/ai_documented_2026.csv"),
  requests: dataFile("raw/ai_tester_requests_2025.csv"),
  leaderboard: dataFile("raw/leaderboard_ai_2024.csv"),
  inventory: dataFile("raw/gpu_inventory_ai_2026-03-24.csv"),
  latency: dataFile("raw/discovery_latency_2026-03-24.csv"),
  wallets: dataFile("raw/ai_hot_wallets_2026.csv"),
};
const models = parseAIModels(dataFile("ai-models.csv"));
const get = (pipeline: string, model: string) => {
  const found = models.get(aiModelKey(pipeline, model));
  if (found === undefined) throw new Error(`no ${pipeline}/${model}`);
  return found;
};
const records = (file: { readonly name: string; readonly text: string }) =>
  parseCsv(file.text, file.name).records;

describe("the committed tables of AI models", () => {
  it("are byte for byte what the raw files make", () => {
    const tables = aiTables(raw);
    for (const [name, text] of Object.entries(tables)) expect(text).toBe(dataFile(name).text);
    expect(Object.keys(tables)).toHaveLength(3);
  });

  it("have the lower median of the latest prices, by hand", () => {
    // RealVisXL Lightning: 603032 and 6051539 (March), 4668371, 2384185, 4768371 (April).
    expect(get("text-to-image", "SG161222/RealVisXL_V4.0_Lightning").priceWei).toBe(4_668_371n);
    // Live SDXL in April: seven at 2287 and one at 3000; one at 1588 was seen in March only.
    expect(get("live-video-to-video", "streamdiffusion-sdxl").priceWei).toBe(2_287n);
  });

  it("have the memory in use of the fullest GPU that had loaded the model", () => {
    const flux = get("text-to-image", "black-forest-labs/FLUX.1-dev");
    expect(flux.memoryGib).toBeCloseTo((42_949_672_960 - 1_567_162_368) / 2 ** 30, 1);
    expect(flux.basis.memory).toBe("measured");
    const sam = get("segment-anything-2", "facebook/sam2-hiera-large");
    expect([sam.memoryGib, sam.basis.memory, sam.source.memory]).toEqual([
      6,
      "interpolated",
      "docs-2026",
    ]);
  });

  it("have success and relative times as the tests of 2024 say", () => {
    const rows = records(raw.leaderboard).filter(
      (one) => one.cell("model").text === "facebook/sam2-hiera-large",
    );
    const sam = get("segment-anything-2", "facebook/sam2-hiera-large");
    const rates = rows.map((one) => Number(one.cell("success_rate").text));
    expect(sam.success).toBeCloseTo(rates.reduce((a, b) => a + b, 0) / rates.length, 4);
    // A score of 0.8 is the median's: times by it lie around 1.
    const median = sam.spread.find(({ q }) => q === 0.5)?.factor ?? 0;
    expect(median).toBeGreaterThan(0.9);
    expect(median).toBeLessThan(1.1);
    expect(sam.basis.spread).toBe("derived");
  });

  it("have prices of live video of the order of what an AI stream paid", () => {
    const paid = records(dataFile("raw/payment_samples_2026-01-08.csv")).map((one) =>
      Number(one.cell("price_wei_per_pixel").text),
    );
    for (const { pipeline, priceWei } of models.values()) {
      if (pipeline !== "live-video-to-video") continue;
      for (const price of paid) {
        expect(Number(priceWei) / price).toBeGreaterThan(0.5);
        expect(Number(priceWei) / price).toBeLessThan(2);
      }
    }
  });

  it("say of every time of a batch request that it is a guess", () => {
    for (const { pipeline, basis, source } of models.values()) {
      if (pipeline === "live-video-to-video") continue;
      expect([basis.requestTime, source.requestTime]).toEqual(["guess", "none"]);
    }
  });

  it("name a source for every figure, and none only for a guess", () => {
    for (const model of models.values()) {
      for (const figure of AI_FIGURES) {
        if (model.source[figure] === "none") expect(model.basis[figure]).toBe("guess");
      }
    }
  });

  it("count what is imputed among the figures that are used", () => {
    const flux = get("text-to-image", "black-forest-labs/FLUX.1-dev");
    expect(imputedAIShare([])).toBe(0);
    expect(imputedAIShare([{ model: flux, figures: ["price", "memory"] }])).toBe(0);
    expect(imputedAIShare([{ model: flux, figures: ["price", "requestTime"] }])).toBe(0.5);
    const scout = get("llm", "meta-llama/Llama-4-Scout-17B-16E-Instruct");
    expect(imputedAIShare([{ model: scout, figures: ["price", "memory", "warm"] }])).toBeCloseTo(
      2 / 3,
    );
  });

  it("have GPUs by orchestrator and model, and orchestrators with their answers", () => {
    const gpus = parseAIGpus(dataFile("ai-gpus.csv"));
    const v2v = gpus.filter((one) => one.count === 18);
    expect(v2v.map(({ model, gpu }) => [model, gpu])).toEqual([
      ["streamdiffusion-sdxl-v2v", "NVIDIA GeForce RTX 5090"],
    ]);
    const nodes = parseAINodes(dataFile("ai-nodes.csv"));
    expect(nodes).toHaveLength(30);
    const seen = nodes.filter(({ isDiscoveryImputed }) => !isDiscoveryImputed);
    expect(seen).toHaveLength(17);
    expect(
      new Set(nodes.filter((one) => one.isDiscoveryImputed).map((one) => one.discoveryMs)).size,
    ).toBe(1);
  });
});

describe("a table of AI models", () => {
  const [header = "", line = ""] = dataFile("ai-models.csv").text.split("\n");
  const parse = (...lines: string[]) =>
    parseAIModels({ name: "ai.csv", text: `${[header, ...lines].join("\n")}\n` });
  const cells = line.split(",");
  const columns = header.split(",");
  const withCell = (column: string, value: string) =>
    cells.map((cell, at) => (columns[at] === column ? value : cell)).join(",");

  it("is read", () => {
    expect(parse(line).size).toBe(1);
  });

  it.each([
    ["pipeline", "audio-to-speech", "expected one of text-to-image"],
    ["model", "a model", "expected the id of a model"],
    ["priceWei", "1.5", "expected a whole number"],
    ["success", "1.2", "ai.csv:2:"],
    ["spread", "0.5:1|0.1:2", "expected quantile:factor pairs"],
    ["spread", "0.1:2|0.5:1", "expected quantile:factor pairs"],
    ["memoryBasis", "known", "expected measured, derived, interpolated or guess"],
    ["priceSource", "hearsay", "expected capabilities-2026"],
    ["requestUnits", "-1", "expected a whole number"],
  ])("with %s %s is refused", (column, value, message) => {
    expect(() => parse(withCell(column, value))).toThrow(message);
  });

  it("with a model twice is refused", () => {
    expect(() => parse(line, line)).toThrow("stands twice");
  });
});
