/**
 * Where a subgraph is asked. Its URL usually holds an API key that costs its owner money, so no
 * message ever shows more of it than the host, not even one that the server wrote.
 */
import { InputError } from "../../../core/errors.js";
import { remoteText } from "../../../io/remote-text.js";

/** Parts of the path that are no secret, and too common to be blotted out of messages. */
const PUBLIC = /^(api|subgraphs?|id|name|deployments?|graphql|query|v?\d{1,3}|.{0,3})$/i;

/** A checked URL with its secrets. */
export class SubgraphEndpoint {
  /** Host and port: what may be shown. */
  readonly host: string;
  readonly #href: string;
  readonly #apiKey: string | null;
  readonly #secrets: RegExp | null;

  /**
   * @param url http or https, with the API key in it or not
   * @param apiKey sent as a bearer token; null = none
   * @throws InputError (`SUBGRAPH_URL`, `SUBGRAPH_KEY`)
   */
  constructor(url: string, apiKey: string | null) {
    const parsed = URL.canParse(url) ? new URL(url) : null;
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
      throw new InputError("the subgraph's URL must be an http or https URL", {
        code: "SUBGRAPH_URL",
      });
    }
    if (parsed.username !== "" || parsed.password !== "") {
      throw new InputError("the subgraph's URL must not hold a user: give the key as apiKey", {
        code: "SUBGRAPH_URL",
      });
    }
    if (apiKey !== null && !/^[\x21-\x7e]+$/.test(apiKey)) {
      throw new InputError("the subgraph's API key must be visible ASCII characters", {
        code: "SUBGRAPH_KEY",
      });
    }
    this.host = parsed.host;
    this.#href = parsed.href;
    this.#apiKey = apiKey;
    this.#secrets = secretsOf(parsed, apiKey);
  }

  /** What to send where. Not for messages. */
  request(): { readonly href: string; readonly headers: Record<string, string> } {
    const headers = this.#apiKey === null ? {} : { authorization: `Bearer ${this.#apiKey}` };
    return { href: this.#href, headers };
  }

  /** Somebody else's text, fit for a message: short, on one line, without the secrets. */
  shown(text: string): string {
    const bounded = text.slice(0, 10_000);
    return remoteText(this.#secrets === null ? bounded : bounded.replace(this.#secrets, "***"));
  }
}

function secretsOf(url: URL, apiKey: string | null): RegExp | null {
  const parts = [
    ...url.pathname.split("/").filter((part) => !PUBLIC.test(part)),
    ...[...url.searchParams.values()].filter((value) => !PUBLIC.test(value)),
    ...(apiKey === null ? [] : [apiKey]),
  ];
  const forms = new Set(parts.flatMap((part) => [part, decoded(part), encodeURIComponent(part)]));
  if (forms.size === 0) return null;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const escaped = longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  return new RegExp(escaped.join("|"), "gi");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
