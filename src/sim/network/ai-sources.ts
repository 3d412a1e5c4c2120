/** Where the figures of the tables of AI models come from, by the keys that their cells name. */
import type { DeviceSource } from "./device-sources.js";

/** All sources by key; `none` stands for a guess that nothing was read for. */
export const AI_SOURCES: ReadonlyMap<string, DeviceSource> = new Map([
  [
    "capabilities-2026",
    {
      what: "what orchestrators said of their models, prices and GPUs to one gateway, 2026-03-24 and 2026-04-21",
      address: "https://github.com/Cloud-SPE/livepeer-naap-analytics/tree/main/docs/references",
    },
  ],
  [
    "inventory-2026",
    {
      what: "GPUs and models that orchestrators reported in samples of 2026-03-24",
      address: "https://github.com/Cloud-SPE/livepeer-naap-analytics",
    },
  ],
  [
    "leaderboard-2024",
    {
      what: "scores of AI tests from three regions, 2024-11; a round-trip score is 0.8 to the power of round trip by median round trip",
      address: "https://github.com/livepeer/leaderboard-serverless",
    },
  ],
  [
    "tester-2025",
    {
      what: "the requests that the public tester of AI jobs sends, priced by rule A-29",
      address: "https://github.com/mikezupper/livepeer-ai-job-tester",
    },
  ],
  [
    "docs-2026",
    {
      what: "Livepeer's documentation: least memory of a pipeline's GPU; loading a model takes 10 to 60 s on one page, 30 s to minutes on another",
      address: "https://docs.livepeer.org/v2/developers/build/ai-and-agents/model-support",
    },
  ],
  [
    "rule-A-51",
    { what: "what a second of live video is billed: 1280 × 720 pixels, 30 times", address: "" },
  ],
  ["none", { what: "a guess, nothing was read", address: "" }],
]);
