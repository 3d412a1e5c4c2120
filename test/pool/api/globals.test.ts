/** Whoever embeds the API finds its global objects as it left them. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const api = fileURLToPath(new URL("../../../dist/pool/api/index.js", import.meta.url));

/** Runs in a process of its own, where nothing else was loaded. */
const PROGRAM = `
const owners = { globalThis, Reflect, Object, Promise, process, crypto,
  "Object.prototype": Object.prototype, "Array.prototype": Array.prototype,
  "String.prototype": String.prototype, "Function.prototype": Function.prototype,
  "Request.prototype": Request.prototype, "Response.prototype": Response.prototype };
// Node makes some of its own at the first look.
for (const owner of Object.values(owners)) for (const key of Reflect.ownKeys(owner)) try { owner[key]; } catch {}
const snapshot = () => new Map(Object.entries(owners).flatMap(([name, owner]) =>
  Reflect.ownKeys(owner).map((key) => {
    const { value, get, set } = Object.getOwnPropertyDescriptor(owner, key);
    return [name + "." + String(key), [value, get, set]];
  })));
const before = snapshot();
const changed = () => {
  const after = snapshot();
  const names = new Set([...before.keys(), ...after.keys()]);
  const found = [...names].filter((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    return !was || !is || was.some((part, at) => !Object.is(part, is[at]));
  });
  // zod keeps its registry there: its own names, beside all others.
  return found.filter((name) => !/^globalThis\\.__zod_/.test(name));
};
const { createPoolApi, KeyRing, parseKeys, selfSignedCertificate, servePoolApi } = await import(process.argv[1]);
const imported = changed();
const tls = await selfSignedCertificate("localhost");
const app = { fetch: () => new Response("ok"), stopping: () => {} };
const server = await servePoolApi({ api: app, host: "127.0.0.1", port: 0, tls });
const started = changed();
await server.close();
console.log(JSON.stringify({ imported, started, cert: tls.cert.slice(0, 27) }));
process.exit(0);
`;

it("poolsim/pool/api changes no globals, neither when it is imported nor when it serves", () => {
  const args = ["--input-type=module", "-e", PROGRAM, api];
  const printed = execFileSync(process.execPath, args, { encoding: "utf8" });
  expect(JSON.parse(printed)).toEqual({
    imported: [],
    started: [],
    cert: "-----BEGIN CERTIFICATE-----",
  });
});
