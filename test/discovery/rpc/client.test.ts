import { connect } from "node:net";
import { createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bitString } from "../../../src/discovery/capabilities.js";
import { CertificatePins } from "../../../src/discovery/rpc/certificate-pins.js";
import {
  OrchestratorClient,
  type OrchestratorClientOptions,
} from "../../../src/discovery/rpc/client.js";
import { OFFCHAIN_IDENTITY } from "../../../src/discovery/rpc/identity.js";
import type { DialUri } from "../../../src/discovery/rpc/target.js";
import { eventually } from "../../support/eventually.js";
import {
  type Behaviour,
  makeKeys,
  OrchestratorServers,
  type TestOrchestrator,
} from "../../support/servers/orchestrator-server.js";

const question = { identity: OFFCHAIN_IDENTITY, job: null };
let servers: OrchestratorServers;
beforeAll(async () => {
  servers = await OrchestratorServers.start();
});
afterAll(() => servers.close());

function ask(endpoint: DialUri, options: OrchestratorClientOptions = {}, signal?: AbortSignal) {
  return new OrchestratorClient(options).getOrchestrator(endpoint, question, { signal });
}

async function allReleased(orchestrator: TestOrchestrator): Promise<void> {
  await eventually(() => expect(orchestrator.connections.open).toBe(0));
}

