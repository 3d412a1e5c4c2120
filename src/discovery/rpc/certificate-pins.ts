/**
 * Trust on first use: the certificate that a server showed first is remembered, and a different
 * one is reported. Orchestrators make a new certificate at every start (G-16), so a change is
 * suspicious only in the long run; whether it is refused is the caller's choice.
 */
import { checkWhole } from "../../core/checks.js";
import { RemoteError } from "../../core/errors.js";

/** A server shows another certificate than before. */
export interface CertificateChange {
  /** `https://host:port`. */
  readonly server: string;
  /** SHA-256 fingerprints, upper-case hex with colons. */
  readonly pinned: string;
  /** SHA-256 of the certificate that the server shows now, in hex. */
  readonly seen: string;
}

/** How remembered certificates are treated. */
export interface CertificatePinsOptions {
  /**
   * What happens when a server shows another certificate: `report` tells
   * {@link CertificatePinsOptions.onChange} and pins the new one; `refuse` tells it too, but keeps
   * the old one and fails the request. @default "report"
   */
  readonly onMismatch?: "report" | "refuse" | undefined;
  /** Called when a server shows another certificate than before. */
  readonly onChange?: ((change: CertificateChange) => void) | undefined;
  /** Fingerprints of an earlier run, by server ({@link CertificatePins.entries}). */
  readonly known?: Iterable<readonly [server: string, fingerprint: string]> | undefined;
  /** Servers remembered; beyond that the longest unseen are forgotten. @default 10000 */
  readonly maxServers?: number | undefined;
}

/** The fingerprints that were seen first, by server. */
export class CertificatePins {
  readonly #pins: Map<string, string>;
  readonly #refuse: boolean;
  readonly #maxServers: number;
  readonly #onChange: (change: CertificateChange) => void;

  /** @throws InputError (`OPTION_INVALID`) */
  constructor(options: CertificatePinsOptions = {}) {
    checkWhole({ maxServers: options.maxServers }, [1, Number.POSITIVE_INFINITY]);
    this.#pins = new Map(options.known);
    this.#refuse = options.onMismatch === "refuse";
    this.#maxServers = options.maxServers ?? 10_000;
    this.#onChange = options.onChange ?? (() => {});
  }

  /** To keep for the next run. */
  entries(): Iterable<readonly [server: string, fingerprint: string]> {
    return this.#pins;
  }

  /**
   * Compares what a server shows with its pin, or pins it.
   *
   * @throws RemoteError (`CERTIFICATE_CHANGED`) for another one where that is refused
   */
  check(server: string, seen: string): void {
    const pinned = this.#pins.get(server);
    if (pinned !== undefined && pinned !== seen) {
      this.#onChange({ server, pinned, seen });
      if (this.#refuse) {
        throw new RemoteError(`${server} shows another certificate than before: ${seen}`, {
          code: "CERTIFICATE_CHANGED",
        });
      }
    }
    this.#pins.delete(server);
    this.#pins.set(server, seen);
    for (const oldest of this.#pins.keys()) {
      if (this.#pins.size <= this.#maxServers) break;
      this.#pins.delete(oldest);
    }
  }
}
