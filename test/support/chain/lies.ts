/** What a node's front door says in the node's place. */
import type { ServerResponse } from "node:http";
import type { RpcCall } from "./rpc-proxy.js";

/** Answers with a result. */
export function answerResult(call: RpcCall, response: ServerResponse, result: unknown): true {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result }));
  return true;
}

/** The recipient of a transfer whose gas is asked for; null for other questions. */
export function estimatedRecipient({ method, params }: RpcCall): string | null {
  const [transfer] = params;
  if (method !== "eth_estimateGas" || typeof transfer !== "object" || transfer === null)
    return null;
  return "to" in transfer ? String(transfer.to) : null;
}
