// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Recipients that make paying them hard. For tests only.

contract Rejecting {
    receive() external payable {
        revert("no, thanks");
    }
}

/// Takes money, but only while it is told to: what an estimate says need not hold later.
contract Fickle {
    bool public closed;

    function close(bool value) external {
        closed = value;
    }

    receive() external payable {
        require(!closed, "closed");
    }
}

contract Greedy {
    uint256[] private log;

    receive() external payable {
        for (uint256 i = 0; i < 100; i++) log.push(block.number);
    }
}
