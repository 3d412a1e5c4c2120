/** What package.json says, held to what is there. `npm run test:package` installs it. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { scenarioFile } from "../../src/cli/shared/scenario-file.js";
import { POOLSIM_VERSION } from "../../src/core/version.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const manifest: { version: string; exports: Record<string, { default: string; types: string }> } =
  JSON.parse(readFileSync(`${root}package.json`, "utf8"));

it("the version in results is the package's", () => {
  expect(POOLSIM_VERSION).toBe(manifest.version);
});

it("the build holds the packaged data files", async () => {
  const { packagedData } = await import(`${root}dist/sim/scenario/packaged-data.js`);
  const ai = ["ai-gpus.csv", "ai-models.csv", "ai-nodes.csv"];
  for (const name of [...ai, "devices.csv", "network.csv", "regions.csv", "rtt.csv"]) {
    expect(packagedData(name)).toBe(readFileSync(`${root}scenarios/data/${name}`, "utf8"));
  }
});

it("packaged scenarios are known by their names, and nothing else is", () => {
  expect(scenarioFile("admit-worker")).toMatch(/scenarios\/admit-worker\.yaml$/);
  expect(scenarioFile("admit-worker.yaml")).toBe(scenarioFile("admit-worker"));
  for (const other of ["nothing-like-it", "./admit-worker", "../admit-worker", "data/PROVENANCE"]) {
    expect(scenarioFile(other)).toBe(other);
  }
  expect(scenarioFile("package.json")).toBe("package.json");
});

it("every optional property of the faces may be given as undefined", () => {
  const files = ["discovery", "selection", "pool"].flatMap((face) =>
    readdirSync(`${root}src/${face}`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `src/${face}/${file}`),
  );
  expect(files.length).toBeGreaterThan(50);
  const narrow = files
    .filter((file) => !file.includes("generated"))
    .flatMap((file) =>
      readFileSync(`${root}${file}`, "utf8")
        .split("\n")
        .filter((line) => /^ +readonly \w+\?: [^;{]+;$/.test(line) && !line.includes("undefined"))
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(narrow).toEqual([]);
});

it("every package of the lock has its integrity, those of other platforms included", () => {
  const lock: { packages: Record<string, { integrity?: string; link?: boolean }> } = JSON.parse(
    readFileSync(`${root}package-lock.json`, "utf8"),
  );
  const without = Object.entries(lock.packages)
    .filter(([path, { integrity, link }]) => path !== "" && !link && integrity === undefined)
    .map(([path]) => path);
  expect(without).toEqual([]);
});
