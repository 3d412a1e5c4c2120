/** The socket: TLS or loopback, bounds of time and size, a stop that loses no answer. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
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
import { MemoryBooks } from "../../support/books/memory-books.js";
import {
  get,
  jobBody,
  KEY,
  post,
  type RunningApi,
  runApi,
  SETTINGS,
} from "../../support/servers/running-api.js";

/** What comes back for raw bytes, until the server closes or is done answering. */
async function raw({ server }: RunningApi, text: string, upTo: "end" | "answer" = "end") {
  const socket = connect(server.port, "127.0.0.1");
  let received = "";
  await new Promise<void>((resolve) => {
    socket.on("data", (part) => {
      received += part.toString("latin1");
      if (upTo === "answer" && received.includes("\r\n\r\n")) resolve();
    });
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.write(text);
  });
  socket.destroy();
  return received;
}

/** A write whose headers are in order, but for these. */
function signedHead(api: RunningApi, headers: string): string {
  const signed = `x-pool-key: orch-1\r\nx-pool-timestamp: ${api.clock.nowMs}\r\nx-pool-nonce: ${"n".repeat(20)}\r\nx-pool-signature: ${"0".repeat(64)}`;
  return `POST /recordTranscoderJob HTTP/1.1\r\nHost: a\r\n${signed}\r\n${headers}\r\n\r\n`;
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
      recorder: books,
      settings: () => SETTINGS,
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
    expect(await raw(api, chunked, "answer")).toMatch(/^HTTP\/1.1 411/);
    const huge = `${head}${signed}Content-Length: 999999999999\r\n\r\n`;
    expect(await raw(api, huge, "answer")).toMatch(/^HTTP\/1.1 413/);
    expect(api.books.written).toEqual([]);
  });

  test("headers too large, noise and impossible lengths are refused, and the server lives", async () => {
    await using api = await runApi();
    const headers = `GET /status HTTP/1.1\r\nHost: a\r\nx-large: ${"x".repeat(9_000)}\r\n\r\n`;
    expect(await raw(api, headers, "answer")).toMatch(/^HTTP\/1.1 431/);
    expect(await raw(api, "\x16\x03\x01\x02\r\n\r\n", "answer")).toMatch(/^HTTP\/1.1 400/);
    expect(await raw(api, "GET / HTTP/9.9\r\n\r\n", "answer")).toMatch(/^HTTP\/1.1 (400|505)/);
    const length = "POST /recordTranscoderJob HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n";
    expect(await raw(api, length, "answer")).toMatch(/^HTTP\/1.1 400/);
    const host = "GET /status HTTP/1.1\r\nHost: a b/c\r\n\r\n";
    expect(await raw(api, host, "answer")).toMatch(/^HTTP\/1.1 400/);
    expect((await get(api, "/healthz")).status).toBe(200);
  });
});

