/** Where a URI leads (G-14): host and port to dial, and whether in plain text. */
import { InputError } from "../../core/errors.js";

/** The parts of a URI that dialling looks at; sources give them with their endpoints. */
export interface DialUri {
  /** The URI as messages show it. */
  readonly uri: string;
  /** `http` or `https`: lower case, without `:`. */
  readonly scheme: string;
  /** With port, e.g. `host:8935` or `[::1]:8935`. */
  readonly host: string;
}

/** What is dialled. */
export interface DialTarget {
  /** `https://host:port` or `http://host:port`: equal keys are the same server. */
  readonly key: string;
  /** As sent to the server: host and port. */
  readonly authority: string;
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Plain text instead of TLS: only for the scheme `http` (G-14). */
  readonly plain: boolean;
}

/**
 * Only scheme, host and port count, the path does not (G-14). No port is ever supplied: a host
 * without one cannot be dialled by gateways either (D-2 adds ports where they are added). Zeros before
 * a port's digits count for nothing, as in Go.
 *
 * @throws InputError (`URI_UNDIALLABLE`) when host or port are missing or are no host and port
 */
export function dialTarget({ uri, scheme, host }: DialUri): DialTarget {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):0*([0-9]{1,5})$/.exec(host);
  const hostname = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (hostname === undefined || port > 65_535 || port === 0) {
    const what = host === "" ? "no host" : `no host with port: ${JSON.stringify(host)}`;
    throw new InputError(`${JSON.stringify(uri.slice(0, 200))} has ${what}`, {
      code: "URI_UNDIALLABLE",
    });
  }
  const plain = scheme === "http";
  const server = host.slice(0, host.lastIndexOf(":")).toLowerCase();
  const key = `${plain ? "http" : "https"}://${server}:${port}`;
  return { key, authority: host, hostname, port, plain };
}
