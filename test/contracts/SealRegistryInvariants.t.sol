// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ISealRegistry} from "../../contracts/interfaces/ISealRegistry.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @title Seals issued, stopped and used in any order, by right and wrong keys, and its own history of them
contract SealHandler is RegistryWorld {
    struct Change {
        uint256 at;
        uint8 status;
    }

    struct Book {
        uint256 actor;
        bytes32 sealId;
        uint256 validFrom;
        uint256 validUntil;
        uint64 nonce;
        Change[] history;
    }

    struct Sealed {
        uint256 book;
        bytes32 document;
        uint256 at;
    }

    uint256 private constant ACTORS = 2;
    uint256 private constant SEAL_KEY = 0x5EA1;

    Book[] private _books;
    Sealed[] private _documents;

    constructor() {
        buildRegistries(ACTORS, ENTERPRISE);
    }

    function issue(uint256 seed, uint256 starts, uint256 lasts, bool operatorSigns) external {
        uint256 actor = seed % ACTORS;
        ISealRegistry.SealIssue memory s = ISealRegistry.SealIssue({
            idCommitment: bytes32(_books.length),
            holder: accountOf(actor, seed / ACTORS),
            key: VM.addr(SEAL_KEY),
            validFrom: uint64(block.timestamp - 1 days + (starts % 2 days)),
            validUntil: 0
        });
        s.validUntil = uint64(s.validFrom - 1 hours + (lasts % 4 days));
        bool may = operatorSigns && !actors[actor].suspended;
        may = may && s.validFrom <= s.validUntil && s.validUntil >= block.timestamp;
        bytes32 sealId = seals.hashSealIssue(s);
        hold(tryIssue(s, operatorSigns ? OPERATOR : keyOf(actor), SEAL_KEY) == may, "issued, or refused, wrongly");
        if (!may) return;
        hold(!tryIssue(s, OPERATOR, SEAL_KEY), "issued twice");
        Book storage book = _books.push();
        (book.actor, book.sealId, book.validFrom, book.validUntil) = (actor, sealId, s.validFrom, s.validUntil);
        book.history.push(Change(block.timestamp, 1));
    }

    function setStatus(uint256 seed, uint256 signerSeed, uint8 status, uint256 step, bool byOperator) external {
        if (_books.length == 0) return;
        Book storage book = _books[seed % _books.length];
        // Wrong by one to either side now and then.
        uint64 nonce = book.nonce + (step % 6 == 0 ? 1 : 0);
        if (step % 6 == 1 && nonce != 0) --nonce;
        ISealRegistry.SealStatusChange memory c = ISealRegistry.SealStatusChange(book.sealId, status % 5, nonce);
        (uint256 key, bool may) = byOperator ? (OPERATOR, true) : signerOf(book.actor, signerSeed);
        may = may && (byOperator || c.status != 1) && c.status >= 1 && c.status <= 3;
        may = may && nonce == book.nonce && last(book) != 3;
        hold(trySetStatus(c, VM.addr(key), key) == may, "set, or refused, wrongly");
        if (!may) return;
        ++book.nonce;
        book.history.push(Change(block.timestamp, c.status));
    }

    function seal(uint256 seed, uint256 document, bool keySigns) external {
        if (_books.length == 0) return;
        uint256 index = seed % _books.length;
        Book storage book = _books[index];
        ISealRegistry.SealedDocument memory d = ISealRegistry.SealedDocument(book.sealId, bytes32(document % 8));
        bool can = last(book) == 1 && book.validFrom <= block.timestamp && block.timestamp <= book.validUntil;
        can = can && !actors[book.actor].suspended;
        hold(seals.canSeal(book.sealId) == can, "says it can seal, or can't, wrongly");
        bool may = can && keySigns && !isSealed(index, d.documentCommitment);
        hold(trySeal(d, keySigns ? SEAL_KEY : keyOf(book.actor)) == may, "sealed, or refused, wrongly");
        if (may) _documents.push(Sealed(index, d.documentCommitment, block.timestamp));
    }

    function suspendOrReinstate(uint256 seed) external {
        toggle(seed % ACTORS);
    }

    function rotateKey(uint256 seed) external {
        rotate(seed % ACTORS);
    }

    function pass(uint256 time) external {
        VM.warp(block.timestamp + (time % 6 hours));
    }

    /// @dev Reverts with the name of the rule that the registry broke.
    function check() external view {
        require(bytes(broken).length == 0, broken);
        for (uint256 i = 0; i < _books.length; ++i) {
            Book storage book = _books[i];
            ISealRegistry.SealRecord memory entry = seals.sealOf(book.sealId);
            require(entry.status == last(book) && entry.nonce == book.nonce, "books differ");
            for (uint256 j = 0; j < book.history.length; ++j) {
                uint256 at = book.history[j].at;
                for (uint256 time = at - 1; time <= at + 1; ++time)
                    require(seals.statusAt(book.sealId, uint64(time)) == statusAt(book, time), "history differs");
            }
            require(seals.statusAt(book.sealId, type(uint64).max) == last(book), "the future differs from today");
        }
        for (uint256 i = 0; i < _documents.length; ++i) {
            Sealed storage document = _documents[i];
            Book storage book = _books[document.book];
            require(seals.sealedAt(book.sealId, document.document) == document.at, "sealed at another time");
            require(wasIssuedAt(book, document.at), "sealed while not issued");
            require(book.validFrom <= document.at && document.at <= book.validUntil, "sealed out of time");
        }
    }

    function lastStatus() external view returns (uint8) {
        return seals.sealOf(_books[_books.length - 1].sealId).status;
    }

    function documents() external view returns (uint256) {
        return _documents.length;
    }

    function last(Book storage book) private view returns (uint8) {
        return book.history[book.history.length - 1].status;
    }

    /// @dev The last change by that time, found by going through all.
    function statusAt(Book storage book, uint256 time) private view returns (uint8 status) {
        for (uint256 i = 0; i < book.history.length; ++i)
            if (book.history[i].at <= time) status = book.history[i].status;
    }

    /// @dev Within that second: a seal may seal and be stopped in one second.
    function wasIssuedAt(Book storage book, uint256 time) private view returns (bool) {
        for (uint256 i = 0; i < book.history.length; ++i)
            if (book.history[i].at == time && book.history[i].status == 1) return true;
        return statusAt(book, time - 1) == 1;
    }

    function isSealed(uint256 book, bytes32 document) private view returns (bool) {
        for (uint256 i = 0; i < _documents.length; ++i)
            if (_documents[i].book == book && _documents[i].document == document) return true;
        return false;
    }
}

/// @title After any acts and times: the history is what happened, and nothing is sealed but by a seal in force
contract SealRegistryInvariantsTest {
    SealHandler private _handler;

    function setUp() public {
        _handler = new SealHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_SealsOnlySealInForceAndHistoryHolds() public view {
        _handler.check();
    }

    /// @dev The handler reaches every state, so that the invariant isn't held by acts that all fail.
    function test_TheHandlerSealsSuspendsReinstatesAndRevokes() public {
        _handler.issue(0, 1 days, 3 days, true);
        sealIn(1, 1);
        _handler.setStatus(0, 2, 2, 2, false);
        sealIn(2, 1);
        _handler.pass(1 hours);
        _handler.setStatus(0, 0, 1, 2, true);
        sealIn(1, 2);
        _handler.rotateKey(0);
        _handler.setStatus(0, 2, 3, 2, false);
        sealIn(3, 2);
    }

    /// @dev One more document, which counts or not.
    function sealIn(uint8 status, uint256 documents) private {
        _handler.seal(0, _handler.documents(), true);
        require(_handler.lastStatus() == status && _handler.documents() == documents, "unexpected state");
        _handler.check();
    }
}
