/**
 * The list that a remote signer gives: `GET /discover-orchestrators`, read as a webhook's
 * (D-4). Capabilities and runners in it do not count, as in a gateway.
 */
import type { ListOptions, OrchestratorSource, SourceListing } from "../source.js";
import { WebhookSource, type WebhookSourceOptions } from "../webhook/webhook-source.js";
import { signerUrl } from "./signer-settings.js";

/** Which signer is asked; limits as of a webhook. */
export interface SignerSourceOptions extends WebhookSourceOptions {
  /**
   * Keys of what is wanted: `<pipeline>/<model>`, or a runner's app. Gateways send none.
   *
   * @default none: all
   */
  readonly caps?: readonly string[] | undefined;
}

/** A remote signer. */
export class SignerSource implements OrchestratorSource {
  /** Tells the kinds of sources apart. */
  readonly kind = "signer";
  readonly usesBlocklist = false;
  readonly usesOnChainPredicate = false;
  readonly #webhook: WebhookSource;

  /**
   * Asks nothing yet.
   *
   * @throws InputError (`SIGNER_URL`)
   */
  constructor({ url, caps = [], ...options }: SignerSourceOptions) {
    const asked = new URL(signerUrl(url, "/discover-orchestrators"));
    for (const key of caps) asked.searchParams.append("caps", key);
    this.#webhook = new WebhookSource({ ...options, url: asked.href });
  }

  /** See `WebhookSource.list`. A signer whose table is empty answers 503 (`HTTP_STATUS`). */
  async list(options: ListOptions = {}): Promise<SourceListing> {
    return await this.#webhook.list(options);
  }

  async close(): Promise<void> {
    await this.#webhook.close();
  }
}
