/**
 * What providers of nodes answer at their limits, in their own words and codes, as their public
 * documentation and their users' reports have them.
 */

/** An error as it travels. */
export interface ProviderError {
  /** Of the HTTP answer. */
  readonly status: number;
  /** JSON-RPC; null = the body is the words alone, as gateways answer. */
  readonly code: number | null;
  readonly message: string;
}

export type LimitKind = "range" | "rate" | "size" | "time";

export interface Provider {
  readonly name: string;
  /** Blocks in one question for events. */
  readonly blocks: number;
  readonly errors: Readonly<Record<LimitKind, ProviderError>>;
}

const rpc = (code: number, message: string, status = 200): ProviderError => {
  return { status, code, message };
};
const http = (status: number, message: string): ProviderError => ({ status, code: null, message });

export const PROVIDERS: readonly Provider[] = [
  {
    name: "Alchemy",
    blocks: 10,
    errors: {
      range: rpc(
        -32600,
        "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x0, 0x9].",
        400,
      ),
      rate: rpc(
        429,
        "Your app has exceeded its compute units per second capacity. If you have retries enabled, you can safely ignore this message.",
        429,
      ),
      size: rpc(
        -32602,
        "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or any block range with a cap of 10K logs in the response.",
      ),
      time: rpc(-32000, "Query timeout exceeded. Consider reducing your block range."),
    },
  },
  {
    name: "Infura",
    blocks: 25,
    errors: {
      range: rpc(
        -32005,
        "query returned more than 10000 results. Try with this block range [0x1, 0x2].",
      ),
      rate: rpc(-32005, "project ID request rate exceeded", 429),
      size: rpc(-32005, "query returned more than 10000 results"),
      time: rpc(-32005, "query timeout exceeded"),
    },
  },
  {
    name: "QuickNode",
    blocks: 5,
    errors: {
      range: rpc(-32614, "eth_getLogs is limited to a 10,000 range", 413),
      rate: rpc(
        -32007,
        "50/second request limit reached - reduce calls per second or upgrade your account at quicknode.com",
        429,
      ),
      size: http(413, "Request Entity Too Large"),
      time: http(504, "504 Gateway Time-out"),
    },
  },
  {
    name: "Ankr",
    blocks: 16,
    errors: {
      range: rpc(-32600, "block range is too wide"),
      rate: rpc(
        -32090,
        "Too many requests, reason: call rate limit exhausted, retry in 0.001s",
        429,
      ),
      size: rpc(-32600, "too many results, narrow your filter"),
      time: rpc(-32000, "context deadline exceeded"),
    },
  },
  {
    name: "BNB Smart Chain's public nodes",
    blocks: 8,
    errors: {
      range: rpc(-32005, "limit exceeded"),
      rate: rpc(-32005, "limit exceeded"),
      size: rpc(-32005, "limit exceeded"),
      time: rpc(-32005, "limit exceeded"),
    },
  },
  {
    name: "Cloudflare",
    blocks: 20,
    errors: {
      range: rpc(
        -32047,
        "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800",
        400,
      ),
      rate: http(429, "error code: 1015"),
      size: rpc(-32603, "Internal error: response too large"),
      time: http(524, "A timeout occurred"),
    },
  },
  {
    name: "Chainstack",
    blocks: 9,
    errors: {
      range: rpc(
        -32602,
        "Block range limit exceeded. See more details at https://docs.chainstack.com/docs/limits",
      ),
      rate: rpc(-32005, "You've exceeded the RPS limit available on the current plan.", 429),
      size: http(413, "Payload Too Large"),
      time: http(503, "upstream request timeout"),
    },
  },
  {
    name: "dRPC",
    blocks: 12,
    errors: {
      range: rpc(35, "ranges over 10000 blocks are not supported on freetier"),
      rate: rpc(15, "Too many request, try again later"),
      size: rpc(
        30,
        "Request timeout on the free tier, please upgrade your tier to the paid one",
        408,
      ),
      time: rpc(30, "Request timeout on the free tier, please upgrade your tier to the paid one"),
    },
  },
  {
    name: "BlockPI",
    blocks: 7,
    errors: {
      range: rpc(
        -32602,
        "eth_getLogs is limited to 1024 block range. Please check the parameter requirements at https://docs.blockpi.io/documentations/api-reference",
      ),
      rate: rpc(-32029, "Too Many Requests"),
      size: rpc(-32000, "the response size should not greater than 10485760 bytes"),
      time: rpc(-32000, "request timed out"),
    },
  },
  {
    name: "PublicNode",
    blocks: 30,
    errors: {
      range: rpc(-32701, "exceed maximum block range: 50000"),
      rate: http(429, "Too Many Requests"),
      size: rpc(-32701, "response size exceeds the maximum allowed"),
      time: http(502, "<html><body><h1>502 Bad Gateway</h1></body></html>"),
    },
  },
  {
    name: "Base",
    blocks: 11,
    errors: {
      range: rpc(-32614, "eth_getLogs is limited to a 10,000 range"),
      rate: rpc(-32016, "over rate limit"),
      size: rpc(-32000, "block range greater than 2000 max"),
      time: rpc(-32011, "no backend is currently healthy to serve traffic", 503),
    },
  },
  {
    name: "Arbitrum's nitro behind a proxy",
    blocks: 18,
    errors: {
      range: rpc(-32000, "logs matched by query exceeds limit of 10000"),
      rate: rpc(-32000, '429 Too Many Requests: {"message":"API rate limit exceeded"}'),
      size: rpc(-32000, "failed to get logs: response is too big"),
      time: rpc(-32000, "execution aborted (timeout = 5s)"),
    },
  },
  {
    name: "LlamaNodes",
    blocks: 15,
    errors: {
      range: rpc(-32000, "query exceeds max block range 1000"),
      rate: rpc(429, "rate limited. Retry in 0.001 seconds", 429),
      size: rpc(-32000, "query exceeds max results 20000, retry with the range 1-2"),
      time: rpc(-32002, "request timed out"),
    },
  },
  {
    name: "Blast",
    blocks: 6,
    errors: {
      range: rpc(-32600, "Exceeded max range limit for eth_getLogs: 500"),
      rate: http(429, "Your application has exceeded the capacity of your current plan"),
      size: rpc(-32008, "Response is too big. Exceeded max limit of 167772160"),
      time: rpc(-32603, "Internal error: request timeout"),
    },
  },
  {
    name: "Nethermind and Moralis",
    blocks: 13,
    errors: {
      range: rpc(-32005, "Exceeded maximum block range: 2000", 400),
      rate: http(429, '{"message":"Rate limit exceeded, throttled"}'),
      size: rpc(-32005, "Too many logs requested. Max logs per response is 20000."),
      time: rpc(-32016, "eth_getLogs request was canceled due to enabled timeout."),
    },
  },
];
