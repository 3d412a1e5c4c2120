/** Reads the live runners of an orchestrator, as a remote signer does. */
import { RemoteError } from "../../core/errors.js";
import { trimEndSlashes } from "../../core/go-text.js";
import { fetchBody } from "../../io/fetch-body.js";
import { MAX_RUNNER_LIST_BYTES } from "./runner-list.js";

/** How long an orchestrator may take to list its runners, ms. */
export const RUNNER_LIST_LIMIT_MS = 2_000;

/**
 * The body of `GET <uri>/discovery`, not yet decoded: see `parseRunnerList`. Certificates are
 * verified, unlike in everything else that orchestrators are asked: of those that sign their own
 * nobody sees runners.
 *
 * @param uri of the orchestrator
 * @param options `signal` gives up
 * @throws RemoteError (`HTTP_…`): anything but a 2xx answer of at most a mebibyte within 2 s, or
 *   `RUNNER_LIST` for a URI that has none; the signal's reason
 */
export async function fetchRunnerList(
  uri: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const url = `${trimEndSlashes(uri)}/discovery`;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new RemoteError("the list of runners cannot be asked for at such a URI", {
      code: "RUNNER_LIST",
    });
  }
  return await fetchBody({
    url,
    headers: {},
    timeoutMs: RUNNER_LIST_LIMIT_MS,
    maxBytes: MAX_RUNNER_LIST_BYTES,
    signal,
  });
}
