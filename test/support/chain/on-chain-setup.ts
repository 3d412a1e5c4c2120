/** A chain for a file of tests, as it was at the start before each; sources on it; what they list. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, onTestFinished } from "vitest";
import type { OnChainSourceOptions } from "../../../src/discovery/sources/chain/on-chain-settings.js";
import { OnChainSource } from "../../../src/discovery/sources/chain/on-chain-source.js";
import type { SourceListing } from "../../../src/discovery/sources/source.js";
import { type LivepeerChain, serviceURI, stakeOf, startLivepeerChain } from "./livepeer-chain.js";

/** The deactivation round of whoever is active. */
export const NEVER = 2n ** 63n - 1n;
export const LPT = 10n ** 18n;

/**
 * The chain of this file, and sources that end with their test and read it anew at each call.
 *
 * @param members registered at the start of each test
 */
export function useChain({ members = 0 }: { readonly members?: number } = {}): {
  readonly chain: () => LivepeerChain;
  readonly open: (options?: OnChainSourceOptions) => OnChainSource;
} {
  let chain: LivepeerChain | null = null;
  let begun: unknown;
  const running = (): LivepeerChain => {
    if (chain === null) throw new Error("the chain is not running yet");
    return chain;
  };
  beforeAll(async () => {
    chain = await startLivepeerChain();
    if (members > 0) await chain.register(members);
    begun = await chain.rpc("evm_snapshot");
  });
  beforeEach(async () => {
    await running().rpc("evm_revert", begun);
    begun = await running().rpc("evm_snapshot");
  });
  afterAll(() => chain?.stop());
  return {
    chain: running,
    open: (options = {}) => {
      const { url: ethUrl, controller } = running();
      const source = new OnChainSource({ ethUrl, controller, pollingIntervalMs: 0, ...options });
      onTestFinished(() => source.close());
      return source;
    },
  };
}

/** A path for a database, in a folder that ends with the test. */
export function temporaryPath(): string {
  const directory = mkdtempSync(join(tmpdir(), "poolsim-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, "store.sqlite3");
}

/** What a listing says of each, by number. */
export function known({ endpoints }: Pick<SourceListing, "endpoints">) {
  return endpoints
    .map(({ recipient, uri, stake, activationRound, deactivationRound }) => ({
      index: Number(BigInt(recipient ?? 0)) - 0xaaaa0000,
      uri,
      stake,
      rounds: [activationRound, deactivationRound],
    }))
    .sort((a, b) => a.index - b.index);
}

export const indices = (listing: SourceListing): number[] =>
  known(listing).map(({ index }) => index);

/** What is known of a registered orchestrator in round 1. */
export const active = (index: number) => ({
  index,
  uri: serviceURI(index),
  stake: stakeOf(index),
  rounds: [1n, NEVER],
});

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);
