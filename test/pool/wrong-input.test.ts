/**
 * Values of the right type that cannot be meant, at the faces of books, payouts and API: refused by
 * name, before anything is written, paid or served.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import * as api from "../../src/pool/api/index.js";
import * as books from "../../src/pool/books/index.js";
import { AdmitEveryone, ReconnectBackoff } from "../../src/pool/index.js";
import * as payouts from "../../src/pool/payouts/index.js";

const NONE: readonly number[] = [Number.NaN, -1];
const ENDLESS = [...NONE, Number.POSITIVE_INFINITY, 1e18];
const NOT_WHOLE = [...NONE, 1.5];
const A = "0x00000000000000000000000000000000000000a1";
const B = "0x00000000000000000000000000000000000000a2";
const AT = Date.UTC(2026, 2, 1);
const authored = { reason: "because", author: "me", nowMs: AT };
const url = "http://127.0.0.1:1";
const folder = mkdtempSync(join(tmpdir(), "poolsim-wrong-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

function store(scheme: "per-job" | "by-weights" = "per-job"): books.SqlitePoolStore {
  const made = new books.SqlitePoolStore({ path: ":memory:" });
  const rate = Rational.of(1n, 10n);
  books.addRates(made, [{ rate, fromMs: 0, nodeType: null, region: null }]);
  books.setScheme(made, scheme);
  return made;
}

const balance = { address: A, nodeType: "transcode", region: "r", pendingWei: 5n, paidWei: 0n };
const adjustment = { id: "i", address: A, nodeType: "transcode", region: "r", wei: 5n };
const signer = { address: A, sign: () => Promise.reject(new Error("not signed")) };
const key = { id: "k", source: "s", secret: new Uint8Array(32), notBeforeMs: 0, notAfterMs: AT };
const lock = { folder, chainId: 1n, wallet: A, holder: "h", waitMs: 0 };

function poolApi(given: object) {
  const made = store();
  return api.createPoolApi({
    books: made,
    recorder: api.recorderOf(made),
    settings: () => ({}) as never,
    keys: new api.KeyRing([key]),
    admission: new AdmitEveryone(),
    version: "1",
    ...given,
  });
}

type Given = Readonly<Record<string, never>>;
type Case = readonly [name: string, values: readonly unknown[], make: (given: Given) => unknown];

const rates = (given: Given) => [
  { rate: Rational.of(1n, 2n), fromMs: AT, nodeType: null, region: null, ...given },
];
const follow = {
  now: () => AT,
  signal: AbortSignal.abort(),
  origin: "o",
  source: "s",
  name: "n",
};

const BOOKS: readonly Case[] = [
  ["path", [""], (given) => new books.SqlitePoolStore({ path: ":memory:", ...given })],
  ["nowMs", ENDLESS, (given) => books.recordAct(store(), "k", "s", { ...authored, ...given })],
  [
    "nowMs",
    ENDLESS,
    (given) => books.adjust(store(), { ...adjustment, ...authored, ...given } as never),
  ],
  ["nowMs", ENDLESS, (given) => books.holdAddress(store(), { address: A, ...authored, ...given })],
  [
    "untilMs",
    [Number.NaN, Number.POSITIVE_INFINITY],
    (given) => books.holdAddress(store(), { address: A, ...authored, ...given }),
  ],
  ["address", [""], (given) => books.holdAddress(store(), { address: A, ...authored, ...given })],
  [
    "nowMs",
    ENDLESS,
    (given) => books.mergeAddresses(store(), { from: A, to: B, ...authored, ...given }),
  ],
  ["to", [""], (given) => books.mergeAddresses(store(), { from: A, to: B, ...authored, ...given })],
  [
    "nowMs",
    ENDLESS,
    (given) => books.openBalances(store(), [balance], { origin: "o", nowMs: AT, ...given }),
  ],
  [
    "atMs",
    ENDLESS,
    (given) => books.openBalances(store(), [balance], { origin: "o", nowMs: AT, ...given }),
  ],
  [
    "origin",
    [""],
    (given) => books.openBalances(store(), [balance], { origin: "o", nowMs: AT, ...given }),
  ],
  [
    "round",
    NOT_WHOLE,
    (given) => books.closeRound(store("by-weights"), { round: 1, nowMs: AT, ...given }),
  ],
  [
    "nowMs",
    ENDLESS,
    (given) => books.closeRound(store("by-weights"), { round: 1, nowMs: AT, ...given }),
  ],
  ["sinceMs", ENDLESS, ({ sinceMs }) => books.setSince(store(), "s", sinceMs as never)],
  ["source", [""], ({ source }) => books.setSince(store(), source as never, AT)],
  [
    "roundMs",
    [...NONE, 0, Number.POSITIVE_INFINITY],
    (given) => books.compareSchemes(store(), given),
  ],
  ["windowRounds", [...NOT_WHOLE, 0], (given) => books.compareSchemes(store(), given)],
  ["windowRounds", [...NOT_WHOLE, 0], (given) => books.changeSettings(store(), given)],
  ["claimWindowMs", ENDLESS, (given) => books.changeSettings(store(), given)],
  ["depthMax", NONE, (given) => new books.JsonSplitter(given)],
  [
    "batchSize",
    [...NOT_WHOLE, 0],
    (given) =>
      books.importFiles([folder], store(), new books.EventIngest(store()), { ...follow, ...given }),
  ],
  ...["intervalMs", "maxPauseMs"].flatMap((name): Case[] => [
    [name, ENDLESS, (given) => books.followSources([], store(), { ...follow, ...given })],
    [
      name,
      ENDLESS,
      (given) =>
        books.followOrchestrator(store(), new books.EventIngest(store()), {
          url,
          ...follow,
          ...given,
        } as never),
    ],
  ]),
  ...["timeoutMs", "overlapMs"].map(
    (name): Case => [
      name,
      ENDLESS,
      (given) =>
        books.pollOrchestrator(store(), new books.EventIngest(store()), {
          url,
          ...follow,
          ...given,
        } as never),
    ],
  ),
  ...["initialMs", "factor", "maxMs", "jitter"].map(
    (name): Case => [name, NONE, (given) => new ReconnectBackoff(given)],
  ),
];

const PAYOUTS: readonly Case[] = [
  ["attempts", [...NOT_WHOLE, 0], (given) => payouts.openPayoutChain({ url, ...given })],
  ...["timeoutMs", "backoffMs"].map(
    (name): Case => [name, ENDLESS, (given) => payouts.openPayoutChain({ url, ...given })],
  ),
  ["waitMs", NONE, (given) => payouts.lockWallet({ ...lock, ...given })],
  ["wallet", ["", "x", "../../x"], (given) => payouts.lockWallet({ ...lock, ...given })],
  ["wallet", ["", "x", "../../x"], (given) => payouts.openSignedMemory({ ...lock, ...given })],
  [
    "nowMs",
    ENDLESS,
    ({ nowMs }) =>
      new payouts.PayoutRunner({
        store: store(),
        chain: payouts.openPayoutChain({ url }),
        signer: signer as never,
        settings: payouts.payoutSettings(),
      }).pass(nowMs as never),
  ],
];

const API: readonly Case[] = [
  ...["timeoutMs", "backoffMs", "totalMs"].map(
    (name): Case => [name, ENDLESS, (given) => new api.PoolApiClient({ url, key, ...given })],
  ),
  ["attemptsMax", [...NOT_WHOLE, 0], (given) => new api.PoolApiClient({ url, key, ...given })],
  ...["replayWindowMs", "writeWaitMs", "cacheMs"].map((name): Case => [name, ENDLESS, poolApi]),
  ["noncesMax", [...NOT_WHOLE, 0], poolApi],
  ["perSecond", NONE, (given) => poolApi({ readLimit: { perSecond: 1, burst: 1, ...given } })],
  ["burst", NONE, (given) => poolApi({ writeLimit: { perSecond: 1, burst: 1, ...given } })],
  [
    "port",
    [...NOT_WHOLE, 70_000],
    (given) =>
      api.servePoolApi({ api: poolApi({}), host: "127.0.0.1", port: 0, tls: null, ...given }),
  ],
  ...["headersMs", "requestMs", "silenceMs", "stopMs"].map(
    (name): Case => [
      name,
      ENDLESS,
      (limits) =>
        api.servePoolApi({ api: poolApi({}), host: "127.0.0.1", port: 0, tls: null, limits }),
    ],
  ),
  ...["connections", "connectionsPerClient"].map(
    (name): Case => [
      name,
      NOT_WHOLE,
      (limits) =>
        api.servePoolApi({ api: poolApi({}), host: "127.0.0.1", port: 0, tls: null, limits }),
    ],
  ),
];

describe.each([...BOOKS, ...PAYOUTS, ...API])("%s", (name, values, make) => {
  it.each(values)("of %s is refused", async (value) => {
    await expect(async () => make({ [name]: value } as never)).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringContaining(`${name}: found`),
    });
  });
});

describe("a commission", () => {
  it("begins at an instant: what is none would count from the beginning", () => {
    for (const fromMs of ENDLESS) {
      expect(() => books.addRates(store(), rates({ fromMs: fromMs as never }))).toThrow(
        expect.objectContaining({ code: "COMMISSION" }),
      );
    }
  });

  it("asked about by a comparison is a share", () => {
    for (const commission of [Rational.of(-1n), Rational.of(2n)]) {
      expect(() => books.compareSchemes(store(), { commission })).toThrow(
        expect.objectContaining({ code: "COMMISSION" }),
      );
    }
  });
});

describe("an event's number that is none", () => {
  it.each([Number.NaN, 1.5, Number.POSITIVE_INFINITY])("%s is no event", (event) => {
    const missing = expect.objectContaining({ code: "DECISION" });
    const decision = { event, ...authored };
    expect(() => books.voidEvent(store(), decision)).toThrow(missing);
    expect(() => books.voidJob(store(), decision)).toThrow(missing);
    expect(() => books.releaseJob(store(), decision)).toThrow(missing);
    expect(() => books.assignJob(store(), { ...decision, address: A })).toThrow(missing);
    expect(() => books.writeOffTicket(store(), decision)).toThrow(missing);
    expect(() => books.dismissPiece(store(), { piece: event, ...authored })).toThrow(
      expect.objectContaining({ code: "ACT" }),
    );
  });
});

describe("a wallet's lock", () => {
  it("is one, however the address is written", async () => {
    const wallet = "0x00000000000000000000000000000000000000Ab";
    const held = await payouts.lockWallet({ ...lock, wallet });
    const other = payouts.lockWallet({ ...lock, wallet: wallet.toLowerCase() });
    await expect(other).rejects.toMatchObject({ code: "PAYOUT_LOCKED" });
    held.release();
  });

  it("knows what was signed, however the address is written", () => {
    const wallet = "0x00000000000000000000000000000000000000Ac";
    const txHash = `0x${"ab".repeat(32)}`;
    payouts.openSignedMemory({ ...lock, wallet }).note({ nonce: 7, txHash });
    const again = payouts.openSignedMemory({ ...lock, wallet: wallet.toLowerCase() });
    expect(again.last()).toEqual({ nonce: 7, txHash });
  });
});

describe("settings of payouts", () => {
  it("refuse a way of approving that there is not", () => {
    expect(() => payouts.payoutSettings({ approve: "Manual" as never })).toThrow(
      expect.objectContaining({ code: "PAYOUT_SETTINGS" }),
    );
  });

  it("take undefined for what is not given", () => {
    const given = Object.fromEntries(
      Object.keys(payouts.payoutSettings()).map((name) => [name, undefined]),
    );
    expect(payouts.payoutSettings(given as never)).toEqual(payouts.payoutSettings());
  });

  it("and a node's URL are looked at before anything is paid", () => {
    for (const wrong of ["", "x", "ftp://x"]) {
      expect(() => payouts.openPayoutChain({ url: wrong })).toThrow(
        expect.objectContaining({ code: "ETH_URL" }),
      );
    }
  });
});

describe("a ring of keys", () => {
  it("refuses what a file of keys may not have", () => {
    const refused = expect.objectContaining({ code: "API_KEYS" });
    const short = { ...key, secret: new Uint8Array(2) };
    for (const keys of [[key, key], [short], [{ ...key, notBeforeMs: Number.NaN }]]) {
      expect(() => new api.KeyRing(keys)).toThrow(refused);
    }
  });
});

describe("what a client sends", () => {
  it("has a time", async () => {
    const client = new api.PoolApiClient({ url, key, attemptsMax: 1 });
    const job = {
      transcoder: A,
      pixels: "1",
      duration: 1,
      profiles: 1,
      faceValue: "1",
      roundJob: 1,
    };
    for (const atMs of ENDLESS) {
      await expect(client.recordTranscoderJob(job, { id: "x", atMs })).rejects.toMatchObject({
        code: "OPTION_INVALID",
      });
    }
    await client.close();
  });
});
