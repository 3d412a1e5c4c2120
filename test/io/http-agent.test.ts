/** Servers that take a connection and say nothing, not even who they are: TLS never begins. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { RemoteError } from "../../src/core/errors.js";
import { fetchBody } from "../../src/io/fetch-body.js";
import { httpTransport } from "../../src/io/json-rpc/http-transport.js";

/** An address, the connections that it has now, and how many it ever had. */
async function silentServer(): Promise<{
  readonly url: string;
  readonly open: ReadonlySet<Socket>;
  readonly ever: () => number;
}> {
  const open = new Set<Socket>();
  let ever = 0;
  const server = createServer((socket) => {
    ever++;
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : null;
  return { url: `https://127.0.0.1:${port}`, open, ever: () => ever };
}

const REST = { headers: {}, maxBytes: 1_000, maxConnections: 2 };

it("leaves no connection to a silent server when it is closed", async () => {
  const { url, open } = await silentServer();
  const transport = httpTransport({ url, timeoutMs: 20_000, ...REST });
  const stop = new AbortController();
  const asked = transport.send("{}", stop.signal);
  const failed = expect(asked).rejects.toThrow("stopped");
  await expect.poll(() => open.size).toBe(1);
  stop.abort(new Error("stopped"));
  await failed;
  await transport.close();
  await expect.poll(() => open.size).toBe(0);
});

it("connects anew after so many connections were never answered as it may have", async () => {
  const { url, open, ever } = await silentServer();
  const transport = httpTransport({ url, timeoutMs: 20, ...REST });
  for (let count = 0; count < REST.maxConnections; count++) {
    await expect(transport.send("{}")).rejects.toThrow("did not answer within 20 ms");
  }
  await expect.poll(() => open.size).toBe(0);
  await expect(transport.send("{}")).rejects.toThrow("did not answer within 20 ms");
  expect(ever()).toBe(REST.maxConnections + 1);
  await transport.close();
});

it("leaves no connection behind when a body was waited for in vain", async () => {
  const { url, open } = await silentServer();
  const { signal } = new AbortController();
  await expect(
    fetchBody({ url, headers: {}, timeoutMs: 20, maxBytes: 10, signal }),
  ).rejects.toBeInstanceOf(RemoteError);
  await expect.poll(() => open.size).toBe(0);
});
