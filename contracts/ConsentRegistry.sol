// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IConsentRegistry} from "./interfaces/IConsentRegistry.sol";
import {IParticipantRegistry} from "./interfaces/IParticipantRegistry.sol";

/// @title Consent registry
/// @notice See {IConsentRegistry}.
contract ConsentRegistry is EIP712, IConsentRegistry {
    uint8 private constant ENTERPRISE = 1;
    uint8 private constant ACTIVE = 1;
    uint8 private constant REVOKED = 3;

    bytes32 private constant GRANT_TYPEHASH =
        keccak256("ConsentGrant(address holder,bytes32 commitment,uint64 startsAt,uint64 expiresAt)");
    bytes32 private constant CHANGE_TYPEHASH =
        keccak256("ConsentChange(bytes32 consentId,uint8 state,uint64 nonce)");

    IParticipantRegistry private immutable _participantRegistry;

    mapping(bytes32 consentId => ConsentRecord) private _consents;

    constructor(IParticipantRegistry participantRegistry_) EIP712("Rongqiao Consents", "1") {
        _participantRegistry = participantRegistry_;
    }

    /// @inheritdoc IConsentRegistry
    function give(ConsentGrant calldata c, bytes calldata signature) external {
        bytes32 consentId = hashConsentGrant(c);
        _checkHolderSignature(c.holder, consentId, signature);
        ConsentRecord storage consent = _consents[consentId];
        require(consent.state == 0, ConsentRegistryConsentExists(consentId));
        require(
            c.startsAt <= c.expiresAt && block.timestamp <= c.expiresAt && c.expiresAt <= type(uint32).max,
            ConsentRegistryInvalidTimes(c.startsAt, c.expiresAt)
        );

        // One storage slot: the commitment is in the id and the event, the nonce starts at zero.
        consent.holder = c.holder;
        consent.startsAt = uint32(c.startsAt);
        consent.expiresAt = uint32(c.expiresAt);
        consent.state = ACTIVE;
        emit ConsentGiven(consentId, c.holder, c.commitment, c.startsAt, c.expiresAt);
    }

    /// @inheritdoc IConsentRegistry
    function change(ConsentChange calldata c, bytes calldata signature) external {
        ConsentRecord storage consent = _consents[c.consentId];
        uint8 state = consent.state;
        require(state != 0 && state != REVOKED, ConsentRegistryUnexpectedState(c.consentId, state));
        _checkHolderSignature(consent.holder, hashConsentChange(c), signature);
        require(c.state != 0 && c.state <= REVOKED, ConsentRegistryUnknownState(c.state));
        require(
            c.nonce >= consent.nonce && c.nonce < type(uint24).max,
            ConsentRegistryInvalidNonce(c.consentId, consent.nonce)
        );

        consent.state = c.state;
        consent.nonce = uint24(c.nonce) + 1;
        emit ConsentChanged(c.consentId, c.state, c.nonce);
    }

    /// @inheritdoc IConsentRegistry
    function consentOf(bytes32 consentId) external view returns (ConsentRecord memory) {
        return _consents[consentId];
    }

    /// @inheritdoc IConsentRegistry
    function isLive(bytes32 consentId) external view returns (bool) {
        ConsentRecord storage consent = _consents[consentId];
        return
            consent.state == ACTIVE &&
            consent.startsAt <= block.timestamp &&
            block.timestamp <= consent.expiresAt;
    }

    /// @inheritdoc IConsentRegistry
    function hashConsentGrant(ConsentGrant calldata c) public pure returns (bytes32) {
        return keccak256(abi.encode(GRANT_TYPEHASH, c));
    }

    /// @inheritdoc IConsentRegistry
    function hashConsentChange(ConsentChange calldata c) public pure returns (bytes32) {
        return keccak256(abi.encode(CHANGE_TYPEHASH, c));
    }

    /// @dev By the holder's key of today: a consent outlives a key, and a rotated key is dead.
    function _checkHolderSignature(address holder, bytes32 structHash, bytes calldata signature) private view {
        (address current, uint8 kind, bool active) = _participantRegistry.standingOf(holder);
        require(active && kind == ENTERPRISE, ConsentRegistryInactiveHolder(holder));
        require(
            SignatureChecker.isValidSignatureNowCalldata(current, _hashTypedDataV4(structHash), signature),
            ConsentRegistryInvalidSignature(current)
        );
    }
}
