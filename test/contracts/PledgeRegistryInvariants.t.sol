// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPledgeRegistry} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @title Few assets wanted by several institutions at any times, and its own books of who must have got them
contract PledgeHandler is RegistryWorld {
    struct Book {
        uint256 actor;
        uint256 asset;
        bytes32 pledgeId;
        uint256 reservedUntil;
        IPledgeRegistry.PledgeState state;
        IPledgeRegistry.PledgeReservation reservation;
    }

    uint256 private constant ACTORS = 2;
    uint256 private constant ASSETS = 2;
    uint256 private constant PLEDGOR = 0x91ED;

    Book[] private _books;

    constructor() {
        buildRegistries(ACTORS, INSTITUTION);
    }

    function reserve(uint256 seed, uint256 signerSeed, uint256 lasts, bool pledgorSigns) external {
        uint256 actor = seed % ACTORS;
        uint256 asset = (seed / ACTORS) % ASSETS;
        IPledgeRegistry.PledgeReservation memory r = IPledgeRegistry.PledgeReservation({
            assetHash: bytes32(asset),
            institution: accountOf(actor, signerSeed),
            pledgorKey: VM.addr(PLEDGOR),
            termsCommitment: "",
            reservedUntil: uint64(block.timestamp - 1 days + (lasts % 32 days)),
            salt: bytes32(_books.length)
        });
        (uint256 key, bool may) = signerOf(actor, signerSeed);
        may = may && pledgorSigns && free(asset);
        may = may && r.reservedUntil >= block.timestamp && r.reservedUntil <= block.timestamp + 30 days;
        uint256 pledgor = pledgorSigns ? PLEDGOR : STRANGER;
        hold(tryReserve(r, key, pledgor) == may, "reserved, or refused, wrongly");
        if (!may) return;
        Book storage book = _books.push();
        (book.actor, book.asset, book.reservedUntil) = (actor, asset, r.reservedUntil);
        book.pledgeId = pledges.hashPledgeReservation(r);
        book.state = IPledgeRegistry.PledgeState.Reserved;
        book.reservation = r;
    }

    /// @dev The same words again, by every right key, also when the asset is free again.
    function reserveAgain(uint256 seed) external {
        if (_books.length == 0) return;
        Book storage book = _books[seed % _books.length];
        hold(!tryReserve(book.reservation, keyOf(book.actor), PLEDGOR), "reserved twice");
    }

    function confirm(uint256 seed, uint256 signerSeed) external {
        if (_books.length == 0) return;
        Book storage book = _books[seed % _books.length];
        (uint256 key, bool may) = signerOf(book.actor, signerSeed);
        may = may && stateOf(book) == IPledgeRegistry.PledgeState.Reserved;
        hold(tryConfirm(book.pledgeId, key) == may, "confirmed, or refused, wrongly");
        if (may) book.state = IPledgeRegistry.PledgeState.Pledged;
    }

    function release(uint256 seed, uint256 signerSeed) external {
        if (_books.length == 0) return;
        Book storage book = _books[seed % _books.length];
        (uint256 key, bool may) = signerOf(book.actor, signerSeed);
        may = may && isLive(book);
        hold(tryRelease(book.pledgeId, key) == may, "released, or refused, wrongly");
        if (may) book.state = IPledgeRegistry.PledgeState.Released;
    }

    function suspendOrReinstate(uint256 seed) external {
        toggle(seed % ACTORS);
    }

    function rotateKey(uint256 seed) external {
        rotate(seed % ACTORS);
    }

    function pass(uint256 time) external {
        VM.warp(block.timestamp + (time % 10 days));
    }

    /// @dev Reverts with the name of the rule that the registry broke.
    function check() external view {
        require(bytes(broken).length == 0, broken);
        uint256[ASSETS] memory live;
        for (uint256 i = 0; i < _books.length; ++i) {
            Book storage book = _books[i];
            IPledgeRegistry.PledgeState state = pledges.pledgeOf(book.pledgeId).state;
            require(state == stateOf(book), "books differ");
            if (state != IPledgeRegistry.PledgeState.Reserved && state != IPledgeRegistry.PledgeState.Pledged)
                continue;
            ++live[book.asset];
            require(pledges.livePledgeOf(bytes32(book.asset)) == book.pledgeId, "live, but not the asset's");
        }
        for (uint256 asset = 0; asset < ASSETS; ++asset) {
            require(live[asset] <= 1, "two live pledges of an asset");
            if (live[asset] == 0) require(pledges.livePledgeOf(bytes32(asset)) == 0, "a dead pledge holds the asset");
        }
    }

    function lastState() external view returns (IPledgeRegistry.PledgeState) {
        return pledges.pledgeOf(_books[_books.length - 1].pledgeId).state;
    }

    function taken() external view returns (uint256) {
        return _books.length;
    }

    function stateOf(Book storage book) private view returns (IPledgeRegistry.PledgeState) {
        bool over = block.timestamp > book.reservedUntil;
        return
            over && book.state == IPledgeRegistry.PledgeState.Reserved
                ? IPledgeRegistry.PledgeState.Lapsed
                : book.state;
    }

    function isLive(Book storage book) private view returns (bool) {
        IPledgeRegistry.PledgeState state = stateOf(book);
        return state == IPledgeRegistry.PledgeState.Reserved || state == IPledgeRegistry.PledgeState.Pledged;
    }

    /// @dev By all the books, not by the asset's last.
    function free(uint256 asset) private view returns (bool) {
        for (uint256 i = 0; i < _books.length; ++i)
            if (_books[i].asset == asset && isLive(_books[i])) return false;
        return true;
    }
}

/// @title After any acts and times: at most one live pledge an asset, across institutions
contract PledgeRegistryInvariantsTest {
    PledgeHandler private _handler;

    function setUp() public {
        _handler = new PledgeHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_AnAssetHasOneLivePledge() public view {
        _handler.check();
    }

    /// @dev With the next test: the handler reaches every state, so that the invariant isn't held by acts that all fail.
    function test_TheHandlerConfirmsAndReleases() public {
        _handler.reserve(0, 2, 10 days, true);
        expect(IPledgeRegistry.PledgeState.Reserved);
        _handler.reserve(1, 2, 10 days, true);
        require(_handler.taken() == 1, "taken while reserved");
        _handler.rotateKey(0);
        _handler.confirm(0, 2);
        expect(IPledgeRegistry.PledgeState.Pledged);
        _handler.release(0, 2);
        expect(IPledgeRegistry.PledgeState.Released);
        _handler.reserveAgain(0);
        _handler.reserve(1, 2, 10 days, true);
        expect(IPledgeRegistry.PledgeState.Reserved);
        require(_handler.taken() == 2, "not taken when free");
    }

    function test_TheHandlerLetsLapse() public {
        _handler.reserve(0, 2, 5 days, true);
        _handler.pass(5 days);
        expect(IPledgeRegistry.PledgeState.Lapsed);
        _handler.confirm(0, 2);
        _handler.reserve(1, 2, 10 days, true);
        expect(IPledgeRegistry.PledgeState.Reserved);
        require(_handler.taken() == 2, "not taken when lapsed");
    }

    function expect(IPledgeRegistry.PledgeState state) private view {
        require(_handler.lastState() == state, "unexpected state");
        _handler.check();
    }
}
