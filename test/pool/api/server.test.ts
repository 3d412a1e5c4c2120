/** The socket: TLS or loopback, bounds of time and size, a stop that loses no answer. */
import { X509Certificate } from "node:crypto";
import { connect } from "node:net";
import { Agent, request } from "undici";
import { describe, expect, test } from "vitest";
import {
  createPoolApi,
  fingerprintOf,
  KeyRing,
  selfSignedCertificate,
  servePoolApi,
} from "../../../src/pool/api/index.js";
import { isLoopback } from "../../../src/pool/api/server.js";
import { createAdmission } from "../../../src/pool/index.js";
import { MemoryBooks } from "./memory-books.js";
import { get, jobBody, KEY, post, type RunningApi, runApi } from "./running-api.js";

/** What comes back for raw bytes, until the server closes or is done answering. */
async function raw({ server }: RunningApi, text: string, waitMs = 300): Promise<string> {
  const socket = connect(server.port, "127.0.0.1");
  let received = "";
  socket.on("data", (part) => {
    received += part.toString("latin1");
  });
  await new Promise<void>((resolve) => {
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.write(text);
    setTimeout(() => resolve(), waitMs);
  });
  socket.destroy();
  return received;
}

describe("TLS", () => {
  test("a certificate for the name, made anew each time", async () => {
    const [one, two] = await Promise.all([
      selfSignedCertificate("pool.example.org"),
      selfSignedCertificate("pool.example.org"),
    ]);
    const certificate = new X509Certificate(one.cert);
    expect(certificate.checkHost("pool.example.org")).toBe("pool.example.org");
    expect(certificate.checkHost("other.example.org")).toBeUndefined();
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 390 * 86_400_000);
    expect(fingerprintOf(one.cert)).not.toBe(fingerprintOf(two.cert));
    const byAddress = new X509Certificate((await selfSignedCertificate("192.0.2.7")).cert);
    expect(byAddress.checkIP("192.0.2.7")).toBe("192.0.2.7");
  });

  test.each(["", "a b", "-a.org", "pool..org", "a".repeat(65), "x\n"])(
    "no certificate for %j",
    async (name) => {
      await expect(selfSignedCertificate(name)).rejects.toMatchObject({ code: "TLS_NAME" });
    },
  );

  test("serves HTTPS that who trusts the certificate can verify", async () => {
    const tls = await selfSignedCertificate("127.0.0.1");
    await using api = await runApi({ tls });
    expect(api.server.url).toMatch(/^https:/);
    const dispatcher = new Agent({ connect: { ca: tls.cert } });
    const response = await request(`${api.server.url}/healthz`, { dispatcher });
    expect([response.statusCode, await response.body.json()]).toEqual([200, { status: "ok" }]);
    await dispatcher.close();
    await expect(request(`${api.server.url}/healthz`)).rejects.toThrow(/self-signed/);
  });

  test("plain HTTP on loopback only; a broken key is refused", async () => {
    const books = new MemoryBooks();
    const api = createPoolApi({
      books,
      record: books.record,
      keys: new KeyRing([KEY]),
      admission: createAdmission({}),
      version: "0",
    });
    const open = servePoolApi({ api, host: "0.0.0.0", port: 0, tls: null });
    await expect(open).rejects.toMatchObject({ code: "PLAIN_HTTP" });
    const broken = { key: "no key", cert: "no certificate" };
    const started = servePoolApi({ api, host: "127.0.0.1", port: 0, tls: broken });
    await expect(started).rejects.toMatchObject({ code: "TLS_CERTIFICATE" });
    expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].every(isLoopback)).toBe(true);
    expect(["0.0.0.0", "::", "10.0.0.1", "127.evil.org"].some(isLoopback)).toBe(false);
  });
});

describe("bounds", () => {
  test("a body too large is refused before it is read, one without a length too", async () => {
    await using api = await runApi();
    const large = await post(api, "/recordTranscoderJob", "x".repeat(16 * 1024 + 1));
    expect(large.status).toBe(413);
    const head = `POST /recordTranscoderJob HTTP/1.1\r\nHost: a\r\n`;
    const signed = `x-pool-key: orch-1\r\nx-pool-timestamp: ${api.clock.nowMs}\r\nx-pool-nonce: ${"n".repeat(20)}\r\nx-pool-signature: ${"0".repeat(64)}\r\n`;
    const chunked = `${head}${signed}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`;
    expect(await raw(api, chunked)).toMatch(/^HTTP\/1.1 411/);
    const huge = `${head}${signed}Content-Length: 999999999999\r\n\r\n`;
    expect(await raw(api, huge)).toMatch(/^HTTP\/1.1 413/);
    expect(api.books.written).toEqual([]);
  });

  test("headers too large, noise and impossible lengths are refused, and the server lives", async () => {
    await using api = await runApi();
    const headers = `GET /status HTTP/1.1\r\nHost: a\r\nx-large: ${"x".repeat(9_000)}\r\n\r\n`;
    expect(await raw(api, headers)).toMatch(/^HTTP\/1.1 431/);
    expect(await raw(api, "\x16\x03\x01\x02\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
    expect(await raw(api, "GET / HTTP/9.9\r\n\r\n")).toMatch(/^HTTP\/1.1 (400|505)/);
    const length = "POST /recordTranscoderJob HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n";
    expect(await raw(api, length)).toMatch(/^HTTP\/1.1 400/);
    const host = "GET /status HTTP/1.1\r\nHost: a b/c\r\n\r\n";
    expect(await raw(api, host)).toMatch(/^HTTP\/1.1 400/);
    expect((await get(api, "/healthz")).status).toBe(200);
  });
});

describe("stop", () => {
  test("requests under way are answered, then nobody is", async () => {
    const api = await runApi();
    const answers = Array.from({ length: 20 }, (_, index) =>
      post(api, "/recordTranscoderJob", jobBody(`job-${index}`)),
    );
    const settled = Promise.allSettled(answers);
    expect((await Promise.race(answers)).status).toBe(201);
    await api.server.close();
    const answered = (await settled).filter(({ status }) => status === "fulfilled");
    expect(api.books.written).toHaveLength(answered.length);
    await expect(get(api, "/healthz")).rejects.toThrow();
  });
});
