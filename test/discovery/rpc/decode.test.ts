import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { ineligibility, onChainRejection } from "../../../src/discovery/eligibility.js";
import { jobCapabilities } from "../../../src/discovery/job-capabilities.js";
import type { OrchestratorInfo } from "../../../src/discovery/orchestrator-info.js";
import { type AnswerLimits, decodeAnswer } from "../../../src/discovery/rpc/decode.js";
import { OrchestratorInfoSchema } from "../../../src/discovery/rpc/generated/lp_rpc_pb.js";
import { goodInfo } from "../../support/servers/orchestrator-server.js";

type Init = MessageInitShape<typeof OrchestratorInfoSchema>;
const bytes = (length: number, value = 1): Uint8Array => new Uint8Array(length).fill(value);
const decode = (init: Init, limits?: AnswerLimits) =>
  decodeAnswer(create(OrchestratorInfoSchema, init), limits);

describe("an answer from the wire", () => {
  it("has hex for bytes, whole numbers for amounts, and null for what was not sent (G-2)", () => {
    expect(decode({})).toEqual({
      transcoder: "",
      ticketParams: null,
      priceInfo: null,
      address: "0x",
      capabilities: null,
      authToken: null,
      nodes: [],
      capabilitiesPrices: [],
      hardware: [],
    });
    const { ticketParams, authToken, priceInfo } = decode({
      ticketParams: { faceValue: Uint8Array.of(1, 0), winProb: bytes(32, 0xff) },
      authToken: { token: Uint8Array.of(0xab), sessionId: "s", expiration: 12n },
      priceInfo: { pricePerUnit: -5n, pixelsPerUnit: 7n },
    });
    expect(ticketParams).toMatchObject({
      faceValue: 256n,
      winProb: 2n ** 256n - 1n,
      seed: 0n,
      expirationParams: null,
    });
    expect(authToken).toEqual({ token: "0xab", sessionId: "s", expiration: 12n });
    expect(priceInfo).toEqual({ pricePerUnit: -5n, pixelsPerUnit: 7n });
  });

  it("has capabilities with their capacities and models", () => {
    const { capabilities } = decode({
      capabilities: {
        bitstring: [2n ** 64n - 1n, 1n],
        mandatories: [4096n],
        capacities: { 0: 3, 27: 1 },
        version: "0.8.9",
        constraints: {
          minVersion: "0.1",
          PerCapability: {
            27: {
              models: { a: { warm: true, capacity: 2, runnerVersion: "1", capacityInUse: 1 } },
            },
          },
        },
      },
    });
    const model = { warm: true, capacity: 2, runnerVersion: "1", capacityInUse: 1 };
    expect(capabilities).toEqual({
      bitstring: [2n ** 64n - 1n, 1n],
      mandatories: [4096n],
      capacities: new Map([
        [0, 3],
        [27, 1],
      ]),
      version: "0.8.9",
      constraints: {
        minVersion: "0.1",
        perCapability: new Map([[27, new Map([["a", model]])]]),
      },
    });
  });

  it("keeps addresses of odd lengths as they are, and cuts or fills recipients and hashes", () => {
    const { address, ticketParams } = decode({
      address: bytes(3),
      ticketParams: {
        recipient: Uint8Array.of(9, ...bytes(20)),
        recipientRandHash: Uint8Array.of(5),
      },
    });
    expect(address).toBe("0x010101");
    expect(ticketParams?.recipient).toBe(`0x${"01".repeat(20)}`);
    expect(ticketParams?.recipientRandHash).toBe(`0x${"00".repeat(31)}05`);
    expect(decode({ ticketParams: {} }).ticketParams?.recipient).toBe(`0x${"00".repeat(20)}`);
  });

  it("has the first advertised nodes, however many there are (D-16)", () => {
    const nodes = ["a", "b", "c"];
    expect(decode({ nodes }, { maxEntries: 2 }).nodes).toEqual(["a", "b"]);
  });
});

describe("bounds", () => {
  it.each<[string, Init]>([
    ["transcoder", { transcoder: "x".repeat(4_097) }],
    ["address", { address: bytes(65) }],
    ["face_value", { ticketParams: { faceValue: bytes(33) } }],
    ["win_prob", { ticketParams: { winProb: bytes(33) } }],
    ["seed", { ticketParams: { seed: bytes(33) } }],
    ["expiration_block", { ticketParams: { expirationBlock: bytes(33) } }],
    ["recipient", { ticketParams: { recipient: bytes(65) } }],
    ["token", { authToken: { token: bytes(4_097) } }],
    ["bitstring", { capabilities: { bitstring: Array(1_025).fill(1n) } }],
    ["mandatories", { capabilities: { mandatories: Array(1_025).fill(1n) } }],
    ["version", { capabilities: { version: "9".repeat(4_097) } }],
    ["nodes", { nodes: ["x".repeat(4_097)] }],
    ["hardware", { hardware: Array(1_025).fill({ pipeline: "p" }) }],
    [
      "capacities",
      {
        capabilities: {
          capacities: Object.fromEntries(Array.from(Array(1_025).keys(), (key) => [key, 1])),
        },
      },
    ],
  ])("%s that is too long fails the answer", (field, init) => {
    expect(() => decode(init)).toThrow(
      expect.objectContaining({
        code: "ANSWER_TOO_LARGE",
        message: expect.stringContaining(field),
      }),
    );
  });

  it("whatever bytes arrive, they are an answer that can be judged, or an error", () => {
    const good = toBinary(OrchestratorInfoSchema, goodInfo("https://127.0.0.1:8935"));
    const edits = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 });
    const job = jobCapabilities({ profiles: [{}] });
    const rules = { blacklist: [""], job };
    let judged = 0;
    fc.assert(
      fc.property(edits, fc.nat(good.length), (changes, length) => {
        const noise = good.slice(0, changes.length === 0 ? length : undefined);
        for (const [at, value] of changes) noise[at] = value;
        const message = parsed(noise);
        if (message === null) return;
        try {
          const predicate = (info: OrchestratorInfo) => onChainRejection(info, limits);
          ineligibility(decodeAnswer(message), { ...rules, predicate });
          judged += 1;
        } catch (error) {
          expect(error).toMatchObject({ code: "ANSWER_TOO_LARGE" });
        }
      }),
      { numRuns: 2_000 },
    );
    expect(judged).toBeGreaterThan(100);
  });
});

const limits = {
  maxTicketEV: Rational.of(3_000_000_000_000n),
  maxTotalEV: Rational.of(20_000_000_000_000n),
  depositMultiplier: 1n,
  lastInitializedRound: 9n,
  lastSeenL1Block: 50n,
  sender: { deposit: 10n ** 18n, withdrawRound: 0n, reserveFundsRemaining: 1n },
};

function parsed(noise: Uint8Array) {
  try {
    return fromBinary(OrchestratorInfoSchema, noise);
  } catch {
    return null;
  }
}
