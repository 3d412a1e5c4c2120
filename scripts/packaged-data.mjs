// Puts the packaged data files, and what is fitted to them, into the compiled modules that tell them
// (src/sim/scenario/packaged-data.ts, src/sim/network/packaged-fits.ts).
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const NAMES = [
  "ai-gpus.csv",
  "ai-models.csv",
  "ai-nodes.csv",
  "devices.csv",
  "network.csv",
  "regions.csv",
  "rtt.csv",
];

/** Fits are made by the compiled code itself: the same numbers as without them. */
async function packagedFits(dist, text) {
  const network = `${pathToFileURL(resolve(dist))}/sim/network`;
  const { parseRegions } = await import(`${network}/regions.js`);
  const { parseNetwork } = await import(`${network}/network-file.js`);
  const { observationsOf } = await import(`${network}/response-times.js`);
  const { fitsText } = await import(`${network}/known-fits.js`);
  const file = (name) => ({ name, text: text[name] });
  const regions = parseRegions(file("regions.csv"), file("rtt.csv"));
  const orchestrators = parseNetwork(file("network.csv"), regions);
  return fitsText(
    regions,
    orchestrators.map(({ leaderboard }) => observationsOf(leaderboard)),
  );
}

/** @param {string} dist the folder of the build */
export async function embedPackagedData(dist) {
  const files = NAMES.map((name) => [name, readFileSync(`scenarios/data/${name}`, "utf8")]);
  const text = Object.fromEntries(files);
  writeFileSync(
    `${dist}/sim/scenario/packaged-data.js`,
    `const files = ${JSON.stringify(text, null, 1)};\n\nexport function packagedData(name) {\n  return files[name];\n}\n`,
  );
  const fits = JSON.stringify(await packagedFits(dist, text));
  writeFileSync(
    `${dist}/sim/network/packaged-fits.js`,
    `const fits = ${fits};\n\nexport function packagedFits() {\n  return fits;\n}\n`,
  );
}
