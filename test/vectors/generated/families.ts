/** The grammar of each family's inputs (README.md), and what holds of every outcome. */
import fc, { type Arbitrary } from "fast-check";
import { expect } from "vitest";
import {
  address,
  bytes,
  count,
  float,
  int64,
  integer,
  list,
  loose,
  maybe,
  name,
  oddText,
  rational,
  tableOf,
  uint64,
} from "./grammar.js";
import { jsonText, uriText } from "./texts.js";

/** What is generated for a family, and the law that its outcomes obey. */
export interface GeneratedFamily {
  readonly inputs: Arbitrary<unknown>;
  /** In words, for the name of the test. */
  readonly law: string;
  /** Throws if the outcome breaks it. */
  // Each family knows the shapes of its own.
  readonly holds: { of(given: never, outcome: never): void }["of"];
}

const fn = (kind: string, members: Readonly<Record<string, Arbitrary<unknown>>>) =>
  fc.record({ fn: fc.constant(kind), ...members });

const capabilityNumber = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(63, 64, 65, 200, 4000, -(2 ** 31), -1e15) },
);
const bits = list(uint64, 4);
const version = fc.oneof(
  fc.constantFrom("", "undefined", "0.8.9", "v1", "V1", "1.2.3-01", "1.2.3-a.b+c", "1.2", "01.2"),
  fc.stringMatching(/^v?[0-9]{1,21}(\.[0-9]{1,3}){0,3}(-[0-9a-zA-Z.-]{0,5})?(\+[0-9a-z.]{0,3})?$/),
  oddText,
);
const model = maybe(loose({ warm: fc.boolean(), capacity: fc.nat(5), runnerVersion: version }));
const perCapability = tableOf(
  capabilityNumber.map(String),
  maybe(loose({ models: tableOf(name, model) })),
);
const net = loose({
  bitstring: bits,
  mandatories: bits,
  version,
  capacities: tableOf(fc.nat(200).map(String), fc.constantFrom(0, 1, 2, 3, 2 ** 32 - 1)),
  constraints: maybe(loose({ minVersion: version, perCapability })),
});
const caps = list(capabilityNumber);

const capabilities: GeneratedFamily = {
  inputs: fc.oneof(
    fn("newCapabilityString", { caps }),
    fn("bitstringCompatible", { c1: bits, c2: bits }),
    fn("capabilitiesCompatible", {
      bcast: maybe(loose({ caps, mandatories: caps, minVersion: version, perCapability })),
      orch: maybe(net),
    }),
    fn("legacyOnly", { caps }),
    fn("capabilityName", { cap: capabilityNumber }),
    fn("pipelineToCapability", { pipeline: maybe(oddText) }),
    fn("fromNetCapabilities", { net: maybe(net) }),
    fn("capacityTrace", {
      caps,
      ops: list(fc.record({ op: fc.constantFrom("add", "remove"), net: maybe(net) })),
    }),
    fn("setMinRunnerVersionConstraint", { json: maybe(jsonText) }),
  ),
  law: "the answer is the conjunction of its parts; each word has 64 bits",
  holds: (_given, out: Record<string, unknown>) => {
    if ("bitstringOk" in out) {
      const { versionCompatible, mandatoriesOk, constraintsOk, bitstringOk, compatible } = out;
      expect(compatible).toBe(versionCompatible && mandatoriesOk && constraintsOk && bitstringOk);
    }
    const words = [out["bitstring"], out["jobBitstring"]].flat().filter(Boolean) as string[];
    for (const word of words) expect(BigInt.asUintN(64, BigInt(word))).toBe(BigInt(word));
  },
};

const versions: GeneratedFamily = {
  inputs: loose({ minVersion: version, version }),
  law: "whatever is asked for, nothing is met by no version, and everything meets no demand",
  holds: (given: { minVersion?: string; version?: string }, out: { compatible: boolean }) => {
    if (!given.minVersion) expect(out.compatible).toBe(true);
    else if (!given.version) expect(out.compatible).toBe(false);
  },
};

const candidates = {
  addrs: list(address),
  stakes: tableOf(address, maybe(int64)),
  prices: tableOf(address, maybe(rational)),
  perfScores: tableOf(address, float),
  maxPrice: maybe(rational),
};

const probabilities: GeneratedFamily = {
  inputs: fc.oneof(
    fn("probabilities", {
      ...candidates,
      alg: fc.record({
        minPerfScore: float,
        stakeWeight: float,
        priceWeight: float,
        randWeight: float,
        priceExpFactor: float,
        ignoreMaxPriceIfNeeded: fc.boolean(),
      }),
    }),
    fn("frequencies", {
      group: fc.constant("sumBelowOneImplementationSpecific"),
      probabilities: tableOf(address, float),
      draws: fc.integer({ min: 0, max: 200 }),
    }),
  ),
  law: "filters only take away, in order; who is drawn is one of those left",
  holds: (
    given: { addrs?: string[] | null },
    out: { filtered?: string[]; filteredByPerfScore?: string[]; eligible?: string[] } & {
      selected?: string;
    },
  ) => {
    if (out.filtered === undefined) return;
    expectPart(out.filteredByPerfScore ?? [], given.addrs ?? []);
    expectPart(out.filtered, out.filteredByPerfScore ?? []);
    expectPart(out.eligible ?? [], out.filtered);
    const nobody = address0;
    expect([nobody, ...(out.eligible ?? [])]).toContain(out.selected);
  },
};

