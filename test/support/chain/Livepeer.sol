// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Small contracts with the interfaces of Livepeer's that poolsim reads. Whoever calls them sets
// their state: they are for tests only.

contract Controller {
    mapping(bytes32 => address) public getContract;

    function set(string calldata name, address where) external {
        getContract[keccak256(bytes(name))] = where;
    }
}

contract BondingManager {
    struct Transcoder {
        uint256 activationRound;
        uint256 deactivationRound;
        uint256 stake;
        bool member;
    }

    event TranscoderActivated(address indexed transcoder, uint256 activationRound);
    event TranscoderDeactivated(address indexed transcoder, uint256 deactivationRound);

    address public getFirstTranscoderInPool;
    address private last;
    mapping(address => address) public getNextTranscoderInPool;
    mapping(address => Transcoder) private transcoders;
    mapping(address => mapping(uint256 => uint256)) private pools;
    uint256 public getTranscoderPoolSize;

    function activate(address who, uint256 round, uint256 stake) public {
        Transcoder storage t = transcoders[who];
        t.activationRound = round;
        t.deactivationRound = type(uint256).max;
        t.stake = stake;
        if (!t.member) {
            t.member = true;
            if (last == address(0)) getFirstTranscoderInPool = who;
            else getNextTranscoderInPool[last] = who;
            last = who;
            getTranscoderPoolSize++;
        }
        emit TranscoderActivated(who, round);
    }

    function activateMany(address[] calldata who, uint256 round, uint256[] calldata stakes) external {
        for (uint256 i = 0; i < who.length; i++) activate(who[i], round, stakes[i]);
    }

    function deactivate(address who, uint256 round) external {
        Transcoder storage t = transcoders[who];
        t.deactivationRound = round;
        if (t.member) {
            t.member = false;
            address before;
            address current = getFirstTranscoderInPool;
            while (current != who) {
                before = current;
                current = getNextTranscoderInPool[current];
            }
            address next = getNextTranscoderInPool[who];
            if (before == address(0)) getFirstTranscoderInPool = next;
            else getNextTranscoderInPool[before] = next;
            if (last == who) last = before;
            delete getNextTranscoderInPool[who];
            getTranscoderPoolSize--;
        }
        emit TranscoderDeactivated(who, round);
    }

    /// The stake in one round's earnings pool, which may differ from the stake now.
    function setPool(address who, uint256 round, uint256 totalStake) external {
        pools[who][round] = totalStake;
    }

    function setPools(address[] calldata who, uint256 round, uint256[] calldata stakes) external {
        for (uint256 i = 0; i < who.length; i++) pools[who[i]][round] = stakes[i];
    }

    /// For a list that never ends.
    function link(address from, address to) external {
        getNextTranscoderInPool[from] = to;
    }

    function getTranscoder(address who)
        external
        view
        returns (uint256, uint256, uint256, uint256, uint256, uint256, uint256, uint256, uint256, uint256)
    {
        Transcoder storage t = transcoders[who];
        return (0, 0, 0, 0, t.activationRound, t.deactivationRound, 0, 0, 0, 0);
    }

    function transcoderStatus(address who) external view returns (uint8) {
        return transcoders[who].activationRound > 0 ? 1 : 0;
    }

    function transcoderTotalStake(address who) external view returns (uint256) {
        return transcoders[who].stake;
    }

    function getTranscoderEarningsPoolForRound(address who, uint256 round)
        external
        view
        returns (uint256, uint256, uint256, uint256, uint256)
    {
        return (pools[who][round], 0, 0, 0, 0);
    }
}

contract ServiceRegistry {
    event ServiceURIUpdate(address indexed addr, string serviceURI);

    mapping(address => string) public getServiceURI;

    function setServiceURI(address who, string calldata uri) public {
        getServiceURI[who] = uri;
        emit ServiceURIUpdate(who, uri);
    }

    function setMany(address[] calldata who, string[] calldata uris) external {
        for (uint256 i = 0; i < who.length; i++) setServiceURI(who[i], uris[i]);
    }
}

contract RoundsManager {
    event NewRound(uint256 indexed round, bytes32 blockHash);

    uint256 public lastInitializedRound;
    uint256 public currentRoundStartBlock;
    mapping(uint256 => bytes32) public blockHashForRound;

    function startRound(uint256 round) external {
        lastInitializedRound = round;
        currentRoundStartBlock = block.number;
        bytes32 hash = blockhash(block.number - 1);
        blockHashForRound[round] = hash;
        emit NewRound(round, hash);
    }

    function currentRound() external view returns (uint256) {
        return lastInitializedRound;
    }
}

contract TicketBroker {
    struct Sender {
        uint256 deposit;
        uint256 withdrawRound;
    }

    struct ReserveInfo {
        uint256 fundsRemaining;
        uint256 claimedInCurrentRound;
    }

    event DepositFunded(address indexed sender, uint256 amount);
    event Unlock(address indexed sender, uint256 startRound, uint256 endRound);

    mapping(address => Sender) private senders;
    mapping(address => ReserveInfo) private reserves;

    function fund(address sender, uint256 deposit, uint256 reserve) external {
        senders[sender].deposit += deposit;
        reserves[sender].fundsRemaining += reserve;
        emit DepositFunded(sender, deposit);
    }

    function unlock(address sender, uint256 endRound) external {
        senders[sender].withdrawRound = endRound;
        emit Unlock(sender, 0, endRound);
    }

    event WinningTicketTransfer(address indexed sender, address indexed recipient, uint256 amount);
    event WinningTicketRedeemed(
        address indexed sender,
        address indexed recipient,
        uint256 faceValue,
        uint256 winProb,
        uint256 senderNonce,
        uint256 recipientRand,
        bytes auxData
    );

    function redeemAll(address sender, address recipient, uint256[] calldata faceValues, uint256 round) external {
        for (uint256 i = 0; i < faceValues.length; i++) redeem(sender, recipient, faceValues[i], faceValues[i], round);
    }

    function redeem(address sender, address recipient, uint256 faceValue, uint256 paid, uint256 round) public {
        if (paid > 0) emit WinningTicketTransfer(sender, recipient, paid);
        bytes memory auxData = abi.encodePacked(round, bytes32(0));
        emit WinningTicketRedeemed(sender, recipient, faceValue, 7, 1, 2, auxData);
    }

    function getSenderInfo(address sender) external view returns (Sender memory, ReserveInfo memory) {
        return (senders[sender], reserves[sender]);
    }
}

/// With the interface of Multicall3, to stand at its address.
contract Multicall {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory results) {
        results = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; i++) {
            (results[i].success, results[i].returnData) = calls[i].target.call(calls[i].callData);
            require(results[i].success || calls[i].allowFailure);
        }
    }
}
