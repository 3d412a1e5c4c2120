/** A node's front door that delays, limits and fails as it is told. */
import { createServer, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { POOL_WALK_CODE } from "../../../src/discovery/sources/chain/pool-walk-code.js";

/** One JSON-RPC request. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly id: unknown;
}

export interface RpcProxy {
  readonly url: string;
  /** HTTP requests so far, each with its calls. */
  readonly requests: readonly (readonly RpcCall[])[];
  /** Most HTTP requests that were under way at once. */
  mostAtOnce: number;
  /** What every request takes. */
  latencyMs: number;
  /** Requests that had to wait for others, one after the other: with any latency, so many of it. */
  roundTrips: number;
  /** Answers in the node's place when it returns true. */
  intercept: (calls: readonly RpcCall[], response: ServerResponse) => boolean;
}

/** Starts one; it ends with the test. */
export async function startRpcProxy(target: string): Promise<RpcProxy> {
  const requests: (readonly RpcCall[])[] = [];
  let atOnce = 0;
  const proxy: RpcProxy = {
    url: "",
    requests,
    mostAtOnce: 0,
    latencyMs: 0,
    roundTrips: 0,
    intercept: () => false,
  };
  const server = createServer(async (request, response) => {
    proxy.mostAtOnce = Math.max(proxy.mostAtOnce, ++atOnce);
    response.once("close", () => atOnce--);
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const calls: RpcCall[] = [JSON.parse(body)].flat();
    requests.push(calls);
    // Asked after all that was answered so far, and at the same time as all else.
    const roundTrip = proxy.roundTrips + 1;
    response.once("finish", () => {
      proxy.roundTrips = Math.max(proxy.roundTrips, roundTrip);
    });
    await sleep(proxy.latencyMs);
    if (proxy.intercept(calls, response)) return;
    const headers = { "content-type": "application/json" };
    const answer = await fetch(target, { method: "POST", headers, body });
    response.writeHead(answer.status, headers);
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return Object.assign(proxy, { url: `http://127.0.0.1:${port}` });
}

/** Answers every call with an error of the node's. */
export function answerError(
  calls: readonly RpcCall[],
  response: ServerResponse,
  error: { readonly code: number; readonly message: string },
): true {
  const answers = calls.map(({ id }) => ({ jsonrpc: "2.0", id, error }));
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(answers.length === 1 ? answers[0] : answers));
  return true;
}

function entry(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** Whether a call names a contract. */
export function hasTarget(call: unknown): boolean {
  return entry(call, "to") !== undefined;
}

/** Whether a call walks the pool by code that is not deployed. */
export function isDeployless(call: unknown): boolean {
  return String(entry(call, "data")).startsWith(POOL_WALK_CODE.slice(0, 20));
}

/** Whether a call is of a function. */
export function hasSelector(call: unknown, selector: string): boolean {
  return String(entry(call, "data")).startsWith(selector);
}

/** How many blocks a filter of logs spans. */
export function blocksOf(filter: unknown): number {
  return Number(entry(filter, "toBlock")) - Number(entry(filter, "fromBlock")) + 1;
}
