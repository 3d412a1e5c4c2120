/** The committed OpenAPI document is the one that is served. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isPagePath } from "../../../src/pool/api/page/routes.js";
import { DECISION_KINDS } from "../../../src/pool/books/store/decision-store.js";
import { field, get, runApi } from "../../support/servers/running-api.js";

const committed: unknown = JSON.parse(
  readFileSync(new URL("../../../docs/pool-api.openapi.json", import.meta.url), "utf8"),
);

test("docs/pool-api.openapi.json is what the server says (npm run docs:openapi)", async () => {
  const version = String(field(field(committed, "info"), "version"));
  await using api = await runApi({ version });
  expect((await get(api, "/openapi.json")).json).toEqual(committed);
});

test("kinds of corrections are named, decisions and what is done by hand included", () => {
  const kinds = /"kind":\{"type":"string","description":"One of ([^"]*)\."/.exec(
    JSON.stringify(committed),
  );
  const named = kinds?.[1]?.split(", ");
  for (const kind of [...DECISION_KINDS, "opening", "adjust", "hold", "merge", "fence", "bind"]) {
    expect(named).toContain(kind);
  }
});

test("every endpoint of the document is there, and no reference leads nowhere", async () => {
  await using api = await runApi();
  const paths = Object.entries(field(committed, "paths") ?? {});
  expect(paths.length).toBeGreaterThan(12);
  for (const [path, methods] of paths) {
    const isWrite = field(methods, "post") !== undefined;
    const { status } = await get(api, path);
    if (isWrite) expect(status).toBe(405);
    // This server has no page.
    else if (isPagePath(path)) expect(status).toBe(404);
    else expect([200, 400]).toContain(status);
  }
  for (const [, name] of JSON.stringify(committed).matchAll(/#\/components\/schemas\/(\w+)/g)) {
    expect(field(field(field(committed, "components"), "schemas"), name ?? "")).toBeDefined();
  }
});
