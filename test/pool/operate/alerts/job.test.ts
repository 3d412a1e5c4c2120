/** The job of alerts, against receivers on loopback: good, slow, failing and hostile ones. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { AlertNotTaken, postAlert } from "../../../../src/pool/operate/alerts/send.js";
import { type AlertPlan, lookForAlerts } from "../../../../src/pool/operate/jobs/alerts-job.js";
import { openBooks } from "../../../support/books/books.js";

async function receiver(answer: (response: ServerResponse, path: string) => void) {
  const got: { readonly path: string; readonly body: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      got.push({ path: request.url ?? "", body: JSON.parse(body) });
      answer(response, request.url ?? "");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, got };
}

it("tells a beginning and an end, also after a restart, and what could not be told later", async () => {
  const { store } = openBooks();
  let isUp = false;
  const { url, got } = await receiver((response, path) => {
    response.statusCode = isUp || path === "/good" ? 204 : 500;
    response.end();
  });
  const hour = 3_600_000;
  const plan: AlertPlan = {
    receivers: [
      { name: "good", url: `${url}/good`, shape: "json" },
      { name: "bad", url: `${url}/bad`, shape: "slack" },
    ],
    limits: { offlineMs: hour, behindMs: hour, stuckMs: hour, backupAgeMs: hour, diskFree: 0 },
    off: [],
    perHour: 30,
    pool: "pool.db",
  };
  const places = { books: "/nowhere/pool.db", hasBackups: false, advice: null };
  let nowMs = Date.UTC(2026, 10, 29);
  const look = async () => {
    const run = { signal: new AbortController().signal, now: () => nowMs, say: () => {} };
    return await lookForAlerts(store, { plan, places }, run);
  };
  const piece = (raw: string) => ({
    source: "o1",
    origin: "f",
    position: 0,
    code: "JSON",
    reason: "no JSON",
    raw: new TextEncoder().encode(raw),
    atMs: nowMs,
  });
  store.quarantine.add([piece("old")]);
  expect(await look()).toEqual({ active: 0, told: 0, waiting: 0 });
  store.quarantine.add([piece("{")]);
  expect(await look()).toEqual({ active: 1, told: 1, waiting: 1 });
  // Not at once again.
  expect(await look()).toEqual({ active: 1, told: 0, waiting: 1 });
  isUp = true;
  nowMs += 60_000;
  expect(await look()).toEqual({ active: 1, told: 1, waiting: 0 });
  const [, second] = store.quarantine.list();
  store.quarantine.dismiss(second?.id ?? 0, nowMs);
  expect(await look()).toEqual({ active: 0, told: 2, waiting: 0 });
  expect(got.map(({ path, body }) => [path, Reflect.get(Object(body), "phase") ?? "text"])).toEqual(
    [
      ["/good", "begin"],
      ["/bad", "text"],
      ["/bad", "text"],
      ["/good", "end"],
      ["/bad", "text"],
    ],
  );
});

it("is held up by no receiver: slow, endless, redirecting, none at all; its URL is not said", async () => {
  const { url, got } = await receiver((response, path) => {
    if (path.startsWith("/slow")) return;
    if (path.startsWith("/endless")) {
      response.writeHead(200);
      const more = () => {
        if (response.write("x".repeat(65_536))) setImmediate(more);
        else response.once("drain", more);
      };
      response.on("error", () => {});
      more();
      return;
    }
    if (path.startsWith("/busy")) {
      response.writeHead(429, { "retry-after": "7" });
    } else {
      response.writeHead(302, { location: "/other" });
    }
    response.end();
  });
  const { signal } = new AbortController();
  const failure = async (place: string) =>
    await postAlert({ text: "x" }, { url: place, timeoutMs: 300, signal }).then(
      () => null,
      (error: unknown) => error,
    );
  for (const place of [`${url}/slow?secret`, `${url}/moved?secret`, "http://127.0.0.1:1/secret"]) {
    const error = await failure(place);
    expect(error).toBeInstanceOf(AlertNotTaken);
    expect(String(error)).not.toContain("secret");
  }
  expect(await failure(`${url}/busy`)).toMatchObject({ afterMs: 7_000 });
  // What it says too much is left.
  await failure(`${url}/endless`);
  expect(got.map(({ path }) => path)).not.toContain("/other");
});
