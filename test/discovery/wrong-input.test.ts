/** Values of the right type that cannot be meant: each is refused by name, before anything is asked. */
import { describe, expect, it } from "vitest";
import * as discovery from "../../src/discovery/index.js";

const { HardcodedSource, OnChainSource, Rational, SqliteDatabase } = discovery;
const { Discovery, NodeDbSource, OrchestratorClient, SignerSource, WebhookSource } = discovery;

const NONE: readonly number[] = [Number.NaN, -1];
const NOT_WHOLE = [...NONE, 1.5];
const ENDLESS = [...NONE, Number.POSITIVE_INFINITY, 1e18];
const source = () => new HardcodedSource({ orchAddr: "127.0.0.1:1" });
const url = "http://127.0.0.1:1";
const chain = { ethUrl: url, network: "arbitrum-one-mainnet" };
const endpoints = [{ uri: "https://127.0.0.1:1", scheme: "https", host: "127.0.0.1:1" }];
const details = {
  client: new OrchestratorClient(),
  identity: discovery.OFFCHAIN_IDENTITY,
  signal: new AbortController().signal,
};

/** As they come out of JSON, the environment or a mix-up; each was taken once, and found nobody or failed later. */
const OF_ANOTHER_TYPE: Readonly<Record<string, readonly unknown[]>> = {
  discoveryTimeoutMs: ["500", Number.NaN],
  pool: ["trusty", 1],
  job: ["h264", null],
  orchMinLivepeerVersion: [1],
  orchBlocklist: [[["0x1"]]],
  ticketLimits: ["x"],
  maxPrice: [5, {}],
  identity: ["0x1", null],
  ignoreCapacityCheck: ["yes"],
  client: [null, 5],
  random: [4],
  clock: [null, {}],
  suspensions: [[[]], {}],
  signal: ["x", new AbortController()],
  onProgress: ["x"],
};

