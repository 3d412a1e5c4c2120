/** The functions and events of Livepeer's contracts that are read (C-4, C-6), by ethers. */
import { Interface } from "ethers/abi";
import { getBytes } from "ethers/utils";
import { RemoteError } from "../../../core/errors.js";
import { decodeGoText } from "../../../core/go-text.js";
import type { Hex } from "./chain-client.js";

export const controllerAbi = new Interface([
  "function getContract(bytes32) view returns (address)",
]);

export const bondingManagerAbi = new Interface([
  "function getFirstTranscoderInPool() view returns (address)",
  "function getNextTranscoderInPool(address) view returns (address)",
  `function getTranscoder(address) view returns (
    uint256 lastRewardRound, uint256 rewardCut, uint256 feeShare,
    uint256 lastActiveStakeUpdateRound, uint256 activationRound, uint256 deactivationRound,
    uint256 activeCumulativeRewards, uint256 cumulativeRewards, uint256 cumulativeFees,
    uint256 lastFeeRound)`,
  "function transcoderTotalStake(address) view returns (uint256)",
  `function getTranscoderEarningsPoolForRound(address, uint256) view returns (
    uint256 totalStake, uint256 transcoderRewardCut, uint256 transcoderFeeShare,
    uint256 cumulativeRewardFactor, uint256 cumulativeFeeFactor)`,
]);

export const serviceRegistryAbi = new Interface([
  // A string, read as the bytes that it is: whoever registers a URI that is not UTF-8 must spoil
  // nobody else's.
  "function getServiceURI(address) view returns (bytes)",
]);

export const roundsManagerAbi = new Interface([
  "function currentRound() view returns (uint256)",
  "function lastInitializedRound() view returns (uint256)",
]);

export const ticketBrokerAbi = new Interface([
  `function getSenderInfo(address) view returns (
    (uint256 deposit, uint256 withdrawRound) sender,
    (uint256 fundsRemaining, uint256 claimedInCurrentRound) reserve)`,
]);

export const multicallAbi = new Interface([
  `function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable
    returns ((bool success, bytes returnData)[] results)`,
]);

/** First topics of the events that are watched (C-6). */
export const TOPICS = {
  transcoderActivated: "0x65d72d782835d64c3287844a829608d5abdc7e864cc9affe96d910ab3db665e9",
  transcoderDeactivated: "0xfee3e693fc72d0a0a673805f3e606c551f4c677b9072444b90dd2d0406bc995c",
  serviceUriUpdate: "0xfbb63068732c85741c9f8e61caffaabe038d577bfafd2d2dcc0e352a4f653a4c",
  newRound: "0x22f2fc17c5daf07db2379b3a03a8ef20a183f761097a58fce219c8a14619e786",
} as const;

/** First topics of what changes a sender's funds; the second topic is the sender (C-17). */
export const SENDER_TOPICS: readonly Hex[] = [
  "0x5159e237d952190e68d5215430f305831be7c9c8776d1377c76679ae4773413f",
  "0xb52b99b9e83551fcbd069b559cc3e823e2a1a3bad8ece46561ea77524394c850",
  "0xdf273cb619d95419a9cd0ec88123a0538c85064229baa6363788f743fff90deb",
  "0x8b87351a208c06e3ceee59d80725fd77a23b4129e1b51ca231fc89b40712649c",
  "0xf7870c5b224cbc19873599e46ccfc7103934650509b1af0c3ce90138377c2004",
  "0xfa044b7b93a40365dc68049797c2eb06918523d694e5d56e406cac3eb35578e5",
];

/**
 * The values that a function returned.
 *
 * @throws RemoteError (`CHAIN_ABI`) when the bytes are not such values, for instance because there
 *   is no contract
 */
export function decodeResult(abi: Interface, name: string, data: Hex): readonly unknown[] {
  try {
    return abi.decodeFunctionResult(name, data).toArray();
  } catch (cause) {
    throw new RemoteError(`${name} answered with something else: ${data.slice(0, 80)}`, {
      code: "CHAIN_ABI",
      cause,
    });
  }
}

/** See {@link decodeResult}. */
export function decodeAddress(abi: Interface, name: string, data: Hex): Hex {
  return String(decodeResult(abi, name, data)[0]).toLowerCase();
}

/** See {@link decodeResult}. @param index which of the values */
export function decodeUint(abi: Interface, name: string, data: Hex, index = 0): bigint {
  return BigInt(String(decodeResult(abi, name, data)[index]));
}

/** The text in the return value of `getServiceURI`, or in the data of ServiceURIUpdate. */
export function decodeServiceUri(data: Hex): string {
  const [uri] = decodeResult(serviceRegistryAbi, "getServiceURI", data);
  return decodeGoText(getBytes(String(uri)));
}