describe("an answer", () => {
  it("arrives over TLS with a certificate of the server's own (G-14)", async () => {
    const orchestrator = await servers.add();
    const answer = await ask(orchestrator);
    expect(answer.transcoder).toBe(orchestrator.uri);
    await allReleased(orchestrator);
  });

  it("arrives in plain text for the scheme http, and for no other (G-14)", async () => {
    const orchestrator = await servers.add({ kind: "answer" }, { plain: true });
    expect((await ask(orchestrator)).transcoder).toBe(orchestrator.uri);
    const error = await ask({ ...orchestrator, scheme: "https" }).catch((reason) => reason);
    expect(error).toMatchObject({ code: "DIAL_FAILED" });
  });

  it.each([
    { ALPNProtocols: undefined, comes: false },
    { ALPNProtocols: ["h2"], comes: true },
    { ALPNProtocols: ["http/1.1"], comes: false },
  ])("G-14: a server that selects $ALPNProtocols: $comes", async ({ ALPNProtocols, comes }) => {
    // Behind TLS it speaks HTTP/2 in all cases: only what the handshake selects differs.
    const behind = await servers.add({ kind: "answer" }, { plain: true });
    const [, port] = behind.host.split(":");
    const server = createServer(
      { ...servers.keys, ...(ALPNProtocols && { ALPNProtocols }) },
      (socket) => {
        const through = connect(Number(port), "127.0.0.1");
        for (const end of [socket, through]) end.on("error", () => {});
        socket.pipe(through).pipe(socket);
      },
    );
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    const host = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const answer = await ask({ uri: `https://${host}`, scheme: "https", host }).catch(
      (error) => error,
    );
    // The server behind answers, to a name that it does not know.
    if (comes) expect(answer).toMatchObject({ code: "RPC_FAILED" });
    else expect(answer).toMatchObject({ code: "DIAL_FAILED" });
    if (ALPNProtocols === undefined) {
      expect(answer.message).toContain("selects no ALPN protocol in the TLS handshake");
    }
  });

  it("may be as large as go-livepeer takes it: 4 MiB, of 600 GPUs 82 kB", async () => {
    const gpuInfo = Object.fromEntries(
      Array.from({ length: 600 }, (_, at) => [
        String(at),
        {
          id: `GPU-00000000-0000-0000-0000-${String(at).padStart(12, "0")}`,
          name: "NVIDIA GeForce RTX 4090 with a long name of its own, as some have them",
          major: 8,
          minor: 9,
          memoryFree: 24_000_000_000n,
          memoryTotal: 25_757_220_864n,
        },
      ]),
    );
    const hardware = [{ pipeline: "text-to-image", modelId: "m", gpuInfo }];
    const orchestrator = await servers.add({ kind: "answer", info: { hardware } });
    const answer = await ask(orchestrator);
    expect(answer.hardware[0]?.gpus).toHaveLength(600);
    await expect(ask(orchestrator, { maxMessageBytes: 65_536 })).rejects.toMatchObject({
      code: "RPC_FAILED",
    });
    const endless = await servers.add({
      kind: "answer",
      info: { transcoder: "x".repeat(4 * 1024 * 1024) },
    });
    await expect(ask(endless)).rejects.toMatchObject({ code: "RPC_FAILED" });
  });

  it("is refused before it is read where a list of it is longer than an honest one's", async () => {
    const hardware = Array.from({ length: 1_025 }, () => ({}));
    const orchestrator = await servers.add({ kind: "answer", info: { hardware } });
    await expect(ask(orchestrator)).rejects.toMatchObject({
      code: "ANSWER_TOO_LARGE",
      message: "the answer has more than 1024 entries of hardware",
    });
    expect((await ask(orchestrator, { maxEntries: 1_025 })).hardware).toHaveLength(1_025);
  });

  it("comes from host and port, whatever scheme and path (G-14)", async () => {
    const orchestrator = await servers.add();
    const { host } = orchestrator;
    const answer = await ask({ uri: `rtmp://${host}/a/path`, scheme: "rtmp", host });
    expect(answer.transcoder).toBe(orchestrator.uri);
  });

  it("is to a request with address, signature and the job's capabilities (G-3, K-14)", async () => {
    const orchestrator = await servers.add();
    const job = {
      bitstring: bitString([0, 1, 12, 64]),
      minVersion: "0.8.0",
      perCapability: new Map([
        [27, new Map([["model", { warm: true, capacity: 1, runnerVersion: "1.2" }]])],
      ]),
    };
    const identity = { address: `0x${"12".repeat(20)}`, signature: "0x0102" };
    await new OrchestratorClient().getOrchestrator(orchestrator, {
      identity,
      job,
      ignoreCapacityCheck: true,
    });
    const [received] = orchestrator.requests;
    expect(received?.address).toEqual(new Uint8Array(20).fill(0x12));
    expect(received?.sig).toEqual(Uint8Array.of(1, 2));
    expect(received?.ignoreCapacityCheck).toBe(true);
    expect(received?.capabilities).toMatchObject({
      bitstring: [4099n, 1n],
      mandatories: [],
      capacities: {},
      version: "",
      constraints: {
        minVersion: "0.8.0",
        PerCapability: { 27: { models: { model: { warm: true, runnerVersion: "1.2" } } } },
      },
    });
  });

  it("is asked for without capabilities in polling (G-3)", async () => {
    const orchestrator = await servers.add();
    await ask(orchestrator);
    expect(orchestrator.requests[0]?.capabilities).toBeUndefined();
    expect(orchestrator.requests[0]?.address).toEqual(new Uint8Array(20));
    expect(orchestrator.requests[0]?.sig).toHaveLength(0);
  });
});

