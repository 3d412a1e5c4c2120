// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface ITranscoderPool {
    function getFirstTranscoderInPool() external view returns (address);

    function getNextTranscoderInPool(address transcoder) external view returns (address);
}

/// Walks the linked list of transcoders. It is deployed nowhere: a node runs the constructor in an
/// eth_call, and what would become the code is the answer. So the answer is bounded by the size of
/// code (24,576 bytes), and longer lists are read in pages. `pool-walk-code.ts` holds it compiled.
contract PoolWalk {
    constructor(ITranscoderPool pool, address previous, uint256 most) {
        address[] memory members = new address[](most);
        uint256 count = 0;
        address member = previous == address(0)
            ? pool.getFirstTranscoderInPool()
            : pool.getNextTranscoderInPool(previous);
        while (member != address(0) && count < most) {
            members[count++] = member;
            member = pool.getNextTranscoderInPool(member);
        }
        assembly {
            mstore(members, count)
        }
        bytes memory answer = abi.encode(members, member != address(0));
        assembly {
            return(add(answer, 32), mload(answer))
        }
    }
}
