/** Writes docs/pool-api.openapi.json from the schemas of the API. A test compares the two. */
import { readFileSync, writeFileSync } from "node:fs";
import { openApiDocument } from "../src/pool/api/index.js";

const manifest: { version: string } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);
const text = `${JSON.stringify(openApiDocument(manifest.version), null, 2)}\n`;
writeFileSync(new URL("../docs/pool-api.openapi.json", import.meta.url), text);
