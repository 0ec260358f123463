// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Which asset is pledged: one live pledge an asset, whichever institutions ask
/// @notice An asset is known by a keyed hash, which only the platform's members can make, and its owner by a one-time
/// key: the chain shows neither.
interface IPledgeRegistry {
    /// @dev Forward only. Lapsed is never stored: a reservation becomes it when its time is over.
    enum PledgeState {
        None,
        Reserved,
        Pledged,
        Released,
        Lapsed
    }

    /// @notice Signed by the institution's key of today and by the pledgor's one-time key. Its struct hash is the pledge's
    /// id.
    /// @param assetHash Keyed hash of the asset.
    /// @param termsCommitment Salted commitment of what is pledged for what.
    /// @param reservedUntil Last second to confirm in; at most 30 days ahead.
    struct PledgeReservation {
        bytes32 assetHash;
        address institution;
        address pledgorKey;
        bytes32 termsCommitment;
        uint64 reservedUntil;
        bytes32 salt;
    }

    /// @notice Signed by the institution's key of today.
    struct PledgeConfirmation {
        bytes32 pledgeId;
    }

    /// @notice Signed by the institution's key of today.
    struct PledgeRelease {
        bytes32 pledgeId;
    }

    /// @notice A pledge as it stands.
    /// @param institution The account that reserved; {IParticipantRegistry-currentAccountOf} follows its rotations.
    struct PledgeRecord {
        address institution;
        uint64 reservedUntil;
        PledgeState state;
    }

    /// @notice An asset is held for a pledge.
    event PledgeReserved(
        bytes32 indexed pledgeId,
        bytes32 indexed assetHash,
        address indexed institution,
        address pledgorKey,
        bytes32 termsCommitment,
        uint64 reservedUntil
    );
    /// @notice A reservation became a pledge.
    event PledgeConfirmed(bytes32 indexed pledgeId);
    /// @notice The asset is free again.
    event PledgeReleased(bytes32 indexed pledgeId);

    /// @notice The act isn't signed by this account.
    error PledgeRegistryInvalidSignature(address signer);
    /// @notice It isn't an institution that may act now.
    error PledgeRegistryInactiveInstitution(address institution);
    /// @notice It would be over already, or hold the asset for more than 30 days unconfirmed.
    error PledgeRegistryInvalidTime(uint64 reservedUntil);
    /// @notice A reservation counts once; a new one differs in its salt.
    error PledgeRegistryPledgeExists(bytes32 pledgeId);
    /// @notice The asset has a live pledge, this one.
    error PledgeRegistryAssetPledged(bytes32 assetHash, bytes32 pledgeId);
    /// @notice The pledge is not in a state to do this in.
    error PledgeRegistryUnexpectedState(bytes32 pledgeId, PledgeState state);

    /// @notice Reserves an asset that has no live pledge. Restricted to the relay, which vouches that the hash is the
    /// asset's and that its owner stands behind the one-time key. Emits {PledgeReserved}.
    function reserve(
        PledgeReservation calldata reservation,
        bytes calldata institutionSignature,
        bytes calldata pledgorSignature
    ) external;

    /// @notice Makes a reservation a pledge, in time. Emits {PledgeConfirmed}.
    function confirm(PledgeConfirmation calldata confirmation, bytes calldata signature) external;

    /// @notice Frees the asset of a reservation or a pledge. Emits {PledgeReleased}.
    function release(PledgeRelease calldata release_, bytes calldata signature) external;

    /// @notice The pledge as of now: Lapsed when the time to confirm is over.
    function pledgeOf(bytes32 pledgeId) external view returns (PledgeRecord memory);

    /// @notice Whether the asset can be reserved.
    /// @return pledgeId The pledge that holds the asset now, reserved or confirmed; zero when it is free.
    function livePledgeOf(bytes32 assetHash) external view returns (bytes32 pledgeId);

    /// @notice The EIP-712 struct hash: the pledge's id.
    function hashPledgeReservation(PledgeReservation calldata reservation) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash.
    function hashPledgeConfirmation(PledgeConfirmation calldata confirmation) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash.
    function hashPledgeRelease(PledgeRelease calldata release_) external pure returns (bytes32);
}
