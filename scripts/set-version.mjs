// `npm version` calls this: writes package.json's version into src/core/version.ts.
import { readFileSync, writeFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const file = "src/core/version.ts";
const text = readFileSync(file, "utf8");
writeFileSync(file, text.replace(/"[^"]*";/, `${JSON.stringify(version)};`));
