// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title For tests: an account of three owners, of whom any two act
/// @notice They sign together (ERC-1271), the signatures concatenated in the order of the signers' addresses, or approve
/// one after the other what the account then sends.
contract MultisigAccount is IERC1271 {
    uint256 private constant THRESHOLD = 2;
    uint256 private constant SIGNATURE_LENGTH = 65;

    mapping(address account => bool) private _owners;
    mapping(bytes32 operation => mapping(address owner => bool)) private _approved;
    mapping(bytes32 operation => uint256) private _approvals;
    uint256 private _sent;

    error MultisigAccountNotOwner(address account);
    error MultisigAccountApproved(address owner);

    constructor(address[3] memory owners) {
        for (uint256 i = 0; i < owners.length; ++i) _owners[owners[i]] = true;
    }

    /// @notice Approves the account's next transaction, which the second approval sends.
    /// @param target Whom it calls.
    /// @param data What it calls it with.
    function approve(address target, bytes calldata data) external {
        require(_owners[msg.sender], MultisigAccountNotOwner(msg.sender));
        bytes32 operation = keccak256(abi.encode(_sent, target, data));
        require(!_approved[operation][msg.sender], MultisigAccountApproved(msg.sender));

        _approved[operation][msg.sender] = true;
        if (++_approvals[operation] < THRESHOLD) return;
        ++_sent;
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory result) = target.call(data);
        if (done) return;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            revert(add(result, 0x20), mload(result))
        }
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4 magicValue) {
        return _isSigned(hash, signature) ? this.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @dev In rising order, so that nobody counts twice.
    function _isSigned(bytes32 hash, bytes calldata signature) private view returns (bool) {
        if (signature.length != THRESHOLD * SIGNATURE_LENGTH) return false;
        address last;
        for (uint256 i = 0; i < THRESHOLD; ++i) {
            bytes calldata its = signature[i * SIGNATURE_LENGTH:(i + 1) * SIGNATURE_LENGTH];
            (address signer, ECDSA.RecoverError error, ) = ECDSA.tryRecover(hash, its);
            if (error != ECDSA.RecoverError.NoError || signer <= last || !_owners[signer]) return false;
            last = signer;
        }
        return true;
    }
}
