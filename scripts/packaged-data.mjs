// Puts the packaged data files into the compiled module that tells them (src/sim/scenario/packaged-data.ts).
import { readFileSync, writeFileSync } from "node:fs";

const NAMES = [
  "ai-gpus.csv",
  "ai-models.csv",
  "ai-nodes.csv",
  "devices.csv",
  "network.csv",
  "regions.csv",
  "rtt.csv",
];

/** @param {string} dist the folder of the build */
export function embedPackagedData(dist) {
  const files = NAMES.map((name) => [name, readFileSync(`scenarios/data/${name}`, "utf8")]);
  const text = JSON.stringify(Object.fromEntries(files), null, 1);
  writeFileSync(
    `${dist}/sim/scenario/packaged-data.js`,
    `const files = ${text};\n\nexport function packagedData(name) {\n  return files[name];\n}\n`,
  );
}
