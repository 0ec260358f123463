// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title For the gas benchmark: a batch of messages pinned as an event
/// @notice Written after the documented behaviour of Hyperledger FireFly's batch pin (its contract interface `pinBatch`
/// and event `BatchPin`): nothing is stored, the event carries the author, the time, the ids of transaction and
/// batch, the batch's hash, the reference of its payload, and one context a message and topic.
contract BatchPinMock {
    /// @notice A batch was pinned: all that is known of it on the chain.
    event BatchPin(
        address author,
        uint256 timestamp,
        string action,
        bytes32 uuids,
        bytes32 batchHash,
        string payloadRef,
        bytes32[] contexts
    );

    /// @notice Pins a batch. Emits {BatchPin}.
    /// @param uuids Ids of the transaction and of the batch, 16 bytes each.
    /// @param batchHash Hash of the batch's content.
    /// @param payloadRef Where the content is, as text; empty for a private batch.
    /// @param contexts One hash a message and topic, by which the order is kept.
    function pinBatch(
        bytes32 uuids,
        bytes32 batchHash,
        string calldata payloadRef,
        bytes32[] calldata contexts
    ) external {
        emit BatchPin(msg.sender, block.timestamp, "", uuids, batchHash, payloadRef, contexts);
    }
}
