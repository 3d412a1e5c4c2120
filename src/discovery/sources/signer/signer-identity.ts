/** Who asks, where a remote signer holds the key: it signs once, at the start. */
import { RemoteError } from "../../../core/errors.js";
import { decodeGoText, foldGoKey } from "../../../core/go-text.js";
import {
  MAX_NESTING_DEPTH,
  members,
  nestingDepth,
  stringValue,
  valueAt,
} from "../../../core/json-scanner.js";
import { fetchBody } from "../../../io/fetch-body.js";
import type { RequestIdentity } from "../../rpc/identity.js";
import { signerUrl } from "./signer-settings.js";

/** Limit on the signer's answer, ms. */
export const SIGNER_IDENTITY_LIMIT_MS = 30_000;
const ANSWER_BYTES_MAX = 65_536;

/**
 * Asks a remote signer for the address that requests are made in the name of, and its signature:
 * `POST /sign-orchestrator-info`.
 *
 * @param signer its URL, and headers that are sent along
 * @param options `signal` gives up
 * @throws InputError (`SIGNER_URL`); RemoteError (`SIGNER_ANSWER`, `HTTP_…`), with which a gateway
 *   does not start; the signal's reason
 */
export async function signerIdentity(
  {
    url,
    headers = {},
  }: { readonly url: string; readonly headers?: Readonly<Record<string, string>> },
  { signal }: { readonly signal: AbortSignal },
): Promise<RequestIdentity> {
  const body = await fetchBody({
    url: signerUrl(url, "/sign-orchestrator-info"),
    method: "POST",
    headers,
    timeoutMs: SIGNER_IDENTITY_LIMIT_MS,
    maxBytes: ANSWER_BYTES_MAX,
    signal,
  });
  const { address, signature } = objectOf(body);
  const isAddress = typeof address === "string" && /^0x[0-9a-fA-F]{40}$/.test(address);
  const isSignature =
    typeof signature === "string" && /^0x(?:[0-9a-fA-F]{2}){0,65}$/.test(signature);
  if (!isAddress || !isSignature) {
    throw new RemoteError(
      "the remote signer's answer is not an address of 20 bytes and a signature of at most 65",
      { code: "SIGNER_ANSWER" },
    );
  }
  return { address: address.toLowerCase(), signature: signature.toLowerCase() };
}

/** The texts of an answer, as Go decodes them: keys in any case, of repeated ones the last (W-17). */
function objectOf(body: Uint8Array): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  try {
    const json = decodeGoText(body);
    JSON.parse(json);
    const whole = valueAt(json, 0);
    if (whole.kind !== "object" || nestingDepth(json) > MAX_NESTING_DEPTH) return found;
    for (const [key, value] of members(json, whole)) {
      if (value.kind === "null") continue;
      found[foldGoKey(key)] = value.kind === "string" ? stringValue(json, value) : null;
    }
  } catch {
    // Told by whoever misses what it holds.
  }
  return found;
}
