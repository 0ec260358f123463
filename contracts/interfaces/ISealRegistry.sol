// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Electronic seals: issued to participants, stopped when need be, and the documents sealed with them
/// @notice The seal's identity and each document are behind salted commitments. Every function takes signatures and may
/// be sent by anyone.
interface ISealRegistry {
    /// @notice Signed by an operator and by the seal's key. Its struct hash is the seal's id.
    /// @param idCommitment Salted commitment of what the seal says: name, type, number.
    /// @param holder The participant that it belongs to: any account that was ever its own.
    /// @param key The key that seals.
    /// @param validFrom First second of validity.
    /// @param validUntil Last second of validity.
    struct SealIssue {
        bytes32 idCommitment;
        address holder;
        address key;
        uint64 validFrom;
        uint64 validUntil;
    }

    /// @notice Signed by an operator, or by the holder's key of today, which may suspend and revoke.
    /// @param status 1 issued, 2 suspended, 3 revoked (final).
    /// @param nonce The seal's next nonce. No gaps: with one, an operator or a holder could shut the other out.
    struct SealStatusChange {
        bytes32 sealId;
        uint8 status;
        uint64 nonce;
    }

    /// @notice Signed by the seal's key.
    struct SealedDocument {
        bytes32 sealId;
        bytes32 documentCommitment;
    }

    /// @notice A seal as it stands.
    /// @param status 0 none, else as in {SealStatusChange}.
    /// @param nonce The next change's.
    struct SealRecord {
        address holder;
        uint40 validFrom;
        uint40 validUntil;
        address key;
        uint8 status;
        uint64 nonce;
    }

    /// @notice A seal may seal within its time.
    event SealIssued(
        bytes32 indexed sealId,
        address indexed holder,
        address indexed key,
        bytes32 idCommitment,
        uint64 validFrom,
        uint64 validUntil
    );
    /// @notice A seal was suspended, reinstated or revoked, by `signer`.
    event SealStatusChanged(bytes32 indexed sealId, uint8 status, address indexed signer);
    /// @notice The document was sealed now.
    event DocumentSealed(bytes32 indexed sealId, bytes32 indexed documentCommitment);

    /// @notice The act isn't signed by this account.
    error SealRegistryInvalidSignature(address signer);
    /// @notice The access manager doesn't let it issue, immediately.
    error SealRegistryNotOperator(address signer);
    /// @notice The signer is neither an operator nor the holder's key of today, or is the holder and asks to reinstate.
    error SealRegistryNotEntitled(address signer, uint8 status);
    /// @notice The holder isn't a participant that may act now.
    error SealRegistryInactiveHolder(address holder);
    /// @notice It would end before it starts, or is over already.
    error SealRegistryInvalidTimes(uint64 validFrom, uint64 validUntil);
    /// @notice A seal is issued once; a new one differs in its commitment.
    error SealRegistrySealExists(bytes32 sealId);
    /// @notice None of 1 to 3.
    error SealRegistryUnknownStatus(uint8 status);
    /// @notice No such seal, or it was revoked, or (to seal) it is suspended.
    error SealRegistryUnexpectedStatus(bytes32 sealId, uint8 status);
    /// @notice Not the seal's next nonce.
    error SealRegistryInvalidNonce(bytes32 sealId, uint64 expected);
    /// @notice The seal isn't valid yet, or no longer.
    error SealRegistryOutOfTime(bytes32 sealId, uint64 validFrom, uint64 validUntil);
    /// @notice This seal sealed the document before.
    error SealRegistryAlreadySealed(bytes32 sealId, bytes32 documentCommitment);

    /// @notice Issues a seal. Emits {SealIssued}.
    /// @param operator An address that the access manager lets call this function, immediately.
    /// @param operatorSignature Of `seal_` by `operator`.
    /// @param keySignature Of `seal_` by its key.
    function issue(
        SealIssue calldata seal_,
        address operator,
        bytes calldata operatorSignature,
        bytes calldata keySignature
    ) external;

    /// @notice Suspends, reinstates or revokes. Emits {SealStatusChanged}.
    /// @param signer An operator, who may do all three, or the holder's key of today, which may not reinstate.
    function setStatus(SealStatusChange calldata change, address signer, bytes calldata signature) external;

    /// @notice Records a document as sealed, once. Emits {DocumentSealed}.
    function seal(SealedDocument calldata document, bytes calldata signature) external;

    /// @notice All zero when no such seal was issued.
    function sealOf(bytes32 sealId) external view returns (SealRecord memory);

    /// @notice True when {seal} takes the seal's signature now: issued, within its time, and its holder active.
    function canSeal(bytes32 sealId) external view returns (bool);

    /// @notice The status at the end of that second; of a future time, today's. A document that was anchored by batch was
    /// sealed in order when this was 1 at the batch's time, and that time within the seal's.
    /// @return status As in {SealStatusChange}; 0 before the seal was issued.
    function statusAt(bytes32 sealId, uint64 time) external view returns (uint8 status);

    /// @notice When {seal} recorded the document; one anchored by batch leaves no trace here.
    /// @return at Unix seconds; 0 when it didn't.
    function sealedAt(bytes32 sealId, bytes32 documentCommitment) external view returns (uint64 at);

    /// @notice The EIP-712 struct hash: the seal's id.
    function hashSealIssue(SealIssue calldata seal_) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash.
    function hashSealStatusChange(SealStatusChange calldata change) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash.
    function hashSealedDocument(SealedDocument calldata document) external pure returns (bytes32);
}
