// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFinancingLedger} from "../../contracts/interfaces/IFinancingLedger.sol";
import {LedgerWorld} from "./LedgerWorld.sol";

/// @title Acts in any order with any amounts, also too large ones, and its own books of what the ledger took
contract LedgerHandler is LedgerWorld {
    struct GrantBook {
        IFinancingLedger.Grant its;
        bytes32 grantId;
        uint256 key;
        uint256 drawnFen;
        uint256 repaidFen;
    }

    uint256 private constant KEYS = 4;
    uint256 private constant FIRST_KEY = 0x5000;

    GrantBook[] private _grants;
    mapping(uint256 key => IFinancingLedger.Bid) private _awarded;
    mapping(uint256 key => uint256) private _grantedFen;
    uint256 private _salt;
    uint128 private _lastDrawFen;
    uint128 private _lastDrawBeforeFen;
    uint256 private _lastDrawGrant;
    bool public replayed;

    constructor() {
        build();
        for (uint256 i = 0; i < KEYS; ++i) openRequest(FIRST_KEY + i, uint128(1_000 * (i + 1)));
    }

    function award(uint256 seed, uint256 amount) external {
        uint256 key = keyOf(seed);
        IFinancingLedger.RequestRecord memory request = ledger.requestOf(VM.addr(key));
        IFinancingLedger.Bid memory bid = bidOf(key, within(amount, 0, request.amountFen + 200), salt());
        try this.awardExternally(key, bid) {
            _awarded[key] = bid;
        } catch {}
    }

    function awardExternally(uint256 key, IFinancingLedger.Bid calldata bid) external {
        awardBid(key, bid, anchorBid(bid));
    }

    function reopen(uint256 seed) external {
        uint256 key = keyOf(seed);
        address requestKey = VM.addr(key);
        IFinancingLedger.Reopening memory r = IFinancingLedger.Reopening(requestKey, ledger.awardOf(requestKey));
        bytes memory signature = act(key, ledger.hashReopening(r));
        try ledger.reopen(r, signature, _awarded[key]) {} catch {}
    }

    function grant(uint256 seed, uint256 amount) external {
        uint256 key = keyOf(seed);
        IFinancingLedger.Bid memory bid = _awarded[key];
        IFinancingLedger.Grant memory g = grantOf(
            key,
            ledger.awardOf(VM.addr(key)),
            within(amount, 0, bid.amountFen / 2 + 100),
            salt()
        );
        if (!tryGrant(g, bid)) return;
        _grantedFen[key] += g.amountFen;
        _grants.push(GrantBook({its: g, grantId: ledger.hashGrant(g), key: key, drawnFen: 0, repaidFen: 0}));
    }

    function draw(uint256 seed, uint256 amount) external {
        if (_grants.length == 0) return;
        uint256 index = seed % _grants.length;
        GrantBook storage book = _grants[index];
        uint128 amountFen = within(amount, 0, uint256(book.its.amountFen) + 50);
        uint128 beforeFen = uint128(book.drawnFen);
        if (!tryDraw(book.key, book.its, amountFen, beforeFen)) return;
        book.drawnFen += amountFen;
        (_lastDrawBeforeFen, _lastDrawFen, _lastDrawGrant) = (beforeFen, amountFen, index);
    }

    function drawAgain() external {
        if (_lastDrawFen == 0) return;
        GrantBook storage book = _grants[_lastDrawGrant];
        if (tryDraw(book.key, book.its, _lastDrawFen, _lastDrawBeforeFen)) replayed = true;
    }

    function repay(uint256 seed, uint256 amount) external {
        if (_grants.length == 0) return;
        GrantBook storage book = _grants[seed % _grants.length];
        uint128 amountFen = within(amount, 0, book.drawnFen + 50);
        if (tryRepay(book.its, amountFen, uint128(book.repaidFen))) book.repaidFen += amountFen;
    }

    function pass(uint256 time) external {
        VM.warp(block.timestamp + (time % 3 hours));
    }

    function lapse() external {
        VM.warp(block.timestamp + 5 days);
    }

    struct Sums {
        uint256 grantedFen;
        uint256 drawnFen;
        uint256 repaidFen;
        uint256 owing;
        uint256 undrawn;
    }

    /// @dev Reverts with the name of the rule that the ledger broke.
    function check() external view {
        Sums[KEYS] memory sums;
        for (uint256 i = 0; i < _grants.length; ++i) {
            GrantBook storage book = _grants[i];
            IFinancingLedger.GrantRecord memory entry = ledger.grantOf(book.grantId);
            require(entry.drawnFen == book.drawnFen && entry.repaidFen == book.repaidFen, "grant books differ");
            require(entry.drawnFen <= book.its.amountFen, "drawn > granted");
            require(entry.repaidFen <= entry.drawnFen, "repaid > drawn");
            Sums memory its = sums[book.key - FIRST_KEY];
            its.grantedFen += book.its.amountFen;
            its.drawnFen += entry.drawnFen;
            its.repaidFen += entry.repaidFen;
            if (entry.drawnFen != entry.repaidFen) its.owing += 1;
            if (entry.drawnFen != book.its.amountFen) its.undrawn += 1;
        }
        for (uint256 i = 0; i < KEYS; ++i) {
            address requestKey = VM.addr(FIRST_KEY + i);
            IFinancingLedger.RequestRecord memory request = ledger.requestOf(requestKey);
            require(request.grantedFen == _grantedFen[FIRST_KEY + i], "request books differ");
            require(request.grantedFen == sums[i].grantedFen, "granted isn't the sum of grants");
            require(
                request.owingGrants == sums[i].owing && request.undrawnGrants == sums[i].undrawn,
                "open grants miscounted"
            );
            require(request.grantedFen <= request.amountFen, "sum of grants > requested");
            require(
                request.grantedFen == 0 || request.grantedFen <= _awarded[FIRST_KEY + i].amountFen,
                "granted > bid"
            );
            checkState(request, ledger.awardOf(requestKey), sums[i]);
        }
        require(!replayed, "replayed");
    }

    /// @dev The state says what the amounts say.
    function checkState(
        IFinancingLedger.RequestRecord memory request,
        bytes32 awarded,
        Sums memory its
    ) private pure {
        IFinancingLedger.RequestState state = request.state;
        bool open = state == IFinancingLedger.RequestState.Open;
        bool before = open || state == IFinancingLedger.RequestState.Awarded;
        require(open == (awarded == bytes32(0)), "open with an award, or the reverse");
        require(before == (request.grantedFen == 0), "granted without the state, or the reverse");
        if (state == IFinancingLedger.RequestState.Granted) require(its.drawnFen == 0, "drawn but not active");
        if (state == IFinancingLedger.RequestState.Active) require(its.drawnFen != 0, "active but not drawn");
        if (state == IFinancingLedger.RequestState.Settled)
            require(its.drawnFen != 0 && its.repaidFen == its.drawnFen, "settled but owing");
    }

    function stateOf(uint256 seed) external view returns (IFinancingLedger.RequestState) {
        return ledger.requestOf(VM.addr(keyOf(seed))).state;
    }

    function keyOf(uint256 seed) private pure returns (uint256) {
        return FIRST_KEY + (seed % KEYS);
    }

    function salt() private returns (bytes32) {
        return bytes32(++_salt);
    }
}