describe("clients that mean no good", () => {
  test("headers that never end, and bodies that never come, are cut off", async () => {
    await using api = await runApi({ limits: { headersMs: 150, requestMs: 60_000 } });
    await using other = await runApi({ limits: { requestMs: 300, headersMs: 300 } });
    const slow = await raw(api, "GET /status HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    expect(slow).toMatch(/^HTTP\/1.1 408/);
    const body = signedHead(other, "Content-Length: 100");
    expect(await raw(other, `${body}{`)).toMatch(/^HTTP\/1.1 408/);
    expect(other.books.written).toEqual([]);
    expect((await get(api, "/healthz")).status).toBe(200);
  });

  test("who says nothing, or never reads, is cut off", async () => {
    await using api = await runApi({
      limits: { silenceMs: 1_000, headersMs: 60_000, requestMs: 60_000 },
    });
    const closed = await Promise.all(
      ["", "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(500)].map(async (text) => {
        const socket = connect(api.server.port, "127.0.0.1");
        socket.on("error", () => {});
        await once(socket, "connect");
        socket.pause();
        socket.write(text);
        await expect.poll(() => api.server.connections()).toBe(2);
        await expect.poll(() => api.server.connections()).toBe(0);
        socket.destroy();
        return true;
      }),
    );
    expect(closed).toEqual([true, true]);
  });

  test("one client has so many connections, and gets them back", async () => {
    await using api = await runApi({ limits: { connectionsPerClient: 3 } });
    const sockets: Socket[] = [];
    const isOpen = async (): Promise<boolean> => {
      const socket = connect(api.server.port, "127.0.0.1");
      sockets.push(socket.on("error", () => {}));
      await once(socket, "connect");
      socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
      return await Promise.race([
        once(socket, "data").then(() => true),
        once(socket, "close").then(() => false),
      ]);
    };
    expect([await isOpen(), await isOpen(), await isOpen()]).toEqual([true, true, true]);
    expect(await isOpen()).toBe(false);
    sockets.shift()?.destroy();
    await expect.poll(isOpen).toBe(true);
    for (const socket of sockets) socket.destroy();
  });

  test("nothing is answered after what is no request", async () => {
    await using api = await runApi();
    const good = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    const received = await raw(api, `${good}${good}\x00\x01garbage\r\n\r\n${good}`);
    expect(received.match(/HTTP\/1.1 \d+/g)?.at(-1)).toBe("HTTP/1.1 400");
    expect((await get(api, "/healthz")).status).toBe(200);
  });

  test("a request has one length, so that no other can hide in it", async () => {
    await using api = await runApi();
    const hidden = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    for (const lengths of [
      "Content-Length: 0\r\nTransfer-Encoding: chunked",
      "Content-Length: 0\r\nContent-Length: 40",
      "Transfer-Encoding: chunked, identity",
      "Content-Length: 0x10",
      "Content-Length: 1, 1",
    ]) {
      const received = await raw(api, `${signedHead(api, lengths)}0\r\n\r\n${hidden}`);
      expect([lengths, received]).toEqual([lengths, expect.stringMatching(/^HTTP\/1.1 4\d\d/)]);
      expect(received).not.toContain("HTTP/1.1 200");
    }
    expect(api.books.written).toEqual([]);
  });

  test("too many headers, too long a URL, and methods that are none are refused", async () => {
    await using api = await runApi();
    const many = Array.from({ length: 2_500 }, () => "a:").join("\r\n");
    const noHost = `GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${many}\r\n\r\n`;
    expect(await raw(api, noHost)).toMatch(/^HTTP\/1.1 (200|431)/);
    expect(await raw(api, `GET /${"x".repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431/,
    );
    expect(await raw(api, "STEAL /status HTTP/1.1\r\nHost: a\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
    const connected = await raw(api, "CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n");
    expect(connected).not.toContain("HTTP/1.1 2");
    const upgrade =
      "GET /status HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\n\r\n";
    expect(await raw(api, upgrade)).toMatch(/^HTTP\/1.1 200/);
    expect((await get(api, "/healthz")).status).toBe(200);
  });
});

describe("stop", () => {
  test("who takes too long is cut off", async () => {
    const api = await runApi({ limits: { stopMs: 200, requestMs: 600_000, silenceMs: 600_000 } });
    const received = raw(api, `${signedHead(api, "Content-Length: 100")}{`);
    await expect.poll(() => api.server.connections()).toBe(1);
    await api.server.close();
    expect(await received).not.toContain("HTTP/1.1 2");
    expect(api.books.written).toEqual([]);
  });

  test("answers while it stops say that the connection ends", async () => {
    const books = new MemoryBooks();
    const ends: (() => void)[] = [];
    const api = await runApi({
      recorder: {
        record: async (writes) => {
          await new Promise<void>((resolve) => ends.push(resolve));
          return await books.record(writes);
        },
        keep: async () => {},
      },
    });
    const written = post(api, "/recordTranscoderJob", jobBody("a"));
    await expect.poll(() => ends).toHaveLength(1);
    const closed = api.server.close();
    ends.shift()?.();
    const answer = await written;
    expect([answer.status, answer.headers["connection"]]).toEqual([201, "close"]);
    await closed;
  });

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
