// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {AnchorRegistry} from "../../contracts/AnchorRegistry.sol";
import {FinancingLedger} from "../../contracts/FinancingLedger.sol";
import {ParticipantRegistry} from "../../contracts/ParticipantRegistry.sol";
import {IFinancingLedger} from "../../contracts/interfaces/IFinancingLedger.sol";
import {IParticipantRegistry} from "../../contracts/interfaces/IParticipantRegistry.sol";

/// @dev The cheat codes in use, of those that the test runner answers at this address.
interface Vm {
    function addr(uint256 privateKey) external pure returns (address);

    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    function warp(uint256 timestamp) external;
}

/// @title Contracts, keys and signed acts for the Solidity tests
abstract contract LedgerWorld {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 internal constant OPERATOR = 0xA11CE;
    uint256 internal constant BANK = 0xBA4C;
    uint64 internal constant START = 1_800_000_000;

    AccessManager internal manager;
    ParticipantRegistry internal participants;
    AnchorRegistry internal anchors;
    FinancingLedger internal ledger;

    /// @dev This contract is the administrator, who may call what has no role: openRequest. It anchors too.
    function build() internal {
        VM.warp(START);
        manager = new AccessManager(address(this));
        participants = new ParticipantRegistry(address(manager));
        anchors = new AnchorRegistry(address(manager));
        ledger = new FinancingLedger(address(manager), participants, anchors);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = participants.enrol.selector;
        manager.setTargetFunctionRole(address(participants), selectors, 1);
        manager.grantRole(1, VM.addr(OPERATOR), 0);
        anchors.setAnchorer(address(this), true);
        enrolBank();
    }

    function enrolBank() private {
        uint256 invitation = 0x1117;
        IParticipantRegistry.Admission memory admission = IParticipantRegistry.Admission({
            idCommitment: keccak256("bank"),
            kind: 2,
            invitation: VM.addr(invitation),
            expiresAt: START + 1 days
        });
        bytes32 enrolment = participants.hashEnrolment(admission.idCommitment, admission.invitation, VM.addr(BANK));
        bytes32 domain = domainOf("Rongqiao Participants", address(participants));
        participants.enrol(
            admission,
            VM.addr(OPERATOR),
            signed(OPERATOR, domain, participants.hashAdmission(admission)),
            VM.addr(BANK),
            signed(invitation, domain, enrolment),
            signed(BANK, domain, enrolment)
        );
    }

    function openRequest(uint256 key, uint128 amountFen) internal {
        IFinancingLedger.FinancingRequest memory request = IFinancingLedger.FinancingRequest({
            requestKey: VM.addr(key),
            termsCommitment: keccak256("terms"),
            amountFen: amountFen,
            closesAt: uint64(block.timestamp) + 1 days,
            expiresAt: uint64(block.timestamp) + 365 days
        });
        ledger.openRequest(request, act(key, ledger.hashRequest(request)));
    }

    function bidOf(
        uint256 key,
        uint128 amountFen,
        bytes32 salt
    ) internal view returns (IFinancingLedger.Bid memory bid) {
        bid.requestKey = VM.addr(key);
        bid.institution = VM.addr(BANK);
        bid.amountFen = amountFen;
        bid.validUntil = uint64(block.timestamp) + 10 days;
        bid.salt = salt;
    }

    /// @dev A batch of one: its root is the bid's leaf.
    function anchorBid(IFinancingLedger.Bid memory bid) internal returns (bytes32 root) {
        root = keccak256(bytes.concat(keccak256(abi.encode(ledger.hashBid(bid)))));
        anchors.anchor(root, 2, 1);
    }

    function awardBid(uint256 key, IFinancingLedger.Bid memory bid, bytes32 root) internal {
        bytes32 bidHash = ledger.hashBid(bid);
        IFinancingLedger.Award memory award = IFinancingLedger.Award({requestKey: VM.addr(key), bidHash: bidHash});
        bytes memory byKey = act(key, ledger.hashAward(award));
        ledger.award(award, byKey, bid, act(BANK, bidHash), root, new bytes32[](0));
    }

    function grantOf(
        uint256 key,
        bytes32 bidHash,
        uint128 amountFen,
        bytes32 salt
    ) internal view returns (IFinancingLedger.Grant memory g) {
        g.requestKey = VM.addr(key);
        g.bidHash = bidHash;
        g.amountFen = amountFen;
        g.expiresAt = uint64(block.timestamp) + 300 days;
        g.salt = salt;
    }

    /// @return done False when the ledger refused.
    function tryGrant(
        IFinancingLedger.Grant memory g,
        IFinancingLedger.Bid memory bid
    ) internal returns (bool done) {
        bytes memory signature = act(BANK, ledger.hashGrant(g));
        try ledger.grant(g, signature, bid) {
            done = true;
        } catch {}
    }

    /// @param drawnBeforeFen What the act says was drawn before it.
    function tryDraw(
        uint256 key,
        IFinancingLedger.Grant memory g,
        uint128 amountFen,
        uint128 drawnBeforeFen
    ) internal returns (bool done) {
        IFinancingLedger.Drawdown memory d = IFinancingLedger.Drawdown(
            ledger.hashGrant(g),
            amountFen,
            drawnBeforeFen
        );
        bytes32 hash = ledger.hashDrawdown(d);
        try ledger.drawDown(d, act(BANK, hash), act(key, hash), g) {
            done = true;
        } catch {}
    }

    /// @param repaidBeforeFen What the act says was repaid before it.
    function tryRepay(
        IFinancingLedger.Grant memory g,
        uint128 principalFen,
        uint128 repaidBeforeFen
    ) internal returns (bool done) {
        IFinancingLedger.Repayment memory r = IFinancingLedger.Repayment(
            ledger.hashGrant(g),
            principalFen,
            repaidBeforeFen
        );
        bytes memory signature = act(BANK, ledger.hashRepayment(r));
        try ledger.repay(r, signature, g) {
            done = true;
        } catch {}
    }

    /// @dev An act of the ledger's, signed.
    function act(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        return signed(key, domainOf("Rongqiao Financing", address(ledger)), structHash);
    }

    function signed(uint256 key, bytes32 domain, bytes32 structHash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function domainOf(string memory name, address verifyingContract) internal view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256(
                        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                    ),
                    keccak256(bytes(name)),
                    keccak256("1"),
                    block.chainid,
                    verifyingContract
                )
            );
    }

    function within(uint256 value, uint256 low, uint256 high) internal pure returns (uint128) {
        return uint128(low + (value % (high - low + 1)));
    }
}