const address0 = `0x${"0".repeat(40)}`;

const live: GeneratedFamily = {
  inputs: fn("live", candidates),
  law: "the first of those within the price, of which there are no others than candidates",
  holds: (given: { addrs?: string[] | null }, out: { filtered: string[]; selected: string }) => {
    expectPart(out.filtered, given.addrs ?? []);
    expect(out.selected).toBe(out.filtered[0] ?? address0);
  },
};

/** `part` is `whole` without some of its entries. */
function expectPart(part: readonly string[], whole: readonly string[]): void {
  let from = 0;
  for (const entry of part) {
    const at = whole.indexOf(entry, from);
    expect(at, `${entry} in ${whole}`).toBeGreaterThanOrEqual(from);
    from = at + 1;
  }
}

const suspender: GeneratedFamily = {
  inputs: fc.record({
    ops: list(
      fc.oneof(
        fc.record({ op: fc.constant("suspend"), uri: name, penalty: count }),
        fc.record({ op: fc.constant("signalRefresh") }),
        fc.record({ op: fc.constant("suspended"), uri: name }),
      ),
      30,
    ),
  }),
  law: "a value that is told is not below the number of refreshes; the count is theirs",
  holds: (
    { ops }: { ops: readonly { op: string }[] | null },
    { results, finalCount }: { results: (number | null)[]; finalCount: number },
  ) => {
    let refreshes = 0;
    for (const [index, { op }] of (ops ?? []).entries()) {
      if (op === "signalRefresh") refreshes += 1;
      const value = results[index] ?? 0;
      if (value !== 0) expect(value).toBeGreaterThanOrEqual(refreshes);
    }
    expect(finalCount).toBe(refreshes);
  },
};

const queue: GeneratedFamily = {
  inputs: fc.record({
    ops: list(
      fc.oneof(
        fc.record({ op: fc.constant("push"), id: name, penalty: count }),
        fc.record({ op: fc.constant("pop") }),
      ),
      40,
    ),
  }),
  law: "each pop takes one of the lowest; nothing is lost or made",
  holds: (
    { ops }: { ops: readonly { op: string; penalty: number }[] | null },
    { pops }: { pops: ({ penalty: number } | null)[] },
  ) => {
    const inside: number[] = [];
    let popped = 0;
    for (const { op, penalty } of ops ?? []) {
      if (op === "push") inside.push(penalty);
      else {
        const lowest = inside.sort((a, b) => a - b).shift() ?? null;
        expect(pops[popped]?.penalty ?? null).toBe(lowest);
        popped += 1;
      }
    }
    expect(pops).toHaveLength(popped);
  },
};

const worth = { faceValue: maybe(integer), winProb: maybe(integer) };
const tickets: GeneratedFamily = {
  inputs: fc.oneof(
    fn("ticketEV", worth),
    fn("validateTicketParams", {
      ticketParams: maybe(loose({ ...worth, expirationBlock: maybe(integer) })),
      numTickets: count,
      maxEV: maybe(rational),
      maxTotalEV: maybe(rational),
      depositMultiplier: count,
      lastInitializedRound: maybe(integer),
      lastSeenL1Block: maybe(integer),
      sender: maybe(
        loose({ deposit: integer, reserveFundsRemaining: integer, withdrawRound: integer }),
      ),
      senderInfoError: maybe(oddText),
    }),
  ),
  law: "tickets that are worth nothing are refused only as missing or expired (P-6, step 4)",
  holds: (
    given: { ticketParams?: { faceValue?: string; winProb?: string } | null },
    out: { kind?: string },
  ) => {
    const { faceValue, winProb } = given.ticketParams ?? {};
    if (out.kind !== "senderValidation") return;
    expect(BigInt(faceValue ?? 0) * BigInt(winProb ?? 0) > 0n).toBe(true);
  },
};

const prices: GeneratedFamily = {
  inputs: fc.oneof(
    fn("ratPriceInfo", {
      priceInfo: maybe(loose({ pricePerUnit: int64, pixelsPerUnit: int64 })),
    }),
    fn("priceToFixed", { price: maybe(rational) }),
    fn("fixedToPrice", { fixed: maybe(int64) }),
    fn("baseTokenAmountToFixed", { amount: maybe(integer) }),
    fn("priceToInt64", { price: maybe(rational) }),
    fn("toInt64", { value: maybe(integer) }),
  ),
  law: "what is kept in 64 bits has 64 bits; a fraction is in lowest terms",
  holds: (_given, out: { fixed?: string; value?: string; price?: string | null }) => {
    const kept = out.fixed ?? out.value;
    if (kept !== undefined) expect(BigInt.asIntN(64, BigInt(kept))).toBe(BigInt(kept));
    if (out.price) expect(out.price).toMatch(/^-?\d+\/[1-9]\d*$/);
  },
};

