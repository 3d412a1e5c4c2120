/**
 * The chain source against the limits of real providers: the right list, or the right error in the
 * provider's own words, for each limit in each question that the source asks.
 */
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { SourceListing } from "../../../../src/discovery/sources/source.js";
import { MULTICALL3, orchestrator } from "../../../support/chain/livepeer-chain.js";
import { indices, useChain } from "../../../support/chain/on-chain-setup.js";
import { type LimitKind, PROVIDERS, type ProviderError } from "../../../support/chain/providers.js";
import {
  blocksOf,
  isDeployless,
  type RpcCall,
  type RpcProxy,
  startRpcProxy,
} from "../../../support/chain/rpc-proxy.js";

const MEMBERS = 12;
const { chain, open } = useChain({ members: MEMBERS });
const KINDS: readonly LimitKind[] = ["range", "rate", "size", "time"];
/** Of these, in how many forms a question that is never answered is refused; all of them: `npm run test:providers`. */
const REFUSALS = Number(process.env["POOLSIM_REFUSALS"] ?? 1);
const rpc = { backoffMs: 1, attempts: 4 };

/** Answers as the provider does at its limit. */
function refuse(
  calls: readonly RpcCall[],
  response: ServerResponse,
  { status, code, message }: ProviderError,
): true {
  response.writeHead(status, { "content-type": code === null ? "text/html" : "application/json" });
  const answers = calls.map(({ id }) => ({ jsonrpc: "2.0", id, error: { code, message } }));
  response.end(
    code === null ? message : JSON.stringify(answers.length === 1 ? answers[0] : answers),
  );
  return true;
}

const dataOf = (call: unknown): string =>
  typeof call === "object" && call !== null && "data" in call ? String(call.data) : "";
const targetOf = (call: unknown): string =>
  typeof call === "object" && call !== null && "to" in call ? String(call.to).toLowerCase() : "";

/** The questions that the source asks, and what is much of each. */
const QUESTIONS: Readonly<
  Record<
    string,
    { is: (call: RpcCall) => boolean; isMuch: (call: RpcCall, limit: number) => boolean }
  >
> = {
  chainId: { is: ({ method }) => method === "eth_chainId", isMuch: () => false },
  blocks: { is: ({ method }) => method === "eth_getBlockByNumber", isMuch: () => false },
  logs: {
    is: ({ method }) => method === "eth_getLogs",
    isMuch: ({ params: [filter] }, limit) => blocksOf(filter) > limit,
  },
  walk: {
    is: ({ method, params: [call] }) => method === "eth_call" && isDeployless(call),
    // Its last word is how many members are wanted.
    isMuch: ({ params: [call] }) => Number.parseInt(dataOf(call).slice(-8), 16) > 100,
  },
  multicall: {
    is: ({ params: [call] }) => targetOf(call) === MULTICALL3.toLowerCase(),
    isMuch: ({ params: [call] }) => dataOf(call).length > 4_000,
  },
  contracts: {
    is: ({ method, params: [call] }) =>
      method === "eth_call" && !isDeployless(call) && targetOf(call) !== MULTICALL3.toLowerCase(),
    isMuch: () => false,
  },
};

/** The names of who is left once the first one has been deactivated. */
const left = Array.from({ length: MEMBERS - 1 }, (_, at) => at + 2);

/** Something new on the chain, many blocks ago. */
async function changes(): Promise<void> {
  await chain().send("BondingManager", "deactivate", orchestrator(1), 1n);
  await chain().mine(60);
}

/** A list that is current, or the error; never an old list. */
async function outcome(list: () => Promise<SourceListing>): Promise<readonly number[] | Error> {
  try {
    const listing = await list();
    return listing.staleBecause ?? indices(listing);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Others for the next provider and the next question: each of both meets each kind. */
function kindsOf(provider: string, question: string): LimitKind[] {
  const place =
    PROVIDERS.findIndex(({ name }) => name === provider) + Object.keys(QUESTIONS).indexOf(question);
  return KINDS.filter((_, index) => (index + place) % KINDS.length < REFUSALS);
}

describe.each(PROVIDERS)("$name", ({ name: provider, blocks, errors }) => {
  it.each(KINDS)("its limit of %s: the right list, from the start and later", async (kind) => {
    const proxy: RpcProxy = await startRpcProxy(chain().url);
    const waits = new Map<string, number>();
    const questions = Object.entries(QUESTIONS);
    proxy.intercept = (calls, response) => {
      const name = questions.find(([, { is }]) => calls.some(is))?.[0] ?? "";
      if (kind === "rate") {
        // Each kind of question is refused at first, and once more.
        const refused = waits.get(name) ?? 0;
        waits.set(name, refused + 1);
        return refused < 2 && refuse(calls, response, errors.rate);
      }
      const isMuch = questions.some(([, one]) =>
        calls.some((call) => one.is(call) && one.isMuch(call, blocks)),
      );
      return (isMuch || calls.length > 3) && refuse(calls, response, errors[kind]);
    };
    const source = open({ ethUrl: proxy.url, rpc });
    expect(await outcome(() => source.list())).toEqual([1, ...left]);
    await changes();
    waits.clear();
    const before = proxy.requests.length;
    expect(await outcome(() => source.list())).toEqual(left);
    const logs = proxy.requests.slice(before).filter(([call]) => call?.method === "eth_getLogs");
    expect(logs.length).toBeGreaterThan(0);
    expect(logs.length).toBeLessThanOrEqual(40);
  });

  it.each(Object.keys(QUESTIONS))("no %s at all: its own words, and few requests", async (name) => {
    const question = QUESTIONS[name];
    for (const kind of kindsOf(provider, name)) {
      const proxy = await startRpcProxy(chain().url);
      const source = open({ ethUrl: proxy.url, rpc });
      const isLater = name === "logs";
      if (isLater) {
        await source.list();
        await chain().mine(20);
      }
      proxy.intercept = (calls, response) =>
        calls.some((call) => question?.is(call)) && refuse(calls, response, errors[kind]);
      const before = proxy.requests.length;
      const came = await outcome(() => source.list());
      const asked = proxy.requests.slice(before);
      if (came instanceof Error) {
        expect(came.message).toContain(errors[kind].message.slice(0, 60));
        expect(came).toMatchObject({ code: expect.stringMatching(/^CHAIN_(?!CONTRACT)/) });
      } else {
        expect(came).toEqual([1, ...left]);
      }
      expect(asked.length).toBeLessThanOrEqual(isLater ? 60 : 40);
    }
  });
});