describe("strangers", () => {
  it.each<[string, Behaviour, string]>([
    ["an error answer", { kind: "error", message: "OrchestratorCapped" }, "RPC_FAILED"],
    ["no gRPC method", { kind: "error", code: 12 }, "RPC_FAILED"],
    ["silence to the request", { kind: "hang" }, "RPC_TIMEOUT"],
    ["silence on TCP", { kind: "hang-tcp" }, "DIAL_TIMEOUT"],
    ["silence on TLS", { kind: "hang-tls" }, "DIAL_TIMEOUT"],
    ["a closed connection", { kind: "reset" }, "DIAL_FAILED"],
    ["noise for TLS", { kind: "garbage-tcp" }, "DIAL_FAILED"],
    ["noise for HTTP/2", { kind: "garbage-tls" }, "DIAL_FAILED"],
    ["HTTP/1.1", { kind: "http1" }, "DIAL_FAILED"],
    ["noise for a message", { kind: "garbage-message" }, "RPC_FAILED"],
    ["too long a message", { kind: "huge", bytes: 70_000 }, "RPC_FAILED"],
    ["a message of 50 MB", { kind: "huge", bytes: 50_000_000 }, "RPC_FAILED"],
  ])("%s is an error of its own kind, and the socket is released", async (_, behaviour, code) => {
    const orchestrator = await servers.add(behaviour);
    // Short only where it is waited for: all else may take as long as the machine needs.
    const limits = {
      connectLimitMs: code === "DIAL_TIMEOUT" ? 100 : 50_000,
      requestLimitMs: code === "RPC_TIMEOUT" ? 2_000 : 50_000,
    };
    const error = await ask(orchestrator, limits).catch((reason) => reason);
    expect(error).toMatchObject({ name: "RemoteError", code });
    await allReleased(orchestrator);
    expect(orchestrator.connections.total).toBe(1);
  });

  it("a port where nobody listens is refused at once", async () => {
    const orchestrator = await servers.add();
    await orchestrator.close();
    await expect(ask(orchestrator)).rejects.toMatchObject({ code: "DIAL_FAILED" });
  });

  it("have their words shortened and made harmless for terminals", async () => {
    const orchestrator = await servers.add({
      kind: "error",
      message: `\u001b[2J${"x".repeat(900)}`,
    });
    const error = await ask(orchestrator).catch((reason) => reason);
    expect(error.message).not.toContain("\u001b");
    expect(error.message.length).toBeLessThan(400);
  });

  it.each([
    ["no host", "localhost:8935", "localhost", ""],
    ["no port", "http://host", "http", "host"],
    ["no number for a port", "https://host:http", "https", "host:http"],
    ["port 0", "https://host:0", "https", "host:0"],
    ["port 65536", "https://host:65536", "https", "host:65536"],
    ["a blank URI (B-12)", "", "", ""],
  ])("with %s cannot be dialled", async (_, uri, scheme, host) => {
    await expect(ask({ uri, scheme, host })).rejects.toMatchObject({ code: "URI_UNDIALLABLE" });
  });
});

describe("giving up", () => {
  it.each<Behaviour>([{ kind: "hang" }, { kind: "hang-tcp" }, { kind: "hang-tls" }])(
    "during $kind releases the socket and rejects with the signal's reason",
    async (behaviour) => {
      const orchestrator = await servers.add(behaviour);
      const controller = new AbortController();
      const reason = new Error("enough");
      const asking = ask(orchestrator, {}, controller.signal);
      await eventually(() => expect(orchestrator.connections.open).toBe(1));
      controller.abort(reason);
      await expect(asking).rejects.toBe(reason);
      await allReleased(orchestrator);
    },
  );

  it("before it begins opens no connection", async () => {
    const orchestrator = await servers.add();
    await expect(ask(orchestrator, {}, AbortSignal.abort())).rejects.toThrow();
    expect(orchestrator.connections.total).toBe(0);
  });

  it("by closing the client fails what still runs", async () => {
    const orchestrator = await servers.add({ kind: "hang" });
    const client = new OrchestratorClient();
    const asking = client.getOrchestrator(orchestrator, question);
    await eventually(() => expect(orchestrator.requests).toHaveLength(1));
    client.close();
    await expect(asking).rejects.toMatchObject({ code: "CLIENT_CLOSED" });
    await expect(client.getOrchestrator(orchestrator, question)).rejects.toMatchObject({
      code: "CLIENT_CLOSED",
    });
    await allReleased(orchestrator);
  });
});

