// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFinancingLedger} from "../../contracts/interfaces/IFinancingLedger.sol";
import {LedgerWorld} from "./LedgerWorld.sol";

/// @title Any amounts: the ledger takes exactly those within bounds
contract FinancingLedgerFuzzTest is LedgerWorld {
    uint256 private constant KEY = 0xF00D;
    uint128 private constant MOST = type(uint128).max;

    function setUp() public {
        build();
    }

    function award(uint128 requestedFen, uint128 bidFen) private returns (bytes32 bidHash) {
        openRequest(KEY, requestedFen);
        IFinancingLedger.Bid memory bid = bidOf(KEY, bidFen, "bid");
        awardBid(KEY, bid, anchorBid(bid));
        return ledger.hashBid(bid);
    }

    /// @dev External, so that a refusal can be caught.
    function awardExternally(uint128 requestedFen, uint128 bidFen) external {
        award(requestedFen, bidFen);
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
        bytes32 bidHash = award(MOST, bidFen);
        require(tryGrant(grantOf(KEY, bidHash, firstFen, "1")), "first grant");
        uint128 left = bidFen - firstFen;
        uint128 secondFen = uint128(uint256(int256(uint256(left)) + offset));
        require(tryGrant(grantOf(KEY, bidHash, secondFen, "2")) == (secondFen <= left), "grant bound");
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
        bytes32 bidHash = award(grantFen, grantFen);
        IFinancingLedger.Grant memory g = grantOf(KEY, bidHash, grantFen, "g");
        require(tryGrant(g), "grant");
        bytes32 grantId = ledger.hashGrant(g);

        bool drew = tryDraw(KEY, grantId, drawFen, "1");
        require(drew == (drawFen != 0 && drawFen <= grantFen), "draw bound");
        uint128 drawnFen = drew ? drawFen : 0;
        bool repaid = tryRepay(grantId, repayFen, "1");
        require(repaid == (repayFen != 0 && repayFen <= drawnFen), "repay bound");
        // What was repaid can't be drawn again: the grant doesn't revolve.
        bool drewAgain = tryDraw(KEY, grantId, secondDrawFen, "2");
        require(drewAgain == (secondDrawFen != 0 && secondDrawFen <= grantFen - drawnFen), "second draw bound");

        IFinancingLedger.GrantRecord memory entry = ledger.grantOf(grantId);
        require(entry.drawnFen == drawnFen + (drewAgain ? secondDrawFen : 0), "drawn sum");
        require(entry.repaidFen == (repaid ? repayFen : 0), "repaid sum");
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