/// @title After any acts: sum of grants ≤ requested, drawn ≤ granted, repaid ≤ drawn, nothing counted twice
contract FinancingLedgerInvariantsTest {
    LedgerHandler private _handler;

    function setUp() public {
        _handler = new LedgerHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_AmountsAndStatesHold() public view {
        _handler.check();
    }

    /// @dev With the next test: the handler reaches every state but withdrawal, so that the invariant isn't held by acts that all fail.
    function test_TheHandlerReopens() public {
        _handler.award(0, 1_000);
        expect(IFinancingLedger.RequestState.Awarded);
        _handler.lapse();
        _handler.lapse();
        _handler.lapse();
        _handler.reopen(0);
        expect(IFinancingLedger.RequestState.Open);
        _handler.check();
    }

    function test_TheHandlerSettles() public {
        _handler.award(0, 1_000);
        _handler.grant(0, 600);
        expect(IFinancingLedger.RequestState.Granted);
        _handler.draw(0, 600);
        _handler.drawAgain();
        expect(IFinancingLedger.RequestState.Active);
        _handler.repay(0, 600);
        expect(IFinancingLedger.RequestState.Settled);
        _handler.check();
    }

    function expect(IFinancingLedger.RequestState state) private view {
        require(_handler.stateOf(0) == state, "unexpected state");
    }
}
