/** webhook_json.json: which bodies, entries and addresses are accepted. */
import { parseOrchestratorUri, parseWebhookList } from "poolsim/discovery";
import { expect } from "vitest";
import {
  type Driver,
  isPanic,
  type Outcome,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import { attempt, type Maybe } from "../json.js";

interface Url {
  readonly string: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly opaque: string;
}

type In =
  | {
      readonly fn: "deserializeWebhookJSON";
      readonly body?: Maybe<string>;
      readonly bodyBase64?: Maybe<string>;
    }
  | { readonly fn: "parseURI"; readonly addr: Maybe<string> };

interface Out {
  readonly error?: Maybe<string>;
  readonly url?: Maybe<Url>;
  readonly infos?: Maybe<readonly (Url & { readonly score: number })[]>;
}

export const outcome: Outcome = (given: In) => {
  switch (given.fn) {
    case "deserializeWebhookJSON": {
      const { body, bodyBase64 } = given;
      const list = parseWebhookList(body ?? Buffer.from(bodyBase64 ?? "", "base64"));
      return list.endpoints.map(({ uri, scheme, host, score }) => ({
        string: uri,
        scheme,
        host,
        score,
      }));
    }
    case "parseURI": {
      const { uri, ...parts } = parseOrchestratorUri(given.addr ?? "");
      return { string: uri, ...parts };
    }
    default:
      return unknownKind(JSON.stringify(given));
  }
};

/** Endpoints keep of a URL what they are compared and dialled by. */
function recorded({ fn }: In, { url, infos }: Out): unknown {
  if (fn === "parseURI") return url;
  return (infos ?? []).map(({ string, scheme, host, score }) => ({ string, scheme, host, score }));
}

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  if (isPanic(out)) {
    survive(() => outcome(given));
    return;
  }
  const actual = attempt(() => outcome(given));
  if (typeof out.error === "string") {
    expect(actual).toHaveProperty(
      "threw.code",
      expect.stringMatching(/^(WEBHOOK_JSON|URI_INVALID)$/),
    );
  } else {
    expect(actual).toEqual({ value: recorded(given, out) });
  }
};
