// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsentRegistry} from "../../contracts/interfaces/IConsentRegistry.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @title Consents given and changed in any order, by right and wrong keys, and its own books of what must be taken
contract ConsentHandler is RegistryWorld {
    struct Book {
        uint256 actor;
        bytes32 consentId;
        uint256 startsAt;
        uint256 expiresAt;
        uint8 state;
        uint64 next;
        bool everRevoked;
    }

    struct Taken {
        IConsentRegistry.ConsentChange change;
        uint256 key;
    }

    uint256 private constant ACTORS = 2;

    Book[] private _books;
    Taken[] private _taken;

    constructor() {
        buildRegistries(ACTORS, ENTERPRISE);
    }

    function give(uint256 seed, uint256 signerSeed, uint256 starts, uint256 lasts) external {
        uint256 actor = seed % ACTORS;
        IConsentRegistry.ConsentGrant memory consent = IConsentRegistry.ConsentGrant({
            holder: accountOf(actor, signerSeed),
            commitment: bytes32(_books.length),
            startsAt: uint64(block.timestamp - 2 hours + (starts % 4 hours)),
            expiresAt: 0
        });
        // Also ends that come before the start or now.
        consent.expiresAt = uint64(consent.startsAt - 10 minutes + (lasts % 6 hours));
        (uint256 key, bool may) = signerOf(actor, signerSeed);
        may = may && consent.startsAt <= consent.expiresAt && consent.expiresAt >= block.timestamp;
        hold(tryGive(consent, key) == may, "gave, or refused, wrongly");
        if (!may) return;
        hold(!tryGive(consent, key), "gave twice");
        bytes32 consentId = consents.hashConsentGrant(consent);
        _books.push(Book(actor, consentId, consent.startsAt, consent.expiresAt, 1, 0, false));
    }

    function change(uint256 seed, uint256 signerSeed, uint8 state, uint256 step) external {
        if (_books.length == 0) return;
        Book storage book = _books[seed % _books.length];
        // From two below the next nonce to two above it, the change to state 0 and 4 now and then.
        uint64 nonce = book.next + uint64(step % 5);
        nonce = nonce < 2 ? 0 : nonce - 2;
        IConsentRegistry.ConsentChange memory c = IConsentRegistry.ConsentChange(book.consentId, state % 5, nonce);
        (uint256 key, bool may) = signerOf(book.actor, signerSeed);
        may = may && book.state != 3 && nonce >= book.next && c.state >= 1 && c.state <= 3;
        uint64 before = consents.consentOf(book.consentId).nonce;
        hold(tryChange(c, key) == may, "changed, or refused, wrongly");
        if (!may) return;
        hold(consents.consentOf(book.consentId).nonce > before, "the nonce didn't grow");
        (book.state, book.next) = (c.state, nonce + 1);
        if (c.state == 3) book.everRevoked = true;
        _taken.push(Taken(c, key));
    }

    function replay(uint256 seed) external {
        if (_taken.length == 0) return;
        Taken storage taken = _taken[seed % _taken.length];
        hold(!tryChange(taken.change, taken.key), "replayed");
    }

    function suspendOrReinstate(uint256 seed) external {
        toggle(seed % ACTORS);
    }

    function rotateKey(uint256 seed) external {
        rotate(seed % ACTORS);
    }

    function pass(uint256 time) external {
        VM.warp(block.timestamp + (time % 1 hours));
    }

    /// @dev Reverts with the name of the rule that the registry broke.
    function check() external view {
        require(bytes(broken).length == 0, broken);
        for (uint256 i = 0; i < _books.length; ++i) {
            Book storage book = _books[i];
            IConsentRegistry.ConsentRecord memory consent = consents.consentOf(book.consentId);
            require(consent.state == book.state && consent.nonce == book.next, "books differ");
            require(!book.everRevoked || consent.state == 3, "revoked isn't final");
            bool live = book.state == 1 && book.startsAt <= block.timestamp && block.timestamp <= book.expiresAt;
            require(consents.isLive(book.consentId) == live, "live isn't active and in time");
        }
    }

    function lastState() external view returns (uint8) {
        return consents.consentOf(_books[_books.length - 1].consentId).state;
    }
}

/// @title After any acts: revoked is final, nonces grow, live is what the books say, only the holder's key of today acts
contract ConsentRegistryInvariantsTest {
    ConsentHandler private _handler;

    function setUp() public {
        _handler = new ConsentHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_ConsentsAreTheHoldersOwn() public view {
        _handler.check();
    }

    /// @dev The handler reaches every state, so that the invariant isn't held by acts that all fail.
    function test_TheHandlerPausesResumesAndRevokes() public {
        _handler.give(0, 2, 2 hours, 3 hours);
        for (uint8 turn = 0; turn < 3; ++turn) {
            uint8 state = [2, 1, 3][turn];
            _handler.rotateKey(0);
            _handler.change(0, 2, state, 3);
            require(_handler.lastState() == state, "unexpected state");
            _handler.replay(turn);
            _handler.check();
        }
    }
}
