/** The certificate of a server that nobody vouches for, made anew at each start. */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { generate } from "selfsigned";
import { InputError } from "../../core/errors.js";

/** Key and certificate, PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

const VALID_DAYS = 397;
const DAY_MS = 86_400_000;

/**
 * Makes a certificate for a DNS name or IP address: P-256, valid from yesterday for 397 days.
 *
 * @throws InputError (`TLS_NAME`) for what is no name
 */
export async function selfSignedCertificate(
  name: string,
  nowMs = Date.now(),
): Promise<ServerCertificate> {
  const isAddress = isIP(name) !== 0;
  if (
    !isAddress &&
    !/^(?=.{1,64}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(name)
  ) {
    throw new InputError(`"${name.slice(0, 80)}" is neither a DNS name nor an IP address`, {
      code: "TLS_NAME",
    });
  }
  const made = await generate([{ name: "commonName", value: name }], {
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
