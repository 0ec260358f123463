// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ConsentRegistry} from "../../contracts/ConsentRegistry.sol";
import {PledgeRegistry} from "../../contracts/PledgeRegistry.sol";
import {SealRegistry} from "../../contracts/SealRegistry.sol";
import {IConsentRegistry} from "../../contracts/interfaces/IConsentRegistry.sol";
import {IParticipantRegistry} from "../../contracts/interfaces/IParticipantRegistry.sol";
import {IPledgeRegistry} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {ISealRegistry} from "../../contracts/interfaces/ISealRegistry.sol";
import {LedgerWorld} from "./LedgerWorld.sol";

/// @title The consent, pledge and seal registries, and participants that rotate keys and get suspended
abstract contract RegistryWorld is LedgerWorld {
    /// @param keys All that it ever had; the last is today's.
    struct Actor {
        uint256[] keys;
        bool suspended;
    }

    uint8 internal constant ENTERPRISE = 1;
    uint8 internal constant INSTITUTION = 2;
    uint256 internal constant STRANGER = 0x57A;
    uint256 private constant KEYS_EACH = 1_000_000;

    ConsentRegistry internal consents;
    PledgeRegistry internal pledges;
    SealRegistry internal seals;
    Actor[] internal actors;
    /// @dev A rule that was broken while acting: a revert there would go unseen.
    string internal broken;

    /// @dev This contract is the administrator, who may call what has no role: reserve.
    function buildRegistries(uint256 count, uint8 kind) internal {
        build();
        consents = new ConsentRegistry(participants);
        pledges = new PledgeRegistry(address(manager), participants);
        seals = new SealRegistry(address(manager), participants);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = participants.setStatus.selector;
        manager.setTargetFunctionRole(address(participants), selectors, 1);
        selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (seals.issue.selector, seals.setStatus.selector);
        manager.setTargetFunctionRole(address(seals), selectors, 1);
        for (uint256 i = 0; i < count; ++i) enrolActor(kind);
    }

    function toggle(uint256 index) internal {
        Actor storage actor = actors[index];
        address account = VM.addr(keyOf(index));
        IParticipantRegistry.StatusChange memory change = IParticipantRegistry.StatusChange({
            account: account,
            status: actor.suspended ? 1 : 2,
            nonce: participants.nonceOf(account)
        });
        participants.setStatus(change, VM.addr(OPERATOR), toMember(OPERATOR, participants.hashStatusChange(change)));
        actor.suspended = !actor.suspended;
    }

    /// @dev Does nothing for a suspended actor, which can't.
    function rotate(uint256 index) internal {
        Actor storage actor = actors[index];
        if (actor.suspended) return;
        uint256 key = keyOf(index);
        IParticipantRegistry.KeyRotation memory rotation = IParticipantRegistry.KeyRotation({
            account: VM.addr(key),
            newAccount: VM.addr(key + 1),
            nonce: participants.nonceOf(VM.addr(key))
        });
        bytes32 hash = participants.hashKeyRotation(rotation);
        participants.rotateKey(rotation, toMember(key, hash), toMember(key + 1, hash));
        actor.keys.push(key + 1);
    }

    /// @dev Today's key.
    function keyOf(uint256 index) internal view returns (uint256) {
        Actor storage actor = actors[index];
        return actor.keys[actor.keys.length - 1];
    }

    /// @dev Any account that the actor ever had.
    function accountOf(uint256 index, uint256 seed) internal view returns (address) {
        Actor storage actor = actors[index];
        return VM.addr(actor.keys[seed % actor.keys.length]);
    }

    /// @dev Mostly the right key; now and then the actor's first one, which may be dead, or a stranger's.
    /// @return key A key to sign with.
    /// @return may True when the actor's signature by that key must be taken.
    function signerOf(uint256 index, uint256 seed) internal view returns (uint256 key, bool may) {
        uint256 turn = seed % 8;
        key = turn == 0 ? actors[index].keys[0] : turn == 1 ? STRANGER : keyOf(index);
        may = key == keyOf(index) && !actors[index].suspended;
    }

    function hold(bool holds, string memory rule) internal {
        if (!holds) broken = rule;
    }

    // Each act, signed by the given keys: true when the registry took it.

    function tryGive(IConsentRegistry.ConsentGrant memory c, uint256 key) internal returns (bool done) {
        bytes memory signature = toConsents(key, consents.hashConsentGrant(c));
        try consents.give(c, signature) {
            done = true;
        } catch {}
    }

    function tryChange(IConsentRegistry.ConsentChange memory c, uint256 key) internal returns (bool done) {
        bytes memory signature = toConsents(key, consents.hashConsentChange(c));
        try consents.change(c, signature) {
            done = true;
        } catch {}
    }

    function tryReserve(
        IPledgeRegistry.PledgeReservation memory r,
        uint256 key,
        uint256 pledgor
    ) internal returns (bool done) {
        bytes32 pledgeId = pledges.hashPledgeReservation(r);
        try pledges.reserve(r, toPledges(key, pledgeId), toPledges(pledgor, pledgeId)) {
            done = true;
        } catch {}
    }

    function tryConfirm(bytes32 pledgeId, uint256 key) internal returns (bool done) {
        IPledgeRegistry.PledgeConfirmation memory c = IPledgeRegistry.PledgeConfirmation(pledgeId);
        bytes memory signature = toPledges(key, pledges.hashPledgeConfirmation(c));
        try pledges.confirm(c, signature) {
            done = true;
        } catch {}
    }

    function tryRelease(bytes32 pledgeId, uint256 key) internal returns (bool done) {
        IPledgeRegistry.PledgeRelease memory r = IPledgeRegistry.PledgeRelease(pledgeId);
        bytes memory signature = toPledges(key, pledges.hashPledgeRelease(r));
        try pledges.release(r, signature) {
            done = true;
        } catch {}
    }

    function tryIssue(ISealRegistry.SealIssue memory s, uint256 operator, uint256 key) internal returns (bool done) {
        bytes32 sealId = seals.hashSealIssue(s);
        try seals.issue(s, VM.addr(operator), toSeals(operator, sealId), toSeals(key, sealId)) {
            done = true;
        } catch {}
    }

    function trySetStatus(
        ISealRegistry.SealStatusChange memory c,
        address signer,
        uint256 key
    ) internal returns (bool done) {
        bytes memory signature = toSeals(key, seals.hashSealStatusChange(c));
        try seals.setStatus(c, signer, signature) {
            done = true;
        } catch {}
    }

    function trySeal(ISealRegistry.SealedDocument memory d, uint256 key) internal returns (bool done) {
        bytes memory signature = toSeals(key, seals.hashSealedDocument(d));
        try seals.seal(d, signature) {
            done = true;
        } catch {}
    }

    function enrolActor(uint8 kind) internal {
        uint256 key = KEYS_EACH * (actors.length + 1);
        uint256 invitation = key + KEYS_EACH / 2;
        IParticipantRegistry.Admission memory admission = IParticipantRegistry.Admission({
            idCommitment: keccak256(abi.encode(key)),
            kind: kind,
            invitation: VM.addr(invitation),
            expiresAt: START + 1 days
        });
        bytes32 enrolment = participants.hashEnrolment(admission.idCommitment, admission.invitation, VM.addr(key));
        participants.enrol(
            admission,
            VM.addr(OPERATOR),
            toMember(OPERATOR, participants.hashAdmission(admission)),
            VM.addr(key),
            toMember(invitation, enrolment),
            toMember(key, enrolment)
        );
        actors.push();
        actors[actors.length - 1].keys.push(key);
    }

    function toMember(uint256 key, bytes32 structHash) private view returns (bytes memory) {
        return signed(key, domainOf("Rongqiao Participants", address(participants)), structHash);
    }

    function toConsents(uint256 key, bytes32 structHash) private view returns (bytes memory) {
        return signed(key, domainOf("Rongqiao Consents", address(consents)), structHash);
    }

    function toPledges(uint256 key, bytes32 structHash) private view returns (bytes memory) {
        return signed(key, domainOf("Rongqiao Pledges", address(pledges)), structHash);
    }

    function toSeals(uint256 key, bytes32 structHash) private view returns (bytes memory) {
        return signed(key, domainOf("Rongqiao Seals", address(seals)), structHash);
    }
}
