/** What the contracts say of transcoders: URI, rounds and stake, many at once (B-7, B-8). */
import { RemoteError } from "../../../core/errors.js";
import { clampInt64, tokensToFixed } from "../../price.js";
import type { BatchReader, ContractCall } from "./batch-reader.js";
import type { ChainOptions, Hex } from "./chain-client.js";
import {
  bondingManagerAbi,
  decodeServiceUri,
  decodeUint,
  roundsManagerAbi,
  serviceRegistryAbi,
} from "./livepeer-abi.js";
import type { ContractAddresses } from "./networks.js";

/** A transcoder as of a block, in the units of the table of orchestrators. */
export interface TranscoderState {
  readonly address: Hex;
  readonly serviceURI: string;
  readonly activationRound: bigint;
  readonly deactivationRound: bigint;
  readonly stake: bigint;
}

/** Reads transcoders. All methods throw RemoteError `CHAIN_…`, or the signal's reason. */
export class TranscoderReader {
  readonly #batch: BatchReader;
  readonly #contracts: ContractAddresses;
  readonly #exactStakes: boolean;
  readonly #withoutPool = new Set<Hex>();

  /**
   * @param exactStakes whether the stake now stands in for a round's earnings pool without one: it
   *   has none until the transcoder is rewarded in that round. go-livepeer keeps the old stake.
   */
  constructor(batch: BatchReader, contracts: ContractAddresses, exactStakes: boolean) {
    this.#batch = batch;
    this.#contracts = contracts;
    this.#exactStakes = exactStakes;
  }

  /** Whose stake is the total one, as their last round asked for had no earnings pool: lower case. */
  get withoutPool(): ReadonlySet<Hex> {
    return this.#withoutPool;
  }

  /** The last initialised round, or the current one (C-15). */
  async round(
    block: number,
    options: ChainOptions,
    name: "currentRound" | "lastInitializedRound" = "lastInitializedRound",
  ): Promise<bigint> {
    const to = this.#contracts.roundsManager;
    const call = { to, data: roundsManagerAbi.encodeFunctionData(name) };
    const [answer = null] = await this.#batch.read([call], block, options);
    return clampInt64(decodeUint(roundsManagerAbi, name, needed(answer, name)));
  }

  /** URI, rounds and stake of each, in order. */
  async states(
    addresses: readonly Hex[],
    round: bigint,
    block: number,
    options: ChainOptions,
  ): Promise<readonly TranscoderState[]> {
    const to = this.#contracts.bondingManager;
    const calls = addresses.flatMap((address): ContractCall[] => [
      { to, data: bondingManagerAbi.encodeFunctionData("getTranscoder", [address]) },
      this.#uriCall(address),
    ]);
    const [answers, stakes] = await Promise.all([
      this.#batch.read(calls, block, options),
      this.stakes(addresses, round, block, options),
    ]);
    return addresses.map((address, index) => {
      const transcoder = needed(answers[2 * index] ?? null, "getTranscoder");
      const value = (at: number): bigint =>
        clampInt64(decodeUint(bondingManagerAbi, "getTranscoder", transcoder, at));
      return {
        address,
        serviceURI: decodeServiceUri(needed(answers[2 * index + 1] ?? null, "getServiceURI")),
        activationRound: value(4),
        deactivationRound: value(5),
        stake: stakes[index] ?? 0n,
      };
    });
  }

  /** Service URIs, in order. */
  async serviceURIs(
    addresses: readonly Hex[],
    block: number,
    options: ChainOptions,
  ): Promise<readonly string[]> {
    const calls = addresses.map((address) => this.#uriCall(address));
    const answers = await this.#batch.read(calls, block, options);
    return answers.map((answer) => decodeServiceUri(needed(answer, "getServiceURI")));
  }

  /** Stakes in the earnings pools of a round, in order, in hundred-thousandths of an LPT (B-8). */
  async stakes(
    addresses: readonly Hex[],
    round: bigint,
    block: number,
    options: ChainOptions,
  ): Promise<readonly bigint[]> {
    const name = "getTranscoderEarningsPoolForRound";
    const pooled = await this.#uints(
      addresses.map((address) => [name, address, round]),
      block,
      options,
    );
    if (!this.#exactStakes) return pooled.map(tokensToFixed);
    const without = addresses.filter((_, index) => pooled[index] === 0n);
    for (const address of addresses) this.#withoutPool.delete(address);
    for (const address of without) this.#withoutPool.add(address);
    const totals = await this.#uints(
      without.map((address) => ["transcoderTotalStake", address]),
      block,
      options,
    );
    const instead = new Map(without.map((address, index) => [address, totals[index] ?? 0n]));
    return addresses.map((address, index) =>
      tokensToFixed(instead.get(address) ?? pooled[index] ?? 0n),
    );
  }

  async #uints(
    reads: readonly (readonly [name: string, ...values: (Hex | bigint)[]])[],
    block: number,
    options: ChainOptions,
  ): Promise<readonly bigint[]> {
    if (reads.length === 0) return [];
    const to = this.#contracts.bondingManager;
    const calls = reads.map(([name, ...values]) => ({
      to,
      data: bondingManagerAbi.encodeFunctionData(name, values),
    }));
    const answers = await this.#batch.read(calls, block, options);
    return reads.map(([name], index) =>
      decodeUint(bondingManagerAbi, name, needed(answers[index] ?? null, name)),
    );
  }

  #uriCall(address: Hex): ContractCall {
    const data = serviceRegistryAbi.encodeFunctionData("getServiceURI", [address]);
    return { to: this.#contracts.serviceRegistry, data };
  }
}

function needed(answer: Hex | null, name: string): Hex {
  if (answer !== null) return answer;
  throw new RemoteError(`${name} cannot be read`, { code: "CHAIN_REVERTED" });
}
