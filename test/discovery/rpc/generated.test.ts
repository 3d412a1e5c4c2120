import { execFileSync } from "node:child_process";
import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  Orchestrator,
  OrchestratorInfoSchema,
} from "../../../src/discovery/rpc/generated/lp_rpc_pb.js";

describe("generated messages", () => {
  it("are those of the .proto file", () => {
    execFileSync(process.execPath, ["scripts/proto.mjs", "--check"], { stdio: "pipe" });
  });

  it("have the network's names and numbers (G-1)", () => {
    expect(Orchestrator.typeName).toBe("net.Orchestrator");
    expect(OrchestratorInfoSchema.fields.map(({ name, number }) => `${name} ${number}`)).toEqual([
      "transcoder 1",
      "ticket_params 2",
      "price_info 3",
      "address 4",
      "capabilities 5",
      "auth_token 6",
      "hardware 7",
      "storage 32",
      "capabilities_prices 33",
      "nodes 34",
    ]);
    const message = create(OrchestratorInfoSchema, {
      transcoder: "a",
      capabilities: { capacities: { 3: 2 }, bitstring: [1n, 2n] },
      nodes: ["b"],
    });
    // Field numbers and wire types by hand: 1 text, 5 message with packed words and a map, 34 text.
    expect(Buffer.from(toBinary(OrchestratorInfoSchema, message)).toString("hex")).toBe(
      "0a0161" + "2a0a" + "0a020102" + "1a0408031002" + "92020162",
    );
  });
});
