// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Who may act: accounts admitted by an operator and claimed by their own keys
/// @notice An operator signs an admission and hands over an activation code, the private key of `invitation`. Its holder
/// chooses an account and signs with both keys, so the operator can't choose the account. Identities stay off chain
/// behind a salted commitment. Every function takes signatures and may be sent by anyone.
interface IParticipantRegistry {
    /// @notice Signed by an operator.
    /// @param idCommitment Salted commitment of the body's identity.
    /// @param kind 1 enterprise, 2 institution, 3 department, 4 regulator, 5 operator.
    /// @param invitation Address of the one-time activation key.
    /// @param expiresAt Last second of validity.
    struct Admission {
        bytes32 idCommitment;
        uint8 kind;
        address invitation;
        uint64 expiresAt;
    }

    /// @notice Signed by an operator.
    /// @param status 1 active, 2 suspended.
    /// @param nonce The account's next nonce.
    struct StatusChange {
        address account;
        uint8 status;
        uint256 nonce;
    }

    /// @notice Signed by both keys.
    /// @param nonce The old account's next nonce.
    struct KeyRotation {
        address account;
        address newAccount;
        uint256 nonce;
    }

    /// @param kind As in {Admission}.
    /// @param status 0 none, 1 active, 2 suspended, 3 rotated (the key is dead).
    /// @param rotatedIn True for an account that came by rotation.
    /// @param enrolledAt Unix seconds of the first enrolment; a rotation keeps it.
    /// @param link From an account that came by rotation to the one that enrolled, and from that to the one of today (zero
    /// before its first rotation): so following any number of rotations is two reads.
    /// @param idCommitment As in {Admission}.
    struct Participant {
        uint8 kind;
        uint8 status;
        bool rotatedIn;
        uint64 enrolledAt;
        address link;
        bytes32 idCommitment;
    }

    /// @notice An account may act as one of its kind.
    event ParticipantEnrolled(address indexed account, uint8 kind, bytes32 indexed idCommitment);
    /// @notice An account was suspended or reactivated, by whose signature.
    event ParticipantStatusChanged(address indexed account, uint8 status, address indexed operator);
    /// @notice An account is dead; another stands for its participant.
    event ParticipantKeyRotated(address indexed account, address indexed newAccount);

    error ParticipantRegistryInvalidSignature(address signer);
    error ParticipantRegistryNotOperator(address signer);
    error ParticipantRegistryZeroCommitment();
    error ParticipantRegistryUnknownKind(uint8 kind);
    error ParticipantRegistryUnknownStatus(uint8 status);
    error ParticipantRegistryAdmissionExpired(uint64 expiresAt);
    error ParticipantRegistryInvitationUsed(address invitation);
    error ParticipantRegistryIdentityEnrolled(bytes32 idCommitment);
    error ParticipantRegistryAccountEnrolled(address account);
    /// @notice The account isn't enrolled, or its key was rotated away, or (to rotate) it is suspended.
    error ParticipantRegistryUnexpectedStatus(address account, uint8 status);
    error ParticipantRegistryInvalidNonce(address account, uint256 expected);

    /// @notice Enrols `account`. Emits {ParticipantEnrolled}.
    /// @param operator An address that the access manager lets call this function, immediately.
    /// @param operatorSignature Of `admission` by `operator`.
    /// @param invitationSignature Of Enrolment(idCommitment, invitation, account) by the activation key.
    /// @param accountSignature Of the same by `account`.
    function enrol(
        Admission calldata admission,
        address operator,
        bytes calldata operatorSignature,
        address account,
        bytes calldata invitationSignature,
        bytes calldata accountSignature
    ) external;

    /// @notice Suspends or reactivates. Emits {ParticipantStatusChanged}.
    function setStatus(StatusChange calldata change, address operator, bytes calldata operatorSignature) external;

    /// @notice Replaces an active participant's key. Emits {ParticipantKeyRotated}.
    function rotateKey(
        KeyRotation calldata rotation,
        bytes calldata signature,
        bytes calldata newSignature
    ) external;

    /// @notice An account's record; all zero when it never enrolled. As in {Participant}.
    function participantOf(
        address account
    ) external view returns (uint8 kind, uint8 status, bytes32 idCommitment, uint64 enrolledAt);

    /// @notice True for an account of that kind which may act now.
    function isActive(address account, uint8 kind) external view returns (bool);

    /// @notice The account that stands for `account` today, after any number of rotations; zero when it never enrolled.
    function currentAccountOf(address account) external view returns (address);

    /// @notice The account that stands for `account` today, what it is, and whether it may act now; as one answer, for
    /// contracts that check a signature.
    function standingOf(address account) external view returns (address current, uint8 kind, bool active);

    /// @notice The nonce of the account's next status change or key rotation.
    function nonceOf(address account) external view returns (uint256);

    /// @notice The EIP-712 struct hash of {Admission}.
    function hashAdmission(Admission calldata admission) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of Enrolment(idCommitment, invitation, account).
    function hashEnrolment(bytes32 idCommitment, address invitation, address account) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of {StatusChange}.
    function hashStatusChange(StatusChange calldata change) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of {KeyRotation}.
    function hashKeyRotation(KeyRotation calldata rotation) external pure returns (bytes32);
}
