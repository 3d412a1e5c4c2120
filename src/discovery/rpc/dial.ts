/**
 * A connection to an orchestrator: TCP, TLS unless in plain text, and HTTP/2 until the server's
 * settings are in. Whatever goes wrong on the way, and whenever the caller gives up, the socket
 * is released at once: a server that accepts and then says nothing costs a socket for no longer
 * than the limit.
 */
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, TLSSocket } from "node:tls";
import { RemoteError } from "../../core/errors.js";
import { remoteText } from "../../io/remote-text.js";
import type { CertificatePins } from "./certificate-pins.js";
import type { HostLookup } from "./lookup.js";
import type { DialTarget } from "./target.js";

export interface DialOptions {
  /** Ms until server and client must have agreed to speak HTTP/2 (G-18). */
  readonly connectLimitMs: number;
  /** Whether a certificate must be signed by an authority and bear the host's name (G-14: no). */
  readonly verifyCertificates: boolean;
  readonly pins: CertificatePins | null;
  readonly lookup: HostLookup;
  readonly signal: AbortSignal;
}

/** An open connection; {@link hangUp} ends it. */
export interface Connection {
  /** The server's settings have arrived. */
  readonly session: ClientHttp2Session;
  readonly socket: Socket;
}

// Made once: reading the authorities' certificates takes longer than a handshake.
const anyCertificate = createSecureContext({});
const ignoreError = (): void => {};

/**
 * Opens a connection.
 *
 * @returns the connection, which is the caller's to {@link hangUp}
 * @throws RemoteError with code `DIAL_TIMEOUT` (the limit passed), `DIAL_FAILED` (no connection, TLS
 *   or HTTP/2), `CERTIFICATE_CHANGED` (see {@link CertificatePins}); or the signal's reason
 */
export function dial(target: DialTarget, options: DialOptions): Promise<Connection> {
  const { connectLimitMs, pins, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    let stage = "TCP connection";
    let session: ClientHttp2Session | null = null;
    const dialled = new AbortController();
    const socket = openSocket(target, options, dialled.signal);

    const settle = (): void => {
      dialled.abort();
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.off("error", onError);
      socket.off("close", onClose);
    };
    const fail = (error: unknown): void => {
      settle();
      session?.destroy();
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    const onError = (cause: Error): void => fail(failed(target, stage, cause));
    const onClose = (): void => fail(failed(target, stage, new Error("closed by the server")));
    const timer = setTimeout(() => {
      const message = `${target.authority}: no ${stage} within ${connectLimitMs} ms`;
      fail(new RemoteError(message, { code: "DIAL_TIMEOUT" }));
    }, connectLimitMs);

    signal.addEventListener("abort", onAbort);
    socket.on("error", onError);
    socket.on("close", onClose);
    // Errors after the end of the dial are the request's affair; without a listener they'd throw.
    socket.on("error", ignoreError);
    socket.on("connect", () => {
      stage = target.plain ? "HTTP/2 settings" : "TLS handshake";
    });
    socket.on(target.plain ? "connect" : "secureConnect", () => {
      stage = "HTTP/2 settings";
      try {
        assertProtocol(socket, target);
        checkPin(socket, target, pins);
      } catch (error) {
        fail(error);
        return;
      }
      const speaking = speakHttp2(socket, target);
      session = speaking;
      speaking.on("error", onError);
      speaking.on("error", ignoreError);
      speaking.once("remoteSettings", () => {
        settle();
        speaking.off("error", onError);
        resolve({ session: speaking, socket });
      });
    });
  });
}

function openSocket(target: DialTarget, options: DialOptions, dialling: AbortSignal): Socket {
  const { hostname: host, port } = target;
  const to = { host, port, lookup: options.lookup(dialling), noDelay: true };
  if (target.plain) return connectTcp(to);
  return connectTls({
    ...to,
    ALPNProtocols: ["h2"],
    servername: isIP(host) === 0 ? host : "",
    ...(options.verifyCertificates
      ? {}
      : { rejectUnauthorized: false, secureContext: anyCertificate }),
  });
}

/** G-14: gRPC of go-livepeer refuses who selects no protocol, whatever it would speak. */
function assertProtocol(socket: Socket, target: DialTarget): void {
  if (!(socket instanceof TLSSocket) || socket.alpnProtocol === "h2") return;
  const message = `${target.authority}: the server selects no ALPN protocol in the TLS handshake, which go-livepeer refuses (G-14: "missing selected ALPN property")`;
  throw new RemoteError(message, { code: "DIAL_FAILED" });
}

function checkPin(socket: Socket, target: DialTarget, pins: CertificatePins | null): void {
  if (pins === null || target.plain) return;
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (certificate !== undefined) pins.check(target.key, certificate.fingerprint256);
}

function speakHttp2(socket: Socket, target: DialTarget): ClientHttp2Session {
  // The authority is sent with each request, so that any host that can be dialled can be named.
  return connectHttp2(target.plain ? "http://orchestrator" : "https://orchestrator", {
    createConnection: () => socket,
    settings: { enablePush: false },
    maxReservedRemoteStreams: 0,
  });
}

function failed(target: DialTarget, stage: string, cause: Error): RemoteError {
  const message = `${target.authority}: no ${stage}: ${remoteText(cause.message)}`;
  return new RemoteError(message, { code: "DIAL_FAILED", cause });
}

/** Ends a connection now, whatever still goes on in it. Safe to call twice. */
export function hangUp({ session, socket }: Connection): void {
  session.destroy();
  socket.destroy();
}
