/** Polling a node's `/pool/events`, against a server that answers as nodes do. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  followOrchestrator,
  nodeSource,
  pollOrchestrator,
} from "../../../../src/pool/books/sources/orchestrator.js";
import { eventSourceLaws } from "../../../../src/testing/index.js";
import { balances, openBooks } from "../../../support/books/books.js";
import { ALICE, api, list, transcode } from "../../../support/books/events.js";

const alice = `pending:${ALICE.toLowerCase()}:transcode:eu`;
const NOW = Date.UTC(2026, 1, 1, 12);

let server: Server;
let answer: { status: number; body: string; hangs?: boolean; clockMs?: number };
let asked: string[];
let url: string;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (answer.hangs === true) return;
    response.setHeader("Date", new Date(answer.clockMs ?? NOW).toUTCString());
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const options = () => ({
  url,
  source: "o1",
  nodeType: "transcode",
  region: "eu",
  now: () => NOW,
});

it("obeys the laws of event sources", async () => {
  const events = [
    api(1, transcode(ALICE, 8n)),
    api(2, transcode(ALICE, 16n)),
    api(3, transcode(ALICE, 9n)),
  ];
  answer = { status: 200, body: list(...events) };
  const open = (name: string) => nodeSource({ name, url, nodeType: "transcode", region: "eu" });
  for (const { run } of eventSourceLaws(open, { events: 3, nowMs: NOW })) await run();
});

describe("A poll", () => {
  it("of a fresh node finds nothing (E-22), and the cursor moves", async () => {
    const { store, ingest } = openBooks();
    answer = { status: 200, body: "null" };
    const result = await pollOrchestrator(store, ingest, options());
    expect(result).toEqual({ recorded: 0, repeated: 0, quarantined: 0 });
    expect(store.cursor("orchestrator:o1")).toBe(String(NOW));
  });

  it("reaches back before the last one, and what comes again counts once (E-21)", async () => {
    const books = openBooks();
    const first = api(1, transcode(ALICE, 8n));
    answer = { status: 200, body: list(first) };
    await pollOrchestrator(books.store, books.ingest, options());
    answer = { status: 200, body: list(first, api(2, transcode(ALICE, 16n))) };
    const result = await pollOrchestrator(books.store, books.ingest, options());
    expect(result).toEqual({ recorded: 1, repeated: 1, quarantined: 0 });
    expect(asked).toEqual(["/pool/events", "/pool/events?lastCheckTime=2026-02-01T11%3A50%3A00Z"]);
    expect(balances(books)[alice]).toBe(18n);
  });

  it("that fails leaves the cursor where it was", async () => {
    const { store, ingest } = openBooks();
    answer = { status: 500, body: "no" };
    await expect(pollOrchestrator(store, ingest, options())).rejects.toMatchObject({
      code: "EVENTS_HTTP",
    });
    expect(store.cursor("orchestrator:o1")).toBeNull();
  });

  it("of a node whose clock is behind goes by that clock", async () => {
    const { store, ingest } = openBooks();
    const clockMs = NOW - 3_600_000;
    answer = { status: 200, body: "null", clockMs };
    await pollOrchestrator(store, ingest, options());
    expect(store.cursor("orchestrator:o1")).toBe(String(clockMs));
    answer = { status: 200, body: "null", clockMs: NOW + 3_600_000 };
    await pollOrchestrator(store, ingest, options());
    expect(store.cursor("orchestrator:o1")).toBe(String(NOW));
  });

  it.each(["", "<html>Busy</html>", list(api(1, transcode(ALICE, 8n)), "{}").slice(0, -2)])(
    "whose answer is not a whole list fails, what can be read counts: %#",
    async (body) => {
      const books = openBooks();
      answer = { status: 200, body };
      await expect(pollOrchestrator(books.store, books.ingest, options())).rejects.toMatchObject({
        code: "EVENTS_CUT",
      });
      expect(books.store.cursor("orchestrator:o1")).toBeNull();
      expect(books.store.quarantine.count()).toBe(0);
      expect(balances(books)[alice]).toBe(body.includes("ID") ? 6n : undefined);
    },
  );

  it("EG-D16: does not wait for ever", async () => {
    const { store, ingest } = openBooks();
    answer = { status: 200, body: "", hangs: true };
    const poll = pollOrchestrator(store, ingest, { ...options(), timeoutMs: 100 });
    await expect(poll).rejects.toMatchObject({ code: "EVENTS_UNREACHABLE" });
  });

  it("needs an address", async () => {
    const { store, ingest } = openBooks();
    const poll = pollOrchestrator(store, ingest, { ...options(), url: "file:///etc/passwd" });
    await expect(poll).rejects.toMatchObject({ code: "EVENTS_URL" });
  });
});

it("Following backs off while the node fails and goes on when it is back", async () => {
  const books = openBooks();
  const controller = new AbortController();
  const pauses: number[] = [];
  answer = { status: 503, body: "" };
  await followOrchestrator(books.store, books.ingest, {
    ...options(),
    signal: controller.signal,
    intervalMs: 5,
    maxPauseMs: 20,
    onFailure: (_error, pauseMs) => {
      pauses.push(pauseMs);
      if (pauses.length === 4) answer = { status: 200, body: list(api(1, transcode(ALICE, 8n))) };
    },
    onPoll: () => controller.abort(),
  });
  expect(pauses).toEqual([5, 10, 20, 20]);
  expect(balances(books)[alice]).toBe(6n);
});
