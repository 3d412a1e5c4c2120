/** The certificate of a server that nobody vouches for, made anew at each start. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createRequire } from "node:module";
import { isIP } from "node:net";
import { Worker } from "node:worker_threads";
import type { generate } from "selfsigned";
import { checkInstant } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";

/** Key and certificate, PEM. */
export interface ServerCertificate {
  /** The private key, PEM. */
  readonly key: string;
  /** The certificate, PEM. */
  readonly cert: string;
}

const VALID_DAYS = 397;
const DAY_MS = 86_400_000;

/**
 * Makes a certificate for a DNS name or IP address: P-256, valid from yesterday for 397 days.
 *
 * @throws InputError (`TLS_NAME`) for what is no name; (`OPTION_INVALID`) for a time that is none
 */
export async function selfSignedCertificate(
  name: string,
  nowMs = Date.now(),
): Promise<ServerCertificate> {
  checkInstant({ nowMs });
  const isAddress = isIP(name) !== 0;
  if (
    typeof name !== "string" ||
    (!isAddress &&
      !/^(?=.{1,64}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(name))
  ) {
    throw new InputError(`"${String(name).slice(0, 80)}" is neither a DNS name nor an IP address`, {
      code: "TLS_NAME",
    });
  }
  const made = await generated([{ name: "commonName", value: name }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(nowMs + (VALID_DAYS - 1) * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [isAddress ? { type: 7, ip: name } : { type: 2, value: name }],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

type Generate = typeof generate;

const THREAD = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { module, attributes, options } = workerData;
  require(module).generate(attributes, options).then((made) => {
    parentPort.postMessage({ private: made.private, cert: made.cert });
  });`;

/** In a thread of its own: what the library loads writes into the global objects of its realm. */
async function generated(
  attributes: Parameters<Generate>[0],
  options: Parameters<Generate>[1],
): Promise<{ readonly private: string; readonly cert: string }> {
  const module = createRequire(import.meta.url).resolve("selfsigned");
  const worker = new Worker(THREAD, {
    eval: true,
    execArgv: [],
    workerData: { module, attributes, options },
  });
  try {
    const [made] = await once(worker, "message");
    return made;
  } finally {
    await worker.terminate();
  }
}

/**
 * SHA-256 of a certificate, to recognise it by.
 *
 * @throws InputError (`TLS_CERTIFICATE`) when it cannot be read
 */
export function fingerprintOf(cert: string): string {
  try {
    return new X509Certificate(cert).fingerprint256;
  } catch (error) {
    throw new InputError("the certificate cannot be read", {
      code: "TLS_CERTIFICATE",
      cause: error,
    });
  }
}
