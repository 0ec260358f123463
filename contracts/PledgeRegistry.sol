// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IParticipantRegistry} from "./interfaces/IParticipantRegistry.sol";
import {IPledgeRegistry} from "./interfaces/IPledgeRegistry.sol";

/// @title Pledge registry
/// @notice See {IPledgeRegistry}.
contract PledgeRegistry is AccessManaged, EIP712, IPledgeRegistry {
    uint8 private constant INSTITUTION = 2;
    uint256 private constant LONGEST_RESERVATION = 30 days;

    bytes32 private constant RESERVATION_TYPEHASH =
        keccak256(
            "PledgeReservation(bytes32 assetHash,address institution,address pledgorKey,bytes32 termsCommitment,uint64 reservedUntil,bytes32 salt)"
        );
    bytes32 private constant CONFIRMATION_TYPEHASH = keccak256("PledgeConfirmation(bytes32 pledgeId)");
    bytes32 private constant RELEASE_TYPEHASH = keccak256("PledgeRelease(bytes32 pledgeId)");

    IParticipantRegistry private immutable _participantRegistry;

    /// @dev The states that are stored: all but Lapsed.
    mapping(bytes32 pledgeId => PledgeRecord) private _pledges;
    /// @dev The asset's last pledge, live or not.
    mapping(bytes32 assetHash => bytes32 pledgeId) private _pledgeOf;

    constructor(
        address initialAuthority,
        IParticipantRegistry participantRegistry_
    ) AccessManaged(initialAuthority) EIP712("Rongqiao Pledges", "1") {
        _participantRegistry = participantRegistry_;
    }

    /// @inheritdoc IPledgeRegistry
    function reserve(
        PledgeReservation calldata r,
        bytes calldata institutionSignature,
        bytes calldata pledgorSignature
    ) external restricted {
        bytes32 pledgeId = hashPledgeReservation(r);
        _checkInstitutionSignature(r.institution, pledgeId, institutionSignature);
        _checkSignature(r.pledgorKey, pledgeId, pledgorSignature);
        require(
            block.timestamp <= r.reservedUntil && r.reservedUntil <= block.timestamp + LONGEST_RESERVATION,
            PledgeRegistryInvalidTime(r.reservedUntil)
        );
        PledgeRecord storage pledge = _pledges[pledgeId];
        require(pledge.state == PledgeState.None, PledgeRegistryPledgeExists(pledgeId));
        bytes32 live = livePledgeOf(r.assetHash);
        require(live == bytes32(0), PledgeRegistryAssetPledged(r.assetHash, live));

        pledge.institution = r.institution;
        pledge.reservedUntil = r.reservedUntil;
        pledge.state = PledgeState.Reserved;
        _pledgeOf[r.assetHash] = pledgeId;
        emit PledgeReserved(
            pledgeId,
            r.assetHash,
            r.institution,
            r.pledgorKey,
            r.termsCommitment,
            r.reservedUntil
        );
    }

    /// @inheritdoc IPledgeRegistry
    function confirm(PledgeConfirmation calldata c, bytes calldata signature) external {
        PledgeState state = _stateOf(c.pledgeId);
        require(state == PledgeState.Reserved, PledgeRegistryUnexpectedState(c.pledgeId, state));
        PledgeRecord storage pledge = _pledges[c.pledgeId];
        _checkInstitutionSignature(pledge.institution, hashPledgeConfirmation(c), signature);

        pledge.state = PledgeState.Pledged;
        emit PledgeConfirmed(c.pledgeId);
    }

    /// @inheritdoc IPledgeRegistry
    function release(PledgeRelease calldata r, bytes calldata signature) external {
        PledgeState state = _stateOf(r.pledgeId);
        require(
            state == PledgeState.Reserved || state == PledgeState.Pledged,
            PledgeRegistryUnexpectedState(r.pledgeId, state)
        );
        PledgeRecord storage pledge = _pledges[r.pledgeId];
        _checkInstitutionSignature(pledge.institution, hashPledgeRelease(r), signature);

        pledge.state = PledgeState.Released;
        emit PledgeReleased(r.pledgeId);
    }

    /// @inheritdoc IPledgeRegistry
    function pledgeOf(bytes32 pledgeId) external view returns (PledgeRecord memory pledge) {
        pledge = _pledges[pledgeId];
        pledge.state = _stateOf(pledgeId);
    }

    /// @inheritdoc IPledgeRegistry
    function livePledgeOf(bytes32 assetHash) public view returns (bytes32 pledgeId) {
        bytes32 last = _pledgeOf[assetHash];
        PledgeState state = _stateOf(last);
        return state == PledgeState.Reserved || state == PledgeState.Pledged ? last : bytes32(0);
    }

    /// @inheritdoc IPledgeRegistry
    function hashPledgeReservation(PledgeReservation calldata r) public pure returns (bytes32) {
        return keccak256(abi.encode(RESERVATION_TYPEHASH, r));
    }

    /// @inheritdoc IPledgeRegistry
    function hashPledgeConfirmation(PledgeConfirmation calldata c) public pure returns (bytes32) {
        return keccak256(abi.encode(CONFIRMATION_TYPEHASH, c));
    }

    /// @inheritdoc IPledgeRegistry
    function hashPledgeRelease(PledgeRelease calldata r) public pure returns (bytes32) {
        return keccak256(abi.encode(RELEASE_TYPEHASH, r));
    }

    function _stateOf(bytes32 pledgeId) private view returns (PledgeState) {
        PledgeRecord storage pledge = _pledges[pledgeId];
        PledgeState state = pledge.state;
        bool lapsed = state == PledgeState.Reserved && block.timestamp > pledge.reservedUntil;
        return lapsed ? PledgeState.Lapsed : state;
    }

    /// @dev By the institution's key of today: a pledge outlives a key, and a rotated key is dead.
    function _checkInstitutionSignature(
        address institution,
        bytes32 structHash,
        bytes calldata signature
    ) private view {
        (address current, uint8 kind, bool active) = _participantRegistry.standingOf(institution);
        require(active && kind == INSTITUTION, PledgeRegistryInactiveInstitution(institution));
        _checkSignature(current, structHash, signature);
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        require(
            SignatureChecker.isValidSignatureNowCalldata(signer, _hashTypedDataV4(structHash), signature),
            PledgeRegistryInvalidSignature(signer)
        );
    }
}
