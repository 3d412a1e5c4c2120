/** Where a remote signer is, and what is sent along to it. */
import { InputError } from "../../../core/errors.js";
import { assertSecret, readShort } from "../../../io/secret-file.js";

const HEADERS_BYTES_MAX = 65_536;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/**
 * Where a request to a remote signer goes. A path of the signer's URL does not count, as in
 * go-livepeer; what has no scheme and host gets `https://`.
 *
 * @param text go-livepeer's `-remoteSignerUrl`
 * @param path absolute
 * @throws InputError (`SIGNER_URL`)
 */
export function signerUrl(text: string, path: string): string {
  const isWhole = URL.canParse(text) && new URL(text).host !== "";
  const whole = isWhole ? text : `https://${text}`;
  // What was not set is no host: headers would be sent to whoever has that name.
  const url = typeof text === "string" && URL.canParse(whole) ? new URL(whole) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InputError("the remote signer must be an http or https URL", { code: "SIGNER_URL" });
  }
  if (url.username !== "" || url.password !== "") {
    throw new InputError(
      "the remote signer's URL holds a password, which everybody on the machine can read; expected it in the file of headers",
      { code: "SIGNER_URL" },
    );
  }
  return new URL(path, url.origin).href;
}

/**
 * Reads a file of headers: what go-livepeer's `-remoteSignerHeaders` is told, `name:value` separated
 * by commas, or one in a line. Nothing of it is ever printed.
 *
 * @throws InputError (`SIGNER_HEADERS`) for a file that others may read, or that is none
 */
export function readSignerHeaders(path: string): Readonly<Record<string, string>> {
  const code = "SIGNER_HEADERS";
  const flag = "--remoteSignerHeadersFile";
  assertSecret(path, flag, code);
  const text = readShort(path, { flag, bytesMax: HEADERS_BYTES_MAX, code }).toString("utf8");
  const headers: Record<string, string> = {};
  const names = new Set<string>();
  for (const [index, pair] of text.split(/[,\n]/).entries()) {
    if (pair.trim() === "") continue;
    const colon = pair.indexOf(":");
    const name = pair.slice(0, Math.max(0, colon)).trim();
    const value = pair.slice(colon + 1).trim();
    const isText = /^[\t\x20-\x7e]+$/.test(value);
    if (!HEADER_NAME.test(name) || !isText || names.has(name.toLowerCase())) {
      throw new InputError(
        `${flag} ${path}: entry ${index + 1} is not of the form name:value, in plain characters and each name once`,
        { code },
      );
    }
    names.add(name.toLowerCase());
    headers[name] = value;
  }
  return headers;
}
