// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IParticipantRegistry} from "./interfaces/IParticipantRegistry.sol";

/// @title Participant registry
/// @notice See {IParticipantRegistry}.
contract ParticipantRegistry is AccessManaged, EIP712, IParticipantRegistry {
    uint8 private constant LAST_KIND = 5;
    uint8 private constant ACTIVE = 1;
    uint8 private constant SUSPENDED = 2;
    uint8 private constant ROTATED = 3;

    bytes32 private constant ADMISSION_TYPEHASH =
        keccak256("Admission(bytes32 idCommitment,uint8 kind,address invitation,uint64 expiresAt)");
    bytes32 private constant ENROLMENT_TYPEHASH =
        keccak256("Enrolment(bytes32 idCommitment,address invitation,address account)");
    bytes32 private constant STATUS_CHANGE_TYPEHASH =
        keccak256("StatusChange(address account,uint8 status,uint256 nonce)");
    bytes32 private constant KEY_ROTATION_TYPEHASH =
        keccak256("KeyRotation(address account,address newAccount,uint256 nonce)");

    mapping(address account => Participant) private _participants;
    mapping(address account => uint256) private _nonces;
    mapping(bytes32 idCommitment => bool) private _enrolledIdentities;
    mapping(address invitation => bool) private _usedInvitations;

    constructor(address initialAuthority) AccessManaged(initialAuthority) EIP712("Rongqiao Participants", "1") {}

    /// @inheritdoc IParticipantRegistry
    function enrol(
        Admission calldata admission,
        address operator,
        bytes calldata operatorSignature,
        address account,
        bytes calldata invitationSignature,
        bytes calldata accountSignature
    ) external {
        _checkOperator(operator, this.enrol.selector);
        _checkSignature(operator, hashAdmission(admission), operatorSignature);
        bytes32 enrolment = hashEnrolment(admission.idCommitment, admission.invitation, account);
        _checkSignature(admission.invitation, enrolment, invitationSignature);
        _checkSignature(account, enrolment, accountSignature);
        _enrol(admission, account);
    }

    /// @inheritdoc IParticipantRegistry
    function setStatus(StatusChange calldata change, address operator, bytes calldata operatorSignature) external {
        _checkOperator(operator, this.setStatus.selector);
        _checkSignature(operator, hashStatusChange(change), operatorSignature);
        require(
            change.status == ACTIVE || change.status == SUSPENDED,
            ParticipantRegistryUnknownStatus(change.status)
        );
        uint8 status = _participants[change.account].status;
        require(
            status == ACTIVE || status == SUSPENDED,
            ParticipantRegistryUnexpectedStatus(change.account, status)
        );
        _useNonce(change.account, change.nonce);

        _participants[change.account].status = change.status;
        emit ParticipantStatusChanged(change.account, change.status, operator);
    }

    /// @inheritdoc IParticipantRegistry
    function rotateKey(
        KeyRotation calldata rotation,
        bytes calldata signature,
        bytes calldata newSignature
    ) external {
        address account = rotation.account;
        address newAccount = rotation.newAccount;
        bytes32 structHash = hashKeyRotation(rotation);
        _checkSignature(account, structHash, signature);
        _checkSignature(newAccount, structHash, newSignature);
        Participant memory participant = _participants[account];
        // A suspended participant can't rotate: whoever stole its key could otherwise lock the owner out.
        require(
            participant.status == ACTIVE,
            ParticipantRegistryUnexpectedStatus(account, participant.status)
        );
        require(_participants[newAccount].status == 0, ParticipantRegistryAccountEnrolled(newAccount));
        _useNonce(account, rotation.nonce);

        address origin = participant.rotatedIn ? participant.link : account;
        participant.rotatedIn = true;
        participant.link = origin;
        _participants[newAccount] = participant;
        _participants[account].status = ROTATED;
        _participants[origin].link = newAccount;
        emit ParticipantKeyRotated(account, newAccount);
    }

    /// @inheritdoc IParticipantRegistry
    function participantOf(
        address account
    ) external view returns (uint8 kind, uint8 status, bytes32 idCommitment, uint64 enrolledAt) {
        Participant storage participant = _participants[account];
        return (participant.kind, participant.status, participant.idCommitment, participant.enrolledAt);
    }

    /// @inheritdoc IParticipantRegistry
    function isActive(address account, uint8 kind) external view returns (bool) {
        Participant storage participant = _participants[account];
        return participant.status == ACTIVE && participant.kind == kind;
    }

    /// @inheritdoc IParticipantRegistry
    function currentAccountOf(address account) public view returns (address) {
        Participant storage participant = _participants[account];
        if (participant.status == 0) return address(0);
        address origin = participant.rotatedIn ? participant.link : account;
        address current = _participants[origin].link;
        return current == address(0) ? origin : current;
    }

    /// @inheritdoc IParticipantRegistry
    function standingOf(address account) external view returns (address current, uint8 kind, bool active) {
        current = currentAccountOf(account);
        Participant storage participant = _participants[current];
        (kind, active) = (participant.kind, participant.status == ACTIVE);
    }

    /// @inheritdoc IParticipantRegistry
    function nonceOf(address account) external view returns (uint256) {
        return _nonces[account];
    }

    /// @inheritdoc IParticipantRegistry
    function hashAdmission(Admission calldata a) public pure returns (bytes32) {
        return keccak256(abi.encode(ADMISSION_TYPEHASH, a.idCommitment, a.kind, a.invitation, a.expiresAt));
    }

    /// @inheritdoc IParticipantRegistry
    function hashEnrolment(bytes32 idCommitment, address invitation, address account) public pure returns (bytes32) {
        return keccak256(abi.encode(ENROLMENT_TYPEHASH, idCommitment, invitation, account));
    }

    /// @inheritdoc IParticipantRegistry
    function hashStatusChange(StatusChange calldata c) public pure returns (bytes32) {
        return keccak256(abi.encode(STATUS_CHANGE_TYPEHASH, c.account, c.status, c.nonce));
    }

    /// @inheritdoc IParticipantRegistry
    function hashKeyRotation(KeyRotation calldata r) public pure returns (bytes32) {
        return keccak256(abi.encode(KEY_ROTATION_TYPEHASH, r.account, r.newAccount, r.nonce));
    }

    function _enrol(Admission calldata admission, address account) private {
        bytes32 idCommitment = admission.idCommitment;
        require(idCommitment != bytes32(0), ParticipantRegistryZeroCommitment());
        require(
            admission.kind != 0 && admission.kind <= LAST_KIND,
            ParticipantRegistryUnknownKind(admission.kind)
        );
        require(block.timestamp <= admission.expiresAt, ParticipantRegistryAdmissionExpired(admission.expiresAt));
        require(!_enrolledIdentities[idCommitment], ParticipantRegistryIdentityEnrolled(idCommitment));
        require(!_usedInvitations[admission.invitation], ParticipantRegistryInvitationUsed(admission.invitation));
        require(_participants[account].status == 0, ParticipantRegistryAccountEnrolled(account));

        _enrolledIdentities[idCommitment] = true;
        _usedInvitations[admission.invitation] = true;
        _participants[account] = Participant({
            kind: admission.kind,
            status: ACTIVE,
            rotatedIn: false,
            enrolledAt: uint64(block.timestamp),
            link: address(0),
            idCommitment: idCommitment
        });
        emit ParticipantEnrolled(account, admission.kind, idCommitment);
    }

    function _useNonce(address account, uint256 nonce) private {
        uint256 expected = _nonces[account];
        require(nonce == expected, ParticipantRegistryInvalidNonce(account, expected));
        _nonces[account] = expected + 1;
    }

    /// @dev The operator is the signer, not the sender: anyone may deliver the act.
    function _checkOperator(address operator, bytes4 selector) private view {
        (bool immediate, ) = IAccessManager(authority()).canCall(operator, address(this), selector);
        require(immediate, ParticipantRegistryNotOperator(operator));
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        require(
            SignatureChecker.isValidSignatureNowCalldata(signer, _hashTypedDataV4(structHash), signature),
            ParticipantRegistryInvalidSignature(signer)
        );
    }
}
