// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title First-time-wins record of Merkle roots
/// @notice A root stands for a batch of salted, double-hashed leaves that are kept off chain.
interface IAnchorRegistry {
    /// @notice A batch of `count` leaves became provable from this block's time on.
    event BatchAnchored(bytes32 indexed root, uint8 kind, uint32 count);
    /// @notice An account may anchor from now on, or no more.
    event AnchorerSet(address indexed account, bool allowed);

    error AnchorRegistryNotAnchorer(address sender);
    error AnchorRegistryZeroRoot();
    error AnchorRegistryUnknownKind(uint8 kind);
    error AnchorRegistryEmptyBatch();
    /// @param at When the root was anchored first, unix seconds.
    error AnchorRegistryAlreadyAnchored(bytes32 root, uint64 at);

    /// @notice Anchors a root, once and for all. Only for anchorers. Emits {BatchAnchored}.
    /// @param kind 1 records, 2 bids, 3 consents, 4 snapshots, 5 access log, 6 decisions, 7 documents.
    /// @param count How many leaves the batch has.
    function anchor(bytes32 root, uint8 kind, uint32 count) external;

    /// @notice Lets an account anchor, or no more. Restricted to the administrator. Emits {AnchorerSet}.
    function setAnchorer(address account, bool allowed) external;

    /// @notice When a batch became provable.
    /// @return at When the root was anchored, unix seconds; 0 when it never was.
    function anchoredAt(bytes32 root) external view returns (uint64 at);

    /// @notice What is known of a batch.
    /// @return at Unix seconds; 0 (as the others) when the root was never anchored.
    /// @return kind As in {anchor}.
    /// @return count As in {anchor}.
    function anchorOf(bytes32 root) external view returns (uint64 at, uint8 kind, uint32 count);

    /// @notice True for an account that may anchor.
    function isAnchorer(address account) external view returns (bool);
}
