/**
 * The members of the transcoder pool, a linked list in the BondingManager (C-4): walked in one
 * `eth_call` where the node runs code that is not deployed, else member by member.
 */
import { AbiCoder } from "ethers/abi";
import { RemoteError } from "../../../core/errors.js";
import { mayBeTooMuch } from "../../../io/json-rpc/chain-failures.js";
import type { ChainClient, ChainOptions, Hex } from "./chain-client.js";
import { bondingManagerAbi, decodeAddress } from "./livepeer-abi.js";
import { POOL_WALK_CODE } from "./pool-walk-code.js";

/** How to walk: `auto` tries one call first, once. */
export type WalkMode = "auto" | "oneCall" | "oneByOne";

/** Members in one answer, which may be 24,576 bytes long: 32 for each, and some around them. */
const MEMBERS_PER_CALL = 700;
/** So few are asked for as often as it takes, where a node finds more too much. */
const MEMBERS_AT_LEAST = 20;
/** What says that a node does not run such code; an overloaded one is not asked member by member. */
const REFUSED: ReadonlySet<string> = new Set(["CHAIN_ABI", "CHAIN_REVERTED", "CHAIN_RPC"]);
const NOBODY = `0x${"0".repeat(40)}`;

/** Reads the pool, and remembers what the node allows. */
export class TranscoderPool {
  readonly #chain: ChainClient;
  readonly #bondingManager: Hex;
  readonly #maxMembers: number;
  #mode: WalkMode;
  #membersPerCall = MEMBERS_PER_CALL;

  constructor(
    chain: ChainClient,
    {
      bondingManager,
      maxMembers,
      mode,
    }: { readonly bondingManager: Hex; readonly maxMembers: number; readonly mode: WalkMode },
  ) {
    this.#chain = chain;
    this.#bondingManager = bondingManager;
    this.#maxMembers = maxMembers;
    this.#mode = mode;
  }

  /**
   * All members as of a block, in the list's order, lower case.
   *
   * @throws RemoteError (`CHAIN_POOL_UNBOUNDED`) for more than `maxMembers`, `CHAIN_…`, or the
   *   signal's reason
   */
  async members(block: number, options: ChainOptions = {}): Promise<readonly Hex[]> {
    if (this.#mode === "oneByOne") return await this.#walkOneByOne(block, options);
    try {
      const members = await this.#walkInOneCall(block, options);
      this.#mode = "oneCall";
      return members;
    } catch (error) {
      const isRefused = error instanceof RemoteError && REFUSED.has(error.code);
      if (this.#mode === "oneCall" || !isRefused) throw error;
      this.#mode = "oneByOne";
      return await this.#walkOneByOne(block, options);
    }
  }

  async #walkInOneCall(block: number, options: ChainOptions): Promise<readonly Hex[]> {
    const coder = AbiCoder.defaultAbiCoder();
    const members: Hex[] = [];
    for (let more = true; more; ) {
      const previous = members.at(-1) ?? NOBODY;
      const count = this.#membersPerCall;
      const values = [this.#bondingManager, previous, count];
      const parameters = coder.encode(["address", "address", "uint256"], values).slice(2);
      const isDivisible = count > MEMBERS_AT_LEAST;
      try {
        const call = { data: POOL_WALK_CODE + parameters };
        const page = readPage(await this.#chain.call(call, block, { ...options, isDivisible }));
        members.push(...page.members);
        more = page.more;
      } catch (error) {
        if (!isDivisible || !mayBeTooMuch(error)) throw error;
        this.#membersPerCall = Math.max(MEMBERS_AT_LEAST, Math.floor(count / 2));
      }
      this.#assertBounded(members.length);
    }
    return members;
  }

  async #walkOneByOne(block: number, options: ChainOptions): Promise<readonly Hex[]> {
    const to = this.#bondingManager;
    const ask = async (name: string, ...values: readonly Hex[]): Promise<Hex> => {
      const data = bondingManagerAbi.encodeFunctionData(name, values);
      return decodeAddress(
        bondingManagerAbi,
        name,
        await this.#chain.call({ to, data }, block, options),
      );
    };
    const members: Hex[] = [];
    let member = await ask("getFirstTranscoderInPool");
    while (member !== NOBODY) {
      members.push(member);
      this.#assertBounded(members.length);
      member = await ask("getNextTranscoderInPool", member);
    }
    return members;
  }

  #assertBounded(count: number): void {
    if (count <= this.#maxMembers) return;
    throw new RemoteError(`the pool has more than ${this.#maxMembers} members`, {
      code: "CHAIN_POOL_UNBOUNDED",
    });
  }
}

function readPage(answer: Hex): { members: readonly Hex[]; more: boolean } {
  try {
    const [members, more] = AbiCoder.defaultAbiCoder().decode(["address[]", "bool"], answer);
    return {
      members: Array.from<unknown, Hex>(members, (member) => String(member).toLowerCase()),
      more: more === true,
    };
  } catch (cause) {
    throw new RemoteError("the node does not run code that is not deployed", {
      code: "CHAIN_ABI",
      cause,
    });
  }
}
