/**
 * What may happen in a pool, drawn at random from few ids, addresses and times, so that the same
 * and the contradictory come up often; and what it means to the books, computed the naive way.
 */
import fc from "fast-check";
import { makeKey } from "../../../src/core/random.js";
import type { PoolEvent } from "../../../src/pool/books/events/event.js";
import { timeText, uuid, workerAddress } from "./recorded.js";

/** Lower case. */
export const WHO = [1, 2, 3].map((index) => workerAddress(index).toLowerCase());
export const REGIONS = ["eu", "us"] as const;
const START_MS = Date.UTC(2026, 1, 1, 10);
const REQUESTS = ["r1", "r2", "r3"] as const;
const WIN_PROB = 9n;

/** What an event says, without what it is told apart by. */
export type Fact =
  | { readonly kind: "job"; readonly who: number; readonly fee: number; readonly seconds: number }
  | {
      readonly kind: "aiJob";
      readonly request: string;
      readonly fee: number;
      /** null, as in all events of nodes. */
      readonly who: number | null;
    }
  | { readonly kind: "claim"; readonly request: string; readonly who: number }
  | { readonly kind: "won"; readonly ticket: number }
  /** 0: it failed. */
  | { readonly kind: "redeemed"; readonly ticket: number; readonly hash: number }
  | { readonly kind: "reset" };

export interface Happening {
  readonly form: "uuid" | "api" | "caller";
  readonly source: string;
  readonly id: number;
  /** Seconds from the start. */
  readonly at: number;
  readonly region: (typeof REGIONS)[number];
  readonly fact: Fact;
}

const who = fc.nat(WHO.length - 1);
const fee = fc.integer({ min: 0, max: 1_000 });
const request = fc.constantFrom(...REQUESTS);
const ticket = fc.nat(1);

export const job: fc.Arbitrary<Fact> = fc.record({
  kind: fc.constant("job"),
  who,
  fee,
  seconds: fc.nat(3),
});

