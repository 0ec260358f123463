// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Many signed acts in one transaction
/// @notice Each act carries its own parties' signatures, so the relay has no power over what they say: it can only
/// deliver them, or not. An act that fails leaves the others standing: it alone is told of, by {ActFailed}, so every other
/// act of a transaction that was mined and didn't revert is done.
interface IRelay {
    /// @param target A contract allowed as a target.
    /// @param gasLimit Gas given to the call: bounds what one act can burn.
    /// @param actId The sender's own id of the act, to find its outcome by.
    /// @param data The encoded call.
    struct Call {
        address target;
        uint32 gasLimit;
        bytes32 actId;
        bytes data;
    }

    /// @notice An act failed; the others of its transaction stand.
    /// @param reason What the target reverted with, its first 256 bytes. Empty when it ran out of gas.
    event ActFailed(bytes32 indexed actId, bytes reason);
    /// @notice Acts may be delivered to a contract from now on, or no more.
    event TargetSet(address indexed target, bool allowed);
    /// @notice An account may hand in batches from now on, or no more.
    event RelayerSet(address indexed account, bool allowed);

    error RelayNotRelayer(address sender);
    /// @notice Found as the reason of an {ActFailed}: the transaction goes on.
    error RelayTargetNotAllowed(address target);
    /// @notice The target has no code, so that a call to it would succeed without doing anything.
    error RelayTargetWithoutCode(address target);
    /// @notice What is left can't give the act its gas limit. The whole transaction reverts: an act must never be
    /// recorded as failed because the sender was short of gas.
    error RelayInsufficientGas(bytes32 actId, uint32 gasLimit);

    /// @notice Calls each target in order. Only for relayers. Emits {ActFailed} for each that fails.
    function execute(Call[] calldata calls) external;

    /// @notice Allows or forbids a target. Restricted to the administrator. Emits {TargetSet}.
    /// @dev WARNING: never allow the access manager or another contract in which the relay holds a role beyond
    /// delivering signed acts: relayers choose the data.
    function setTarget(address target, bool allowed) external;

    /// @notice Lets an account hand in batches, or no more. Restricted to the administrator. Emits {RelayerSet}.
    function setRelayer(address account, bool allowed) external;

    /// @notice True for a contract that acts may be delivered to.
    function isTarget(address target) external view returns (bool);

    /// @notice True for an account that may hand in batches.
    function isRelayer(address account) external view returns (bool);
}
