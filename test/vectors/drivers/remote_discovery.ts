/** remote_discovery.json: traces of the table of a remote signer, and what gateways are told of it. */
import {
  type PolledRemote,
  Rational,
  RemoteDiscoveryTable,
  type RemoteEntry,
} from "poolsim/discovery";
import { expect } from "vitest";
import {
  compareTrace,
  type Driver,
  isPanic,
  type Outcome,
  type Panic,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import { type Maybe, rational, table, whole } from "../json.js";

type Whole = number | string;

interface OrchIn {
  readonly uri?: Maybe<string>;
  readonly models?: Maybe<readonly (readonly [number, string])[]>;
  readonly priceInfo?: Maybe<readonly [Whole, Whole]>;
  readonly capabilitiesPrices?: Maybe<readonly (readonly [number, string, Whole, Whole])[]>;
  readonly discovery?: Maybe<string>;
}

type Op =
  | { readonly op: "polled"; readonly orchs: Maybe<readonly OrchIn[]> }
  | { readonly op: "advance"; readonly ms: number }
  | { readonly op: "query"; readonly caps: Maybe<readonly string[]> };

interface In {
  readonly maxPrice?: Maybe<string>;
  readonly capabilityMaxPrices?: Maybe<Readonly<Record<string, string>>>;
  readonly intervalMs: number;
  readonly ops: Maybe<readonly Op[]>;
}

interface Step {
  readonly status?: number;
  readonly entries?: Maybe<readonly EntryOut[]>;
}

interface EntryOut {
  readonly address: string;
  readonly capabilities?: Maybe<readonly string[]>;
  readonly runners?: Maybe<readonly string[]>;
}

function polledOf(given: OrchIn): PolledRemote {
  const { uri, models, priceInfo, capabilitiesPrices, discovery } = given;
  const perCapability = new Map<number, Map<string, typeof anyModel>>();
  for (const [capability, model] of models ?? []) {
    const ids = perCapability.get(capability) ?? new Map<string, typeof anyModel>();
    perCapability.set(capability, ids.set(model, anyModel));
  }
  return {
    uri: uri ?? "",
    perCapability: models ? perCapability : null,
    priceInfo: priceInfo
      ? { pricePerUnit: whole(priceInfo[0]), pixelsPerUnit: whole(priceInfo[1]) }
      : null,
    capabilitiesPrices: (capabilitiesPrices ?? []).map(
      ([capability, constraint, pricePerUnit, pixelsPerUnit]) => ({
        capability,
        constraint,
        pricePerUnit: whole(pricePerUnit),
        pixelsPerUnit: whole(pixelsPerUnit),
      }),
    ),
    runners: discovery ?? null,
  };
}

const anyModel = { warm: false, capacity: 0, runnerVersion: "" };

class Trace {
  readonly #table: RemoteDiscoveryTable;
  #polled: readonly PolledRemote[] = [];
  #nowMs = 0;

  constructor({ intervalMs, maxPrice, capabilityMaxPrices }: In) {
    const prices = new Map<number, Map<string, Rational>>();
    for (const [key, price] of table(capabilityMaxPrices)) {
      const slash = key.indexOf("/");
      const capability = Number(key.slice(0, slash));
      const models = prices.get(capability) ?? new Map<string, Rational>();
      prices.set(capability, models.set(key.slice(slash + 1), Rational.parse(price)));
    }
    this.#table = new RemoteDiscoveryTable({
      intervalMs,
      capabilityMaxPrices: prices,
      maxPrice: rational(maxPrice),
    });
  }

  run(op: Op): Step {
    switch (op.op) {
      case "polled":
        this.#polled = (op.orchs ?? []).map(polledOf);
        return {};
      case "advance":
        this.#nowMs += op.ms;
        return {};
      case "query": {
        if (this.#table.isDue(this.#nowMs)) this.#table.rebuild(this.#nowMs, this.#polled);
        const entries = this.#table.query(op.caps ?? []);
        return entries === null ? { status: 503 } : { status: 200, entries: entries.map(shown) };
      }
      default:
        return unknownKind(JSON.stringify(op));
    }
  }
}

function shown({ address, capabilities, runners }: RemoteEntry): EntryOut {
  const texts = runners.map(
    ({ url, app, capacityAvailable, capacity, version }) =>
      `${url} ${app} ${capacityAvailable}/${capacity} v${version}`,
  );
  return { address, capabilities, ...(texts.length > 0 && { runners: texts }) };
}

export const outcome: Outcome = (given: In) => {
  const trace = new Trace(given);
  return { steps: (given.ops ?? []).map((op) => trace.run(op)) };
};

export const driver: Driver = ({
  in: given,
  out,
}: VectorCase<In, { readonly steps: Maybe<readonly (Step | Panic)[]> } | Panic>) => {
  if (isPanic(out) && !("steps" in out)) {
    survive(() => outcome(given));
    return;
  }
  const trace = new Trace(given);
  const run = (op: Op) => trace.run(op);
  compareTrace(given.ops ?? [], out, run, (actual, step: Step, index) => {
    const recorded = step.status === 200 ? { ...step, entries: step.entries ?? [] } : step;
    expect(actual, `step ${index}`).toEqual(recorded);
  });
};
