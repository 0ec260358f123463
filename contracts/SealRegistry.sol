// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IParticipantRegistry} from "./interfaces/IParticipantRegistry.sol";
import {ISealRegistry} from "./interfaces/ISealRegistry.sol";

/// @title Seal registry
/// @notice See {ISealRegistry}.
contract SealRegistry is AccessManaged, EIP712, ISealRegistry {
    using Checkpoints for Checkpoints.Trace208;

    uint8 private constant ISSUED = 1;
    uint8 private constant REVOKED = 3;

    bytes32 private constant ISSUE_TYPEHASH =
        keccak256(
            "SealIssue(bytes32 idCommitment,address holder,address key,uint64 validFrom,uint64 validUntil)"
        );
    bytes32 private constant STATUS_CHANGE_TYPEHASH =
        keccak256("SealStatusChange(bytes32 sealId,uint8 status,uint64 nonce)");
    bytes32 private constant DOCUMENT_TYPEHASH =
        keccak256("SealedDocument(bytes32 sealId,bytes32 documentCommitment)");

    IParticipantRegistry private immutable _participantRegistry;

    mapping(bytes32 sealId => SealRecord) private _seals;
    mapping(bytes32 sealId => Checkpoints.Trace208 statuses) private _history;
    mapping(bytes32 sealId => mapping(bytes32 documentCommitment => uint64 at)) private _sealedAt;

    constructor(
        address initialAuthority,
        IParticipantRegistry participantRegistry_
    ) AccessManaged(initialAuthority) EIP712("Rongqiao Seals", "1") {
        _participantRegistry = participantRegistry_;
    }

    /// @inheritdoc ISealRegistry
    function issue(
        SealIssue calldata s,
        address operator,
        bytes calldata operatorSignature,
        bytes calldata keySignature
    ) external {
        require(_isOperator(operator, this.issue.selector), SealRegistryNotOperator(operator));
        bytes32 sealId = hashSealIssue(s);
        _checkSignature(operator, sealId, operatorSignature);
        _checkSignature(s.key, sealId, keySignature);
        require(_isActive(s.holder), SealRegistryInactiveHolder(s.holder));
        require(
            s.validFrom <= s.validUntil && block.timestamp <= s.validUntil && s.validUntil <= type(uint40).max,
            SealRegistryInvalidTimes(s.validFrom, s.validUntil)
        );
        SealRecord storage entry = _seals[sealId];
        require(entry.status == 0, SealRegistrySealExists(sealId));

        entry.holder = s.holder;
        entry.validFrom = uint40(s.validFrom);
        entry.validUntil = uint40(s.validUntil);
        entry.key = s.key;
        _setStatus(sealId, ISSUED);
        emit SealIssued(sealId, s.holder, s.key, s.idCommitment, s.validFrom, s.validUntil);
    }

    /// @inheritdoc ISealRegistry
    function setStatus(SealStatusChange calldata c, address signer, bytes calldata signature) external {
        SealRecord storage entry = _seals[c.sealId];
        uint8 status = entry.status;
        require(status != 0 && status != REVOKED, SealRegistryUnexpectedStatus(c.sealId, status));
        if (!_isOperator(signer, this.setStatus.selector)) {
            address holder = entry.holder;
            require(
                signer == _participantRegistry.currentAccountOf(holder) && c.status != ISSUED,
                SealRegistryNotEntitled(signer, c.status)
            );
            require(_isActive(holder), SealRegistryInactiveHolder(holder));
        }
        _checkSignature(signer, hashSealStatusChange(c), signature);
        require(c.status != 0 && c.status <= REVOKED, SealRegistryUnknownStatus(c.status));
        require(c.nonce == entry.nonce, SealRegistryInvalidNonce(c.sealId, entry.nonce));

        entry.nonce = c.nonce + 1;
        _setStatus(c.sealId, c.status);
        emit SealStatusChanged(c.sealId, c.status, signer);
    }

    /// @inheritdoc ISealRegistry
    function seal(SealedDocument calldata d, bytes calldata signature) external {
        SealRecord storage entry = _seals[d.sealId];
        require(entry.status == ISSUED, SealRegistryUnexpectedStatus(d.sealId, entry.status));
        require(_isInTime(entry), SealRegistryOutOfTime(d.sealId, entry.validFrom, entry.validUntil));
        require(_isActive(entry.holder), SealRegistryInactiveHolder(entry.holder));
        _checkSignature(entry.key, hashSealedDocument(d), signature);
        require(
            _sealedAt[d.sealId][d.documentCommitment] == 0,
            SealRegistryAlreadySealed(d.sealId, d.documentCommitment)
        );

        _sealedAt[d.sealId][d.documentCommitment] = uint64(block.timestamp);
        emit DocumentSealed(d.sealId, d.documentCommitment);
    }

    /// @inheritdoc ISealRegistry
    function sealOf(bytes32 sealId) external view returns (SealRecord memory) {
        return _seals[sealId];
    }

    /// @inheritdoc ISealRegistry
    function canSeal(bytes32 sealId) external view returns (bool) {
        SealRecord storage entry = _seals[sealId];
        return entry.status == ISSUED && _isInTime(entry) && _isActive(entry.holder);
    }

    /// @inheritdoc ISealRegistry
    function statusAt(bytes32 sealId, uint64 time) external view returns (uint8 status) {
        uint48 key = time > type(uint48).max ? type(uint48).max : uint48(time);
        return uint8(_history[sealId].upperLookup(key));
    }

    /// @inheritdoc ISealRegistry
    function sealedAt(bytes32 sealId, bytes32 documentCommitment) external view returns (uint64 at) {
        return _sealedAt[sealId][documentCommitment];
    }

    /// @inheritdoc ISealRegistry
    function hashSealIssue(SealIssue calldata s) public pure returns (bytes32) {
        return keccak256(abi.encode(ISSUE_TYPEHASH, s));
    }

    /// @inheritdoc ISealRegistry
    function hashSealStatusChange(SealStatusChange calldata c) public pure returns (bytes32) {
        return keccak256(abi.encode(STATUS_CHANGE_TYPEHASH, c));
    }

    /// @inheritdoc ISealRegistry
    function hashSealedDocument(SealedDocument calldata d) public pure returns (bytes32) {
        return keccak256(abi.encode(DOCUMENT_TYPEHASH, d));
    }

    /// @dev The record keeps today's status too, beside the key, where {seal} reads it for nothing.
    function _setStatus(bytes32 sealId, uint8 status) private {
        _seals[sealId].status = status;
        _history[sealId].push(uint48(block.timestamp), status);
    }

    function _isInTime(SealRecord storage entry) private view returns (bool) {
        return entry.validFrom <= block.timestamp && block.timestamp <= entry.validUntil;
    }

    /// @dev Of any kind, by its account of today: a seal outlives a key of its holder.
    function _isActive(address holder) private view returns (bool) {
        (, , bool active) = _participantRegistry.standingOf(holder);
        return active;
    }

    /// @dev The operator is the signer, not the sender: anyone may deliver the act.
    function _isOperator(address account, bytes4 selector) private view returns (bool immediate) {
        (immediate, ) = IAccessManager(authority()).canCall(account, address(this), selector);
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        require(
            SignatureChecker.isValidSignatureNowCalldata(signer, _hashTypedDataV4(structHash), signature),
            SealRegistryInvalidSignature(signer)
        );
    }
}