describe("connections", () => {
  it("fresh: one for every request (G-15)", async () => {
    const orchestrator = await servers.add();
    const client = new OrchestratorClient();
    for (let count = 0; count < 3; count++) await client.getOrchestrator(orchestrator, question);
    expect(orchestrator.connections.total).toBe(3);
    await allReleased(orchestrator);
  });

  it("pooled: one for all, also for requests at the same time", async () => {
    const orchestrator = await servers.add();
    const client = new OrchestratorClient({ mode: "pooled" });
    const get = () => client.getOrchestrator(orchestrator, question);
    await Promise.all([get(), get(), get()]);
    await get();
    expect(orchestrator.requests).toHaveLength(4);
    expect(orchestrator.connections.total).toBe(1);
    client.close();
    await allReleased(orchestrator);
  });

  it("pooled: another one after the server closed it", async () => {
    const orchestrator = await servers.add();
    const client = new OrchestratorClient({ mode: "pooled" });
    await client.getOrchestrator(orchestrator, question);
    orchestrator.disconnect();
    const answer = await client.getOrchestrator(orchestrator, question);
    expect(answer.transcoder).toBe(orchestrator.uri);
    expect(orchestrator.connections.total).toBe(2);
    client.close();
  });

  it("pooled: a dial that failed is not remembered", async () => {
    const orchestrator = await servers.add({ kind: "reset" });
    const client = new OrchestratorClient({ mode: "pooled" });
    await expect(client.getOrchestrator(orchestrator, question)).rejects.toMatchObject({
      code: "DIAL_FAILED",
    });
    orchestrator.behaviour = { kind: "answer" };
    await client.getOrchestrator(orchestrator, question);
    client.close();
  });

  it("pooled: an error answer keeps the connection", async () => {
    const orchestrator = await servers.add({ kind: "error" });
    const client = new OrchestratorClient({ mode: "pooled" });
    const get = () => client.getOrchestrator(orchestrator, question);
    await expect(get()).rejects.toMatchObject({ code: "RPC_FAILED" });
    await expect(get()).rejects.toMatchObject({ code: "RPC_FAILED" });
    expect(orchestrator.connections.total).toBe(1);
    client.close();
  });

  it("pooled: the longest unused are closed beyond the maximum, and unused ones in time", async () => {
    const [a, b] = [await servers.add(), await servers.add()];
    const client = new OrchestratorClient({ mode: "pooled", maxChannels: 1, idleLimitMs: 1_000 });
    await client.getOrchestrator(a, question);
    await client.getOrchestrator(b, question);
    await allReleased(a);
    expect(b.connections.open).toBe(1);
    await allReleased(b);
  });

  it("pooled: who gives up does not spoil it for others", async () => {
    const orchestrator = await servers.add({ kind: "answer", delayMs: 100 });
    const client = new OrchestratorClient({ mode: "pooled" });
    const controller = new AbortController();
    const first = client.getOrchestrator(orchestrator, question, { signal: controller.signal });
    const second = client.getOrchestrator(orchestrator, question);
    controller.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    expect((await second).transcoder).toBe(orchestrator.uri);
    client.close();
  });
});

describe("certificates", () => {
  it("of the server's own making are refused where real ones are demanded", async () => {
    const orchestrator = await servers.add();
    await expect(ask(orchestrator, { verifyCertificates: true })).rejects.toMatchObject({
      code: "DIAL_FAILED",
    });
  });

  it("that change are reported, and refused where that is wanted", async () => {
    const orchestrator = await servers.add();
    const other = await OrchestratorServers.start(await makeKeys());
    const changes: string[] = [];
    const onChange = ({ server }: { server: string }) => changes.push(server);
    const pins = new CertificatePins({ onChange });
    await ask(orchestrator, { certificatePins: pins });
    await ask(orchestrator, { certificatePins: pins });
    expect(changes).toEqual([]);

    const [[server, pinned] = ["", ""]] = pins.entries();
    expect(server).toBe(orchestrator.uri);
    const impostor = await other.add();
    const known: [string, string][] = [[impostor.uri, pinned]];
    await ask(impostor, { certificatePins: new CertificatePins({ onChange, known }) });
    expect(changes).toEqual([impostor.uri]);
    const strict = new CertificatePins({ onChange, known, onMismatch: "refuse" });
    await expect(ask(impostor, { certificatePins: strict })).rejects.toMatchObject({
      code: "CERTIFICATE_CHANGED",
    });
    await allReleased(impostor);
    await other.close();
  });

  it("are remembered for so many servers", () => {
    const pins = new CertificatePins({ maxServers: 2 });
    for (const server of ["a", "b", "a", "c"]) pins.check(server, "1");
    expect([...pins.entries()].map(([server]) => server)).toEqual(["a", "c"]);
  });
});
