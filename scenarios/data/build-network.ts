/** `npm run network:build`: writes network.csv from the raw files. Same input, same bytes. */
import { readFileSync, writeFileSync } from "node:fs";
import { networkCsv } from "./network-rows.js";

const raw = (name: string) => ({
  name,
  text: readFileSync(new URL(`raw/${name}`, import.meta.url), "utf8"),
});

writeFileSync(
  new URL("network.csv", import.meta.url),
  networkCsv({
    snapshot: raw("orchestrators_snapshot.csv"),
    concentration: raw("stake_concentration_monthly.csv"),
    leaderboard: raw("leaderboard_transcoding_2024.csv"),
  }),
);
