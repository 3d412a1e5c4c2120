/** webhook_json.json: which bodies, entries and addresses are accepted. Finer parts inform only. */
import { parseOrchestratorUri, parseWebhookList } from "poolsim/discovery";
import { expect } from "vitest";
import { type Driver, unknownKind, type VectorCase } from "../driver.js";
import { attempt } from "../json.js";

interface Url {
  readonly scheme: string;
  readonly host: string;
}

type In =
  | { readonly fn: "deserializeWebhookJSON"; readonly body?: string; readonly bodyBase64?: string }
  | { readonly fn: "parseURI"; readonly addr: string };

interface Out {
  readonly error: string | null;
  readonly url?: Url | null;
  readonly infos?: readonly (Url & { readonly score: number })[];
}

function run(input: In): unknown {
  switch (input.fn) {
    case "deserializeWebhookJSON": {
      const { body, bodyBase64 } = input;
      const list = parseWebhookList(body ?? Buffer.from(bodyBase64 ?? "", "base64"));
      return list.endpoints.map(({ scheme, host, score }) => ({ scheme, host, score }));
    }
    case "parseURI": {
      const { scheme, host } = parseOrchestratorUri(input.addr);
      return { scheme, host };
    }
    default:
      return unknownKind(JSON.stringify(input));
  }
}

function recorded({ url, infos }: Out): unknown {
  return infos?.map(({ scheme, host, score }) => ({ scheme, host, score })) ?? pick(url);
}

function pick(url: Url | null | undefined): Url | null {
  return url ? { scheme: url.scheme, host: url.host } : null;
}

export const driver: Driver = ({ in: input, out }: VectorCase<In, Out>) => {
  const outcome = attempt(() => run(input));
  if (typeof out.error === "string") {
    expect(outcome).toHaveProperty(
      "threw.code",
      expect.stringMatching(/^(WEBHOOK_JSON|URI_INVALID)$/),
    );
  } else {
    expect(outcome).toEqual({ value: recorded(out) });
  }
};
