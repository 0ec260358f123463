// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What enterprises agreed to: consents given, paused and revoked by their own keys
/// @notice Recipient, catalogs, purpose and every other term are behind the salted `commitment`: the chain shows that a
/// consent stands, not what it is about. Every function takes signatures and may be sent by anyone.
interface IConsentRegistry {
    /// @notice Signed by the holder's key of today. Its struct hash is the consent's id.
    /// @param holder The enterprise whose data it is: any account that was ever its own.
    /// @param commitment Salted commitment of the terms.
    /// @param startsAt First second of validity.
    /// @param expiresAt Last second of validity.
    struct ConsentGrant {
        address holder;
        bytes32 commitment;
        uint64 startsAt;
        uint64 expiresAt;
    }

    /// @notice Signed by the holder's key of today.
    /// @param state 1 active, 2 paused, 3 revoked (final).
    /// @param nonce At least the consent's next nonce. A gap is fine, so that an act that never arrived can't stand in
    /// the way of a revocation; whatever was passed over is void.
    struct ConsentChange {
        bytes32 consentId;
        uint8 state;
        uint64 nonce;
    }

    /// @notice A consent as it stands.
    /// @param state 0 none, else as in {ConsentChange}.
    /// @param nonce The next change's lowest nonce.
    struct ConsentRecord {
        address holder;
        uint32 startsAt;
        uint32 expiresAt;
        uint8 state;
        uint24 nonce;
    }

    /// @notice A consent stands, active.
    event ConsentGiven(
        bytes32 indexed consentId,
        address indexed holder,
        bytes32 commitment,
        uint64 startsAt,
        uint64 expiresAt
    );
    /// @notice A consent was paused, resumed or revoked.
    event ConsentChanged(bytes32 indexed consentId, uint8 state, uint64 nonce);

    /// @notice The act isn't signed by this account.
    error ConsentRegistryInvalidSignature(address signer);
    /// @notice The holder isn't an enterprise that may act now.
    error ConsentRegistryInactiveHolder(address holder);
    /// @notice It would end before it starts, or is over already.
    error ConsentRegistryInvalidTimes(uint64 startsAt, uint64 expiresAt);
    /// @notice A consent is given once; a new one differs in its commitment.
    error ConsentRegistryConsentExists(bytes32 consentId);
    /// @notice None of 1 to 3.
    error ConsentRegistryUnknownState(uint8 state);
    /// @notice No such consent, or it was revoked.
    error ConsentRegistryUnexpectedState(bytes32 consentId, uint8 state);
    /// @notice A change with this nonce or a higher one was taken already; `next` is the lowest to use.
    error ConsentRegistryInvalidNonce(bytes32 consentId, uint64 next);

    /// @notice Records a consent as active. Emits {ConsentGiven}.
    function give(ConsentGrant calldata consent, bytes calldata signature) external;

    /// @notice Pauses, resumes or revokes. Emits {ConsentChanged}.
    function change(ConsentChange calldata change_, bytes calldata signature) external;

    /// @notice All zero when no such consent was given.
    function consentOf(bytes32 consentId) external view returns (ConsentRecord memory);

    /// @notice True when the consent is active and within its time.
    function isLive(bytes32 consentId) external view returns (bool);

    /// @notice The EIP-712 struct hash: the consent's id.
    function hashConsentGrant(ConsentGrant calldata consent) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash.
    function hashConsentChange(ConsentChange calldata change_) external pure returns (bytes32);
}