const CASES: readonly (readonly [
  name: string,
  values: readonly unknown[],
  make: (given: never) => unknown,
])[] = [
  [
    "wanted",
    [Number.NaN, 1.5],
    (given: object) => discovery.discover({ source: source(), ...given }),
  ],
  [
    "extraNodes",
    [Number.NaN, 1.5],
    (given: object) => discovery.discover({ source: source(), ...given }),
  ],
  ["cutoffMs", [1e18], (given: object) => discovery.discover({ source: source(), ...given })],
  ...Object.entries(OF_ANOTHER_TYPE).map(
    ([name, values]) =>
      [
        name,
        values,
        (given: object) => discovery.discover({ source: source(), ...given }),
      ] as const,
  ),
  ...["onPoll", "onPollFailed"].map(
    (name) =>
      [name, ["x"], (given: object) => new Discovery({ source: source(), ...given })] as const,
  ),
  ["patienceMs", ENDLESS, (given: object) => discovery.explain({ source: source(), ...given })],
  ...["pollIntervalMs", "collectMs"].map(
    (name) =>
      [name, ENDLESS, (given: object) => new Discovery({ source: source(), ...given })] as const,
  ),
  [
    "maxPrices",
    [...NOT_WHOLE, 1e18],
    (given: object) => new Discovery({ source: source(), ...given }),
  ],
  ...["connectLimitMs", "requestLimitMs", "idleLimitMs"].map(
    (name) => [name, ENDLESS, (given: object) => new OrchestratorClient(given)] as const,
  ),
  ...["maxMessageBytes", "maxEntries", "maxTextLength"].map(
    (name) => [name, NOT_WHOLE, (given: object) => new OrchestratorClient(given)] as const,
  ),
  ["maxChannels", [...NOT_WHOLE, 1e18], (given: object) => new OrchestratorClient(given)],
  ["mode", ["warm"], (given: object) => new OrchestratorClient(given)],
  ["maxServers", NOT_WHOLE, (given: object) => new discovery.CertificatePins(given)],
  [
    "limitMs",
    ENDLESS,
    (given: object) => discovery.askDetails(endpoints, { ...details, ...given }),
  ],
  ...[WebhookSource, SignerSource].flatMap((Source) => [
    ["timeoutMs", ENDLESS, (given: object) => new Source({ url, ...given })] as const,
    ["refreshMs", NONE, (given: object) => new Source({ url, ...given })] as const,
    ["maxBytes", NOT_WHOLE, (given: object) => new Source({ url, ...given })] as const,
    ["maxEntries", NOT_WHOLE, (given: object) => new Source({ url, ...given })] as const,
  ]),
  ["maxBytes", NOT_WHOLE, (given: object) => new NodeDbSource({ path: "a", ...given })],
  ["path", [""], (given: { path: string }) => new NodeDbSource(given)],
  ["pollingIntervalMs", ENDLESS, (given: object) => new OnChainSource({ ...chain, ...given })],
  ...["maxMembers", "reorgDepth", "maxCatchUpBlocks"].map(
    (name) =>
      [name, NOT_WHOLE, (given: object) => new OnChainSource({ ...chain, ...given })] as const,
  ),
  ...["batchSize", "concurrency", "attempts", "maxBytes", "maxLogRange", "logConcurrency"].map(
    (name) =>
      [name, [...NOT_WHOLE, 0], (rpc: object) => new OnChainSource({ ...chain, rpc })] as const,
  ),
  ...["timeoutMs", "backoffMs"].map(
    (name) => [name, ENDLESS, (rpc: object) => new OnChainSource({ ...chain, rpc })] as const,
  ),
  ["path", [""], (given: { path: string }) => new SqliteDatabase(given)],
  ["busyTimeoutMs", ENDLESS, (given: object) => new SqliteDatabase({ path: ":memory:", ...given })],
  [
    "digits",
    [...NOT_WHOLE, 1e18],
    ({ digits }: { digits: number }) => Rational.of(1n, 3n).toFixed(digits),
  ],
];

describe.each(CASES)("%s", (name, values, make) => {
  it.each(values)("of %s is refused", async (value) => {
    await expect(async () => make({ [name]: value } as never)).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringContaining(`${name}: found`),
    });
  });
});

describe("concurrency", () => {
  it.each([...NOT_WHOLE, 0])("of %s is refused", async (concurrency) => {
    const refused = { code: "CONCURRENCY" };
    await expect(discovery.discover({ source: source(), concurrency })).rejects.toMatchObject(
      refused,
    );
    const asked = discovery.askDetails(endpoints, { ...details, concurrency });
    await expect(asked).rejects.toMatchObject(refused);
  });
});

describe("callers without types", () => {
  const without = (call: (nothing: never) => unknown) => async () => call({} as never);

  it.each([
    ["discover", without((options) => discovery.discover(options)), "source"],
    ["explain", without((options) => discovery.explain(options)), "source"],
    ["Discovery", without((options) => new Discovery(options)), "source"],
    ["HardcodedSource", without((options) => new HardcodedSource(options)), "orchAddr"],
    ["NodeDbSource", without((options) => new NodeDbSource(options)), "path"],
    ["SqliteDatabase", without((options) => new SqliteDatabase(options)), "path"],
    ["a job", without((job) => discovery.discover({ source: source(), job })), "job.bitstring"],
    [
      "an identity",
      without((identity) => discovery.discover({ source: source(), identity })),
      "identity.address",
    ],
  ])("%s names what is missing", async (_, call, name) => {
    await expect(call).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringContaining(`${name}: found undefined`),
    });
  });

  it("a signer's URL that is no text is not made one", () => {
    for (const none of [undefined, null, 5, {}]) {
      expect(() => new SignerSource({ url: none as never })).toThrow(
        expect.objectContaining({ code: "SIGNER_URL" }),
      );
    }
  });
});
