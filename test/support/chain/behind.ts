/** A node, or one of several behind an address, that answers as of an older block. */
import type { Anvil } from "./anvil.js";
import { answerResult } from "./lies.js";
import type { RpcCall, RpcProxy } from "./rpc-proxy.js";

/** Questions by the place of their block among their parameters. */
const BLOCK_AT: Readonly<Record<string, number>> = {
  eth_getBlockByNumber: 0,
  eth_getTransactionCount: 1,
  eth_getBalance: 1,
};
const BY_HASH: ReadonlySet<string> = new Set([
  "eth_getTransactionReceipt",
  "eth_getTransactionByHash",
]);

/**
 * Lets a proxy answer as a node that has got no further than a block, which is told for each question;
 * null: the truth.
 */
export function answerBehind(
  proxy: RpcProxy,
  { rpc }: Pick<Anvil, "rpc">,
  lastBlock: (call: RpcCall) => number | null,
): void {
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    const last = call === undefined ? null : lastBlock(call);
    if (call === undefined || last === null) return false;
    void asOf({ rpc }, call, last).then(
      (result) => answerResult(call, response, result),
      () => response.destroy(),
    );
    return true;
  };
}

/** What a node that has got no further than a block answers. */
export async function asOf(
  { rpc }: Pick<Anvil, "rpc">,
  { method, params }: RpcCall,
  last: number,
): Promise<unknown> {
  const hex = `0x${last.toString(16)}`;
  const isBeyond = (block: unknown): boolean =>
    typeof block === "string" && block.startsWith("0x") && Number(block) > last;
  if (method === "eth_blockNumber") return hex;
  const place = BLOCK_AT[method];
  if (place !== undefined) {
    const block = params[place];
    if (isBeyond(block)) return null;
    const asked = typeof block === "string" && block.startsWith("0x") ? block : hex;
    return await rpc(method, ...params.slice(0, place), asked, ...params.slice(place + 1));
  }
  if (method === "eth_getLogs") {
    const filter: object = Object(params[0]);
    if (isBeyond(Reflect.get(filter, "fromBlock"))) return [];
    const isCut = isBeyond(Reflect.get(filter, "toBlock"));
    return await rpc(method, isCut ? { ...filter, toBlock: hex } : filter);
  }
  const result = await rpc(method, ...params);
  const isLater = BY_HASH.has(method) && isBeyond(Reflect.get(Object(result), "blockNumber"));
  return isLater ? null : result;
}
