// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFinancingLedger} from "../../contracts/interfaces/IFinancingLedger.sol";
import {LedgerWorld} from "./LedgerWorld.sol";

/// @title Any amounts: the ledger takes exactly those within bounds
contract FinancingLedgerFuzzTest is LedgerWorld {
    uint256 private constant KEY = 0xF00D;
    uint128 private constant MOST = type(uint48).max;

    function setUp() public {
        build();
    }

    function award(uint128 requestedFen, uint128 bidFen) private returns (IFinancingLedger.Bid memory bid) {
        openRequest(KEY, requestedFen);
        bid = bidOf(KEY, bidFen, "bid");
        awardBid(KEY, bid, anchorBid(bid));
    }

    /// @dev External, so that a refusal can be caught.
    function awardExternally(uint128 requestedFen, uint128 bidFen) external {
        award(requestedFen, bidFen);
    }

    /// @dev External, so that a refusal can be caught.
    function openExternally(uint128 requestedFen) external {
        openRequest(KEY, requestedFen);
    }

    function testFuzz_OpensIffTheAmountCanBeKept(uint128 requestedFen, int8 offset) public {
        // Half of the time around the largest, where random amounts seldom fall.
        if (offset % 2 == 0) requestedFen = uint128(uint256(int256(uint256(MOST)) + offset));
        bool done;
        try this.openExternally(requestedFen) {
            done = true;
        } catch {}
        require(done == (requestedFen != 0 && requestedFen <= MOST), "request bound");
        if (done) require(ledger.requestOf(VM.addr(KEY)).amountFen == requestedFen, "amount kept");
    }

    function testFuzz_AwardsABidIffWithinTheRequest(uint128 requestedFen, uint128 bidFen) public {
        requestedFen = within(requestedFen, 1, MOST);
        bool done;
        try this.awardExternally(requestedFen, bidFen) {
            done = true;
        } catch {}
        require(done == (bidFen != 0 && bidFen <= requestedFen), "award bound");
    }

    /// @dev Around the bound, where random amounts seldom fall.
    function testFuzz_GrantsIffTheSumIsWithinTheBid(uint128 bidFen, uint128 firstFen, int8 offset) public {
        bidFen = within(bidFen, 200, MOST - 200);
        firstFen = within(firstFen, 1, bidFen - 130);
        IFinancingLedger.Bid memory bid = award(MOST, bidFen);
        bytes32 bidHash = ledger.hashBid(bid);
        require(tryGrant(grantOf(KEY, bidHash, firstFen, "1"), bid), "first grant");
        uint128 left = bidFen - firstFen;
        uint128 secondFen = uint128(uint256(int256(uint256(left)) + offset));
        require(
            tryGrant(grantOf(KEY, bidHash, secondFen, "2"), bid) == (secondFen != 0 && secondFen <= left),
            "grant bound"
        );
        IFinancingLedger.RequestRecord memory request = ledger.requestOf(VM.addr(KEY));
        require(request.grantedFen == (secondFen <= left ? firstFen + secondFen : firstFen), "granted sum");
    }

    function testFuzz_DrawsAndRepaysWithinBounds(
        uint128 grantFen,
        uint128 drawFen,
        uint128 repayFen,
        uint128 secondDrawFen
    ) public {
        grantFen = within(grantFen, 1, MOST);
        (drawFen, repayFen, secondDrawFen) = (near(drawFen), near(repayFen), near(secondDrawFen));
        IFinancingLedger.Bid memory bid = award(grantFen, grantFen);
        IFinancingLedger.Grant memory g = grantOf(KEY, ledger.hashBid(bid), grantFen, "g");
        require(tryGrant(g, bid), "grant");
        bytes32 grantId = ledger.hashGrant(g);

        bool drew = tryDraw(KEY, g, drawFen, 0);
        require(drew == (drawFen != 0 && drawFen <= grantFen), "draw bound");
        uint128 drawnFen = drew ? drawFen : 0;
        bool repaid = tryRepay(g, repayFen, 0);
        require(repaid == (repayFen != 0 && repayFen <= drawnFen), "repay bound");
        // What was repaid can't be drawn again: the grant doesn't revolve.
        bool drewAgain = tryDraw(KEY, g, secondDrawFen, drawnFen);
        require(drewAgain == (secondDrawFen != 0 && secondDrawFen <= grantFen - drawnFen), "second draw bound");

        IFinancingLedger.GrantRecord memory entry = ledger.grantOf(grantId);
        require(entry.drawnFen == drawnFen + (drewAgain ? secondDrawFen : 0), "drawn sum");
        require(entry.repaidFen == (repaid ? repayFen : 0), "repaid sum");
    }

    function testFuzz_TakesAnActForTheTotalOfTheMomentOnly(uint128 drawnBeforeFen, uint128 repaidBeforeFen) public {
        (drawnBeforeFen, repaidBeforeFen) = (drawnBeforeFen % 20, repaidBeforeFen % 20);
        IFinancingLedger.Bid memory bid = award(100, 100);
        IFinancingLedger.Grant memory g = grantOf(KEY, ledger.hashBid(bid), 100, "g");
        require(tryGrant(g, bid) && tryDraw(KEY, g, 10, 0) && tryRepay(g, 5, 0), "setting");
        require(tryDraw(KEY, g, 1, drawnBeforeFen) == (drawnBeforeFen == 10), "total drawn");
        require(tryRepay(g, 1, repaidBeforeFen) == (repaidBeforeFen == 5), "total repaid");
    }

    /// @dev Mostly of the size that amounts have, but any.
    function near(uint128 amountFen) private pure returns (uint128) {
        return amountFen % 5 == 0 ? amountFen : amountFen % (MOST + 200);
    }

    function testFuzz_OpensForNoOtherKey(uint256 otherKey, uint128 amountFen) public {
        otherKey = uint256(within(otherKey, 1, MOST));
        if (otherKey == KEY) return;
        IFinancingLedger.FinancingRequest memory request = IFinancingLedger.FinancingRequest({
            requestKey: VM.addr(KEY),
            termsCommitment: "",
            amountFen: within(amountFen, 1, MOST),
            closesAt: START + 1 days,
            expiresAt: START + 2 days
        });
        bytes memory forged = act(otherKey, ledger.hashRequest(request));
        bytes memory reason;
        try ledger.openRequest(request, forged) {} catch (bytes memory why) {
            reason = why;
        }
        bytes memory expected = abi.encodeWithSelector(
            IFinancingLedger.FinancingLedgerInvalidSignature.selector,
            request.requestKey
        );
        require(keccak256(reason) == keccak256(expected), "forged request");
    }
}