const session = loose({
  initialLatencyNs: int64,
  latencyScore: float,
  recipient: maybe(bytes()),
  priceInfo: maybe(loose({ pricePerUnit: int64, pixelsPerUnit: int64 })),
});
const selector = fc.constantFrom("minLS", "initialLatency", "latencyScore");
const selectors: GeneratedFamily = {
  inputs: fc.oneof(
    fc
      .tuple(fc.array(session, { maxLength: 10 }), selector, float, fc.infiniteStream(fc.nat(9)))
      .chain(([sessions, kind, minLS]) => {
        const ids = sessions.map((_, at) => `s${at}`);
        const id = ids.length > 0 ? fc.constantFrom(...ids) : fc.constant("s0");
        const named = sessions.map((one, at) => ({ ...(one as object), id: `s${at}` }));
        const all = named.length > 0 ? named : [{ id: "s0" }];
        return fn("trace", {
          group: fc.constantFrom("ties", "tiesOver12ImplementationSpecific"),
          selector: fc.constant(kind),
          minLS: fc.constant(minLS),
          sessions: fc.constant(all),
          ops: list(
            fc.oneof(
              fc.record({ op: fc.constant("add"), ids: list(id, 4) }),
              fc.record({ op: fc.constantFrom("select", "select", "clear") }),
              fc.record({ op: fc.constant("complete"), id, latencyScore: float }),
              fc.record({ op: fc.constant("remove"), id }),
            ),
            25,
          ),
        });
      }),
    fn("stakeMode", {
      selector,
      sessions: maybe(
        fc
          .array(session, { maxLength: 8 })
          .map((all) => all.map((one, at) => ({ ...(one as object), id: `s${at}` }))),
      ),
      stakes: tableOf(address, maybe(int64)),
      stakeError: fc.boolean(),
      perfScores: tableOf(address, float),
      maxPrice: maybe(rational),
      algorithmReturns: address,
    }),
    fn("capabilitiesMaxPrice", {
      baseMaxPrice: maybe(rational),
      capabilityMaxPrices: list(
        fc.record({ capability: capabilityNumber, model: name, price: maybe(rational) }),
      ),
      jobModels: tableOf(capabilityNumber.map(String), list(name, 4)),
    }),
  ),
  law: "a selector is as large as its lists; an address that is asked about has 20 bytes, once",
  holds: (
    _given,
    out: {
      steps?: Record<string, unknown>[];
      after?: Record<string, unknown>;
      algorithmArgs?: { addrs: string[] } | null;
    },
  ) => {
    for (const state of [...(out.steps ?? []), ...(out.after ? [out.after] : [])]) {
      const lists = [state["unknown"], state["knownHeap"], state["sessions"]];
      expect(state["size"]).toBe(lists.flatMap((one) => one ?? []).length);
    }
    const addrs = out.algorithmArgs?.addrs ?? [];
    expect(new Set(addrs).size).toBe(addrs.length);
    for (const addr of addrs) expect(addr).toMatch(/^0x[0-9a-f]{40}$/);
  },
};

const webhook: GeneratedFamily = {
  inputs: fc.oneof(
    fn("deserializeWebhookJSON", { body: jsonText }),
    fn("deserializeWebhookJSON", {
      bodyBase64: fc
        .tuple(jsonText, fc.uint8Array({ maxLength: 3 }), fc.nat(40))
        .map(([text, extra, at]) => {
          const body = [...Buffer.from(text)];
          body.splice(at, 0, ...extra);
          return Buffer.from(body).toString("base64");
        }),
    }),
    fn("parseURI", { addr: maybe(uriText) }),
  ),
  law: "a scheme is lower case; a score is a 32-bit float",
  holds: (_given, out: { scheme: string; score?: number }[] | { scheme: string }) => {
    for (const { scheme, score } of [out].flat() as { scheme: string; score?: number }[]) {
      expect(scheme).toMatch(/^[a-z0-9+.-]*$/);
      if (score !== undefined) expect(Math.fround(score)).toBe(score);
    }
  },
};

/** Families without objects that live on. The others are in traces.ts. */
export const PLAIN_FAMILIES: Readonly<Record<string, GeneratedFamily>> = {
  capabilities_compat: capabilities,
  versions,
  selection_probabilities: probabilities,
  live_selection: live,
  suspender,
  suspension_queue: queue,
  ticket_params: tickets,
  prices,
  selectors,
  webhook_json: webhook,
};