export const fact: fc.Arbitrary<Fact> = fc.oneof(
  { weight: 4, arbitrary: job },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("aiJob"),
      request,
      fee,
      who: fc.option(who, { freq: 8 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("claim"), request, who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("won"), ticket }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("redeemed"), ticket, hash: fc.nat(3) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reset") }) },
);

export function happening(facts = fact, ids = 7): fc.Arbitrary<Happening> {
  return fc.record({
    form: fc.constantFrom("uuid", "api", "caller"),
    source: fc.constantFrom("o1", "o2"),
    id: fc.nat(ids),
    at: fc.nat(4),
    region: fc.constantFrom(...REGIONS),
    fact: facts,
  });
}

/** Of a ticket. */
export const faceWei = (number: number): bigint => 1_000n + BigInt(number);

/** The event as an orchestrator tells it, in its own form or in the bucket's. */
export function textOf({ form, id, at, region, fact }: Happening): string {
  const { type, payload } = payloadOf(fact);
  const DT = timeText(START_MS + at * 1_000);
  const nodeType = fact.kind === "aiJob" || fact.kind === "claim" ? "ai" : "transcode";
  return form === "api"
    ? JSON.stringify({
        ID: id,
        Payload: JSON.stringify({ event_type: type, payload: { ...payload, region, nodeType } }),
        Version: 1,
        DT,
      })
    : JSON.stringify({
        ID: uuid(makeKey(4), id),
        EventType: type,
        Version: 1,
        Payload: payload,
        NodeType: nodeType,
        Region: region,
        DT,
      });
}

function payloadOf(fact: Fact): { type: string; payload: Record<string, unknown> } {
  const ai = { pipeline: "llm", modelID: "m" };
  switch (fact.kind) {
    case "job":
      return {
        type: "job-processed",
        payload: {
          ethAddress: WHO[fact.who],
          ...paid(fact.fee),
          responseTime: 500,
          realTimeRatio: 4,
          duration: fact.seconds * 1_000,
        },
      };
    case "aiJob": {
      const owner = fact.who === null ? {} : { ethAddress: WHO[fact.who] };
      const requestID = fact.request;
      const payload = { ...ai, ...owner, requestID, ...paid(fact.fee), responseTime: 1 };
      return { type: "job-processed", payload };
    }
    case "claim":
      return {
        type: "job-received",
        payload: { ...ai, ethAddress: WHO[fact.who], requestID: fact.request },
      };
    case "won":
      return { type: "winning-ticket", payload: ticketOf(fact.ticket) };
    case "redeemed":
      return {
        type: "ticket-redeemed",
        payload: { ...ticketOf(fact.ticket), pricePerPixel: null, txHash: hashOf(fact) },
      };
    case "reset":
      return { type: "orchestrator-reset", payload: {} };
  }
}

const paid = (fees: number) => ({ computeUnits: fees, pricePerComputeUnit: 1, fees });

/** Each transaction redeems one ticket. */
function hashOf({ ticket, hash }: { ticket: number; hash: number }): string {
  return `0x${hash === 0 ? "0".repeat(64) : `${ticket}${hash}`.repeat(32)}`;
}

function ticketOf(number: number) {
  return {
    recipient: WHO[0],
    sender: WHO[1],
    faceValue: Number(faceWei(number)),
    winProb: Number(WIN_PROB),
    creationRound: 4000 + number,
  };
}

/** The event as a caller makes it itself. */
export function eventOf({ id, at, region, fact }: Happening): PoolEvent {
  const base = {
    identity: { form: "caller", id: `c${id}` },
    atMs: START_MS + at * 1_000,
    region,
    nodeType: "any",
  } as const;
  const address = (index: number) => WHO[index] ?? "";
  const work = {
    pipeline: "",
    modelId: "",
    pricePerComputeUnitWei: 1n,
    responseTimeNs: 1n,
    realTimeRatio: null,
    renditions: null,
    round: null,
  };
  const money = (fees: number) => ({ computeUnits: BigInt(fees), feesWei: BigInt(fees) });
  const printed = (number: number) => ({
    recipient: address(0),
    sender: address(1),
    faceValueWei: faceWei(number),
    winProb: WIN_PROB,
    creationRound: BigInt(4000 + number),
  });
  switch (fact.kind) {
    case "job":
      return {
        ...base,
        ...work,
        ...money(fact.fee),
        type: "job-processed",
        job: "transcode",
        address: address(fact.who),
        requestId: null,
        durationMs: BigInt(fact.seconds) * 1_000n,
      };
    case "aiJob":
      return {
        ...base,
        ...work,
        ...money(fact.fee),
        type: "job-processed",
        job: "ai",
        address: fact.who === null ? null : address(fact.who),
        requestId: fact.request,
        durationMs: 0n,
      };
    case "claim": {
      const { request: requestId } = fact;
      const job = { requestId, pipeline: "", modelId: "" };
      return { ...base, ...job, type: "job-received", address: address(fact.who) };
    }
    case "won":
      return { ...base, ...printed(fact.ticket), type: "winning-ticket" };
    case "redeemed":
      return {
        ...base,
        ...printed(fact.ticket),
        type: "ticket-redeemed",
        pricePerPixel: null,
        txHash: fact.hash === 0 ? null : hashOf(fact),
        gasFeesWei: 3n,
      };
    case "reset":
      return { ...base, type: "reset", node: "orchestrator" };
  }
}

/** What is known: the distinct events in order of arrival. */
export class Known {
  readonly happenings: Happening[];
  readonly #byIdentity: Map<string, string>;

  constructor(other?: Known) {
    this.happenings = [...(other?.happenings ?? [])];
    this.#byIdentity = new Map(other === undefined ? [] : other.#byIdentity);
  }

  /**
   * Nodes' own ids start again, so that one with other content is another event; but it is the
   * same one when its source is only told another region.
   */
  add(one: Happening): "recorded" | "repeated" | "refused" | "held" {
    const { form, source, id, at, region, fact } = one;
    const content = JSON.stringify({ at, region, fact });
    const identity =
      form === "uuid"
        ? `uuid ${id}`
        : form === "caller"
          ? `caller ${source} ${id}`
          : `api ${source} ${id} ${JSON.stringify({ at, fact })}`;
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) return known === content || form === "api" ? "repeated" : "refused";
    // The same from another source is probably the same node, but for starts, which say nothing.
    const hasTwin = this.happenings.some(
      (other) =>
        form === "api" &&
        other.form === "api" &&
        other.source !== source &&
        other.id === id &&
        JSON.stringify([other.at, other.fact]) === JSON.stringify([at, fact]),
    );
    if (hasTwin && fact.kind !== "reset") return "held";
    this.#byIdentity.set(identity, content);
    this.happenings.push(one);
    return "recorded";
  }

  of<K extends Fact["kind"]>(kind: K) {
    return this.happenings.flatMap(({ fact, ...rest }) =>
      isOf(fact, kind) ? [{ ...rest, ...fact }] : [],
    );
  }

  /** Whose an AI job is: the last claim before it was paid, else the first one after. */
  ownerOf(job: {
    readonly request: string;
    readonly at: number;
    readonly region: string;
    readonly who: number | null;
  }) {
    if (job.who !== null) return job.who;
    const claims = this.of("claim").filter(
      ({ request, region }) => request === job.request && region === job.region,
    );
    // Equal times: by address, the higher one counts as later; WHO is in order.
    claims.sort((one, other) => one.at - other.at || one.who - other.who);
    const before = claims.findLast(({ at }) => at <= job.at);
    return (before ?? claims[0])?.who ?? null;
  }

  /** Every ticket once: told as won, redeemed, or both. */
  ticketsWei(): bigint {
    return [0, 1].reduce((sum, number) => sum + this.ticketsOf(number) * faceWei(number), 0n);
  }

  redeemedOf(number: number): { readonly hash: number; readonly gasWei: bigint }[] {
    const all = this.of("redeemed")
      .filter(({ ticket }) => ticket === number)
      .map(({ hash, form }) => ({ hash, gasWei: form === "caller" ? 3n : 0n }));
    // A hash is one transaction: whoever tells its gas is right, whether first or later.
    const best = new Map(
      all.toSorted((a, b) => Number(a.gasWei - b.gasWei)).map((one) => [one.hash, one]),
    );
    best.delete(0);
    return [...all.filter(({ hash }) => hash === 0), ...best.values()];
  }

  ticketsOf(number: number): bigint {
    const won = this.of("won").filter(({ ticket }) => ticket === number).length;
    const redeemed = this.redeemedOf(number).filter(({ hash }) => hash !== 0).length;
    return BigInt(Math.max(won, redeemed));
  }
}

function isOf<K extends Fact["kind"]>(fact: Fact, kind: K): fact is Extract<Fact, { kind: K }> {
  return fact.kind === kind;
}

/** Balances by name, those of 0 left out. */
export class Sums {
  readonly #wei = new Map<string, bigint>();

  move(from: string, to: string, wei: bigint | number): void {
    this.#wei.set(from, this.of(from) - BigInt(wei));
    this.#wei.set(to, this.of(to) + BigInt(wei));
  }

  of(account: string): bigint {
    return this.#wei.get(account) ?? 0n;
  }

  shown(): Record<string, bigint> {
    return Object.fromEntries([...this.#wei].filter(([, wei]) => wei !== 0n));
  }
}

/** Tickets and gas, as they are under every scheme. */
export function moveTickets(known: Known, sums: Sums): void {
  for (const number of [0, 1]) {
    const face = faceWei(number);
    sums.move("world", "ticketsReceivable", known.ticketsOf(number) * face);
    for (const { hash, gasWei } of known.redeemedOf(number)) {
      if (hash !== 0) sums.move("ticketsReceivable", "wallet", face);
      sums.move("wallet", "gas", gasWei);
    }
  }
}
