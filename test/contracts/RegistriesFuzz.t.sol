// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsentRegistry} from "../../contracts/interfaces/IConsentRegistry.sol";
import {IPledgeRegistry} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {ISealRegistry} from "../../contracts/interfaces/ISealRegistry.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @title Any times, nonces and keys: each registry takes exactly those within its rules
contract RegistriesFuzzTest is RegistryWorld {
    uint256 private constant BANK_ACTOR = 0;
    uint256 private constant FIRM = 1;
    uint256 private constant ONE_TIME = 0x017E;

    function setUp() public {
        buildRegistries(1, INSTITUTION);
        enrolActor(ENTERPRISE);
    }

    function testFuzz_GivesIffTheTimesAreInOrder(uint64 startsAt, uint64 expiresAt) public {
        takesConsent(startsAt, expiresAt);
    }

    /// @dev Around now, where random times seldom fall.
    function testFuzz_GivesIffNotOverYet(int8 starts, int8 expires) public {
        takesConsent(uint64(uint256(int256(block.timestamp) + starts)), near(expires));
    }

    function testFuzz_IsLiveIffWithinItsTime(uint32 starts, uint32 lasts, uint32 passes) public {
        // The last time that can be kept is in 2106.
        (starts, lasts, passes) = (starts % 1_200_000_000, lasts % 1_200_000_000, passes % 2_400_000_000);
        IConsentRegistry.ConsentGrant memory c = consentOf(START + starts, uint64(START) + starts + lasts);
        require(tryGive(c, keyOf(FIRM)), "give");
        VM.warp(block.timestamp + passes);
        bool live = consents.isLive(consents.hashConsentGrant(c));
        require(live == (c.startsAt <= block.timestamp && block.timestamp <= c.expiresAt), "live");
    }

    function testFuzz_TakesAChangeIffItsNonceIsNextOrHigher(uint64 first, uint64 second) public {
        // Half of the time below 2^24, where they are taken; the last number has no next.
        uint64 last = type(uint24).max;
        if (first % 2 == 0) (first, second) = (first % (last + 10), second % (last + 10));
        bytes32 consentId = given();
        bool taken = tryChange(changeOf(consentId, 2, first), keyOf(FIRM));
        require(taken == (first < last), "first");
        require(consents.consentOf(consentId).nonce == (taken ? first + 1 : 0), "next");
        bool expected = second < last && (!taken || second > first);
        require(tryChange(changeOf(consentId, 1, second), keyOf(FIRM)) == expected, "second");
    }

    function testFuzz_ReservesIffAtMost30DaysAhead(int32 ahead) public {
        uint64 until = uint64(uint256(int256(block.timestamp) + (int256(ahead) % 40 days)));
        bool within30Days = until >= block.timestamp && until - block.timestamp <= 30 days;
        require(tryReserve(pledgeOf(until), keyOf(BANK_ACTOR), ONE_TIME) == within30Days, "reserve");
    }

    function testFuzz_ConfirmsIffInTime(uint32 lasts, uint32 passes) public {
        IPledgeRegistry.PledgeReservation memory r = pledgeOf(uint64(block.timestamp) + (lasts % 30 days));
        require(tryReserve(r, keyOf(BANK_ACTOR), ONE_TIME), "reserve");
        VM.warp(block.timestamp + (passes % 60 days));
        bytes32 pledgeId = pledges.hashPledgeReservation(r);
        bool inTime = block.timestamp <= r.reservedUntil;
        require((pledges.livePledgeOf(r.assetHash) == pledgeId) == inTime, "live");
        require(tryConfirm(pledgeId, keyOf(BANK_ACTOR)) == inTime, "confirm");
    }

    function testFuzz_SealsIffWithinItsTime(uint32 starts, uint32 lasts, uint32 passes) public {
        ISealRegistry.SealIssue memory s = sealOf(START + starts, uint64(START) + starts + lasts);
        require(tryIssue(s, OPERATOR, ONE_TIME), "issue");
        VM.warp(block.timestamp + passes);
        bool inTime = s.validFrom <= block.timestamp && block.timestamp <= s.validUntil;
        bytes32 sealId = seals.hashSealIssue(s);
        require(seals.canSeal(sealId) == inTime, "can seal");
        require(trySeal(ISealRegistry.SealedDocument(sealId, "document"), ONE_TIME) == inTime, "seal");
        require(seals.statusAt(sealId, START - 1) == 0, "before it was issued");
        require(seals.statusAt(sealId, START + uint64(passes)) == 1, "since it was issued");
    }

    function testFuzz_IssuesIffTheTimesAreInOrder(uint64 validFrom, uint64 validUntil) public {
        bool inOrder = validFrom <= validUntil && validUntil >= block.timestamp && validUntil <= type(uint40).max;
        require(tryIssue(sealOf(validFrom, validUntil), OPERATOR, ONE_TIME) == inOrder, "issue");
    }

    function testFuzz_NoOtherKeyActs(uint256 key) public {
        // Keys lie below the order of the curve; the right ones are left out.
        key = within(key, 1, type(uint128).max);
        if (key == keyOf(FIRM) || key == keyOf(BANK_ACTOR) || key == ONE_TIME || key == OPERATOR) return;
        bytes32 consentId = given();
        IPledgeRegistry.PledgeReservation memory r = pledgeOf(START + 1 days);
        ISealRegistry.SealIssue memory s = sealOf(START, START + 1 days);
        require(!tryReserve(r, key, ONE_TIME) && !tryReserve(r, keyOf(BANK_ACTOR), key), "reserve");
        require(!tryIssue(s, key, ONE_TIME) && !tryIssue(s, OPERATOR, key), "issue");
        require(tryReserve(r, keyOf(BANK_ACTOR), ONE_TIME) && tryIssue(s, OPERATOR, ONE_TIME), "right keys");
        require(!tryGive(consentOf(START, START + 2), key), "give");
        require(!tryChange(changeOf(consentId, 3, 0), key), "change");
        require(!tryConfirm(pledges.hashPledgeReservation(r), key), "confirm");
        require(!tryRelease(pledges.hashPledgeReservation(r), key), "release");
        ISealRegistry.SealStatusChange memory stop = ISealRegistry.SealStatusChange(seals.hashSealIssue(s), 2, 0);
        for (uint256 i = 0; i < 3; ++i)
            require(!trySetStatus(stop, VM.addr([OPERATOR, keyOf(FIRM), key][i]), key), "status");
        require(!trySeal(ISealRegistry.SealedDocument(stop.sealId, "document"), key), "seal");
    }

    function takesConsent(uint64 startsAt, uint64 expiresAt) private {
        bool inOrder = startsAt <= expiresAt && expiresAt >= block.timestamp && expiresAt <= type(uint32).max;
        require(tryGive(consentOf(startsAt, expiresAt), keyOf(FIRM)) == inOrder, "times");
    }

    function near(int8 offset) private view returns (uint64) {
        return uint64(uint256(int256(block.timestamp) + offset));
    }

    function given() private returns (bytes32) {
        IConsentRegistry.ConsentGrant memory c = consentOf(START, START + 1 days);
        require(tryGive(c, keyOf(FIRM)), "give");
        return consents.hashConsentGrant(c);
    }

    function consentOf(
        uint64 startsAt,
        uint64 expiresAt
    ) private view returns (IConsentRegistry.ConsentGrant memory) {
        return IConsentRegistry.ConsentGrant(VM.addr(keyOf(FIRM)), "terms", startsAt, expiresAt);
    }

    function changeOf(
        bytes32 consentId,
        uint8 state,
        uint64 nonce
    ) private pure returns (IConsentRegistry.ConsentChange memory) {
        return IConsentRegistry.ConsentChange(consentId, state, nonce);
    }

    function pledgeOf(uint64 until) private view returns (IPledgeRegistry.PledgeReservation memory) {
        address bank = VM.addr(keyOf(BANK_ACTOR));
        return IPledgeRegistry.PledgeReservation("asset", bank, VM.addr(ONE_TIME), "terms", until, "salt");
    }

    function sealOf(uint64 from, uint64 until) private view returns (ISealRegistry.SealIssue memory) {
        return ISealRegistry.SealIssue("seal", VM.addr(keyOf(FIRM)), VM.addr(ONE_TIME), from, until);
    }
}
