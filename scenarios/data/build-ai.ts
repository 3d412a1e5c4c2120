/** `npm run ai:build`: writes the tables of AI models from the raw files. Same input, same bytes. */
import { readFileSync, writeFileSync } from "node:fs";
import { aiTables } from "./ai-rows.js";

const raw = (name: string) => ({
  name,
  text: readFileSync(new URL(`raw/${name}`, import.meta.url), "utf8"),
});

const tables = aiTables({
  offers: raw("ai_offers_2026.csv"),
  gpus: raw("ai_gpus_2026.csv"),
  documented: raw("ai_documented_2026.csv"),
  requests: raw("ai_tester_requests_2025.csv"),
  leaderboard: raw("leaderboard_ai_2024.csv"),
  inventory: raw("gpu_inventory_ai_2026-03-24.csv"),
  latency: raw("discovery_latency_2026-03-24.csv"),
  wallets: raw("ai_hot_wallets_2026.csv"),
});
for (const [name, text] of Object.entries(tables)) {
  writeFileSync(new URL(name, import.meta.url), text);
}
