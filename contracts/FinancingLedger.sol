// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {FinancingHashes} from "./FinancingHashes.sol";
import {IAnchorRegistry} from "./interfaces/IAnchorRegistry.sol";
import {IFinancingLedger} from "./interfaces/IFinancingLedger.sol";
import {IParticipantRegistry} from "./interfaces/IParticipantRegistry.sol";

/// @title Financing ledger
/// @notice See {IFinancingLedger}.
contract FinancingLedger is AccessManaged, EIP712, FinancingHashes {
    uint8 private constant INSTITUTION = 2;
    uint8 private constant BIDS = 2;

    IParticipantRegistry private immutable _participantRegistry;
    IAnchorRegistry private immutable _anchorRegistry;

    mapping(address requestKey => RequestRecord) private _requests;
    /// @dev Of the award in force. What else the bid and the grant say is shown again by whoever delivers the next act:
    /// their hashes are known, and a slot more would cost as much as all the rest of an act.
    mapping(address requestKey => bytes32 bidHash) private _awardedBids;
    mapping(bytes32 grantId => GrantRecord) private _grants;
    /// @dev Keyed by request, bid and institution: nobody can take another's place, or date a bid by another request.
    mapping(address requestKey => mapping(bytes32 bidHash => mapping(address institution => uint64 at)))
        private _placedAt;

    constructor(
        address initialAuthority,
        IParticipantRegistry participantRegistry_,
        IAnchorRegistry anchorRegistry_
    ) AccessManaged(initialAuthority) EIP712("Rongqiao Financing", "1") {
        _participantRegistry = participantRegistry_;
        _anchorRegistry = anchorRegistry_;
    }

    /// @inheritdoc IFinancingLedger
    function openRequest(FinancingRequest calldata r, bytes calldata signature) external restricted {
        _checkKeySignature(r.requestKey, hashRequest(r), signature);
        RequestRecord storage request = _requests[r.requestKey];
        require(request.state == RequestState.None, FinancingLedgerRequestExists(r.requestKey));
        // Bids, grants and all that follows are bounded by this amount.
        _checkAmount(r.amountFen, type(uint48).max);
        require(
            r.closesAt > block.timestamp && r.closesAt <= r.expiresAt && r.expiresAt <= type(uint40).max,
            FinancingLedgerInvalidTimes(r.closesAt, r.expiresAt)
        );

        request.amountFen = uint48(r.amountFen);
        request.closesAt = uint40(r.closesAt);
        request.expiresAt = uint40(r.expiresAt);
        request.state = RequestState.Open;
        emit RequestOpened(r.requestKey, r.termsCommitment, r.amountFen, r.closesAt, r.expiresAt);
    }

    /// @inheritdoc IFinancingLedger
    function withdrawRequest(Withdrawal calldata w, bytes calldata signature) external {
        _checkKeySignature(w.requestKey, hashWithdrawal(w), signature);
        _inState(w.requestKey, RequestState.Open).state = RequestState.Withdrawn;
        emit RequestWithdrawn(w.requestKey);
    }

    /// @inheritdoc IFinancingLedger
    function placeBid(address requestKey, bytes32 bidHash) external {
        _checkInstitution(msg.sender);
        RequestRecord storage request = _inState(requestKey, RequestState.Open);
        require(block.timestamp <= request.closesAt, FinancingLedgerRequestClosed(requestKey, request.closesAt));
        require(
            _placedAt[requestKey][bidHash][msg.sender] == 0,
            FinancingLedgerBidAlreadyPlaced(bidHash, msg.sender)
        );

        _placedAt[requestKey][bidHash][msg.sender] = uint64(block.timestamp);
        emit BidPlaced(requestKey, bidHash, msg.sender);
    }

    /// @inheritdoc IFinancingLedger
    function award(
        Award calldata a,
        bytes calldata requestSignature,
        Bid calldata b,
        bytes calldata bidSignature,
        bytes32 root,
        bytes32[] calldata proof
    ) external {
        bytes32 bidHash = hashBid(b);
        _checkKeySignature(a.requestKey, hashAward(a), requestSignature);
        _checkSignature(b.institution, bidHash, bidSignature);
        _checkInstitution(b.institution);
        require(
            b.requestKey == a.requestKey,
            FinancingLedgerBidForAnotherRequest(a.requestKey, b.requestKey)
        );
        require(bidHash == a.bidHash, FinancingLedgerBidMismatch(a.bidHash, bidHash));
        RequestRecord storage request = _inState(a.requestKey, RequestState.Open);
        require(
            block.timestamp <= request.expiresAt,
            FinancingLedgerRequestExpired(a.requestKey, request.expiresAt)
        );
        // Reopening needs the awarded bid to have lapsed, so this also holds a bid to one award.
        require(block.timestamp <= b.validUntil, FinancingLedgerBidLapsed(bidHash, b.validUntil));
        _checkAmount(b.amountFen, request.amountFen);
        require(
            _isCommitted(b, bidHash, request.closesAt, root, proof),
            FinancingLedgerBidNotAnchored(bidHash, root)
        );

        request.state = RequestState.Awarded;
        _awardedBids[a.requestKey] = bidHash;
        emit Awarded(a.requestKey, bidHash, b.institution, b.amountFen, b.validUntil);
    }

    /// @inheritdoc IFinancingLedger
    function reopen(Reopening calldata r, bytes calldata signature, Bid calldata b) external {
        _checkKeySignature(r.requestKey, hashReopening(r), signature);
        // Awarded, not Granted: nothing was granted under this award.
        RequestRecord storage request = _inState(r.requestKey, RequestState.Awarded);
        _checkAwarded(r.requestKey, r.bidHash, b);
        require(block.timestamp > b.validUntil, FinancingLedgerBidNotLapsed(r.bidHash, b.validUntil));

        request.state = RequestState.Open;
        delete _awardedBids[r.requestKey];
        emit RequestReopened(r.requestKey, r.bidHash);
    }

    /// @inheritdoc IFinancingLedger
    function grant(Grant calldata g, bytes calldata signature, Bid calldata b) external {
        bytes32 grantId = hashGrant(g);
        RequestRecord storage request = _requests[g.requestKey];
        RequestState state = request.state;
        require(
            state == RequestState.Awarded || state == RequestState.Granted || state == RequestState.Active,
            FinancingLedgerUnexpectedState(g.requestKey, state)
        );
        _checkAwarded(g.requestKey, g.bidHash, b);
        _checkInstitutionSignature(b.institution, grantId, signature);
        GrantRecord storage entry = _grants[grantId];
        require(entry.institution == address(0), FinancingLedgerGrantExists(grantId));
        require(block.timestamp <= g.expiresAt, FinancingLedgerGrantExpired(grantId, g.expiresAt));
        require(g.expiresAt <= type(uint40).max, FinancingLedgerInvalidTimes(request.closesAt, g.expiresAt));
        // All grants are under this award, whose bid is within the request: an award that was granted can't be reopened.
        uint48 grantedFen = request.grantedFen;
        _checkAmount(g.amountFen, b.amountFen - grantedFen);

        request.grantedFen = grantedFen + uint48(g.amountFen);
        ++request.undrawnGrants;
        if (state == RequestState.Awarded) request.state = RequestState.Granted;
        if (g.expiresAt > request.grantsEndAt) request.grantsEndAt = uint40(g.expiresAt);
        entry.institution = b.institution;
        emit Granted(g.requestKey, grantId, b.institution, g.bidHash, g.termsCommitment, g.amountFen, g.expiresAt);
    }

    /// @inheritdoc IFinancingLedger
    function drawDown(
        Drawdown calldata d,
        bytes calldata institutionSignature,
        bytes calldata requestSignature,
        Grant calldata g
    ) external {
        GrantRecord storage entry = _grantOf(d.grantId, g);
        bytes32 actHash = hashDrawdown(d);
        _checkInstitutionSignature(entry.institution, actHash, institutionSignature);
        _checkKeySignature(g.requestKey, actHash, requestSignature);
        require(block.timestamp <= g.expiresAt, FinancingLedgerGrantExpired(d.grantId, g.expiresAt));
        uint48 drawnFen = entry.drawnFen;
        require(d.drawnBeforeFen == drawnFen, FinancingLedgerOutdatedTotal(d.grantId, drawnFen, d.drawnBeforeFen));
        _checkAmount(d.amountFen, g.amountFen - drawnFen);

        bool owedNothing = drawnFen == entry.repaidFen;
        drawnFen += uint48(d.amountFen);
        entry.drawnFen = drawnFen;
        RequestRecord storage request = _requests[g.requestKey];
        if (request.state == RequestState.Granted) request.state = RequestState.Active;
        if (owedNothing) ++request.owingGrants;
        if (drawnFen == g.amountFen) --request.undrawnGrants;
        emit DrawnDown(g.requestKey, d.grantId, actHash, d.amountFen, drawnFen);
    }

    /// @inheritdoc IFinancingLedger
    function repay(Repayment calldata r, bytes calldata signature, Grant calldata g) external {
        GrantRecord storage entry = _grantOf(r.grantId, g);
        bytes32 actHash = hashRepayment(r);
        _checkInstitutionSignature(entry.institution, actHash, signature);
        uint48 repaidFen = entry.repaidFen;
        require(
            r.repaidBeforeFen == repaidFen,
            FinancingLedgerOutdatedTotal(r.grantId, repaidFen, r.repaidBeforeFen)
        );
        _checkAmount(r.principalFen, entry.drawnFen - repaidFen);

        repaidFen += uint48(r.principalFen);
        entry.repaidFen = repaidFen;
        emit Repaid(g.requestKey, r.grantId, actHash, r.principalFen, repaidFen);
        if (repaidFen != entry.drawnFen) return;
        RequestRecord storage request = _requests[g.requestKey];
        --request.owingGrants;
        if (_isOver(request)) _settle(g.requestKey, request);
    }

    /// @inheritdoc IFinancingLedger
    function settle(address requestKey) external {
        RequestRecord storage request = _inState(requestKey, RequestState.Active);
        require(_isOver(request), FinancingLedgerNotSettled(requestKey));
        _settle(requestKey, request);
    }

    /// @inheritdoc IFinancingLedger
    function requestOf(address requestKey) external view returns (RequestRecord memory) {
        return _requests[requestKey];
    }

    /// @inheritdoc IFinancingLedger
    function awardOf(address requestKey) external view returns (bytes32 bidHash) {
        return _awardedBids[requestKey];
    }

    /// @inheritdoc IFinancingLedger
    function grantOf(bytes32 grantId) external view returns (GrantRecord memory) {
        return _grants[grantId];
    }

    /// @inheritdoc IFinancingLedger
    function bidPlacedAt(
        address requestKey,
        bytes32 bidHash,
        address institution
    ) external view returns (uint64 at) {
        return _placedAt[requestKey][bidHash][institution];
    }

    function _settle(address requestKey, RequestRecord storage request) private {
        request.state = RequestState.Settled;
        emit RequestSettled(requestKey);
    }

    /// @dev Nothing is owed and nothing can be drawn any more.
    function _isOver(RequestRecord storage request) private view returns (bool) {
        return request.owingGrants == 0 && (request.undrawnGrants == 0 || block.timestamp > request.grantsEndAt);
    }

    /// @dev By closing time, through an anchored batch of bids or by the institution's own hand.
    function _isCommitted(
        Bid calldata b,
        bytes32 bidHash,
        uint64 closesAt,
        bytes32 root,
        bytes32[] calldata proof
    ) private view returns (bool) {
        if (root == bytes32(0)) return _placedAt[b.requestKey][bidHash][b.institution] != 0;
        (uint64 at, uint8 kind, ) = _anchorRegistry.anchorOf(root);
        // Double hashed, so that no inner node of the tree can pass for a leaf.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(bidHash))));
        return at != 0 && at <= closesAt && kind == BIDS && MerkleProof.verifyCalldata(proof, root, leaf);
    }

    function _inState(address requestKey, RequestState state) private view returns (RequestRecord storage request) {
        request = _requests[requestKey];
        require(request.state == state, FinancingLedgerUnexpectedState(requestKey, request.state));
    }

    function _grantOf(bytes32 grantId, Grant calldata g) private view returns (GrantRecord storage entry) {
        bytes32 shown = hashGrant(g);
        require(shown == grantId, FinancingLedgerGrantMismatch(grantId, shown));
        entry = _grants[grantId];
        require(entry.institution != address(0), FinancingLedgerGrantUnknown(grantId));
    }

    /// @dev `bidHash` is the award in force, and `b` the bid that it names.
    function _checkAwarded(address requestKey, bytes32 bidHash, Bid calldata b) private view {
        bytes32 awarded = _awardedBids[requestKey];
        require(awarded == bidHash, FinancingLedgerBidMismatch(awarded, bidHash));
        bytes32 shown = hashBid(b);
        require(awarded == shown, FinancingLedgerBidMismatch(awarded, shown));
    }

    function _checkInstitution(address account) private view {
        require(
            _participantRegistry.isActive(account, INSTITUTION),
            FinancingLedgerInactiveInstitution(account)
        );
    }

    /// @dev By the key of today of an institution that was awarded: a grant outlives a key, and a rotated key is dead.
    function _checkInstitutionSignature(address institution, bytes32 actHash, bytes calldata signature) private view {
        (address current, , bool active) = _participantRegistry.standingOf(institution);
        require(active, FinancingLedgerInactiveInstitution(current));
        _checkSignature(current, actHash, signature);
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        require(
            SignatureChecker.isValidSignatureNowCalldata(signer, _hashTypedDataV4(structHash), signature),
            FinancingLedgerInvalidSignature(signer)
        );
    }

    /// @dev A request's key is a plain key made for it alone, so its code needn't be looked up. What is no signature
    /// recovers to zero, which is nobody's key.
    function _checkKeySignature(address requestKey, bytes32 structHash, bytes calldata signature) private view {
        (address signer, , ) = ECDSA.tryRecoverCalldata(_hashTypedDataV4(structHash), signature);
        require(signer == requestKey && signer != address(0), FinancingLedgerInvalidSignature(requestKey));
    }

    function _checkAmount(uint256 amountFen, uint256 availableFen) private pure {
        require(amountFen != 0, FinancingLedgerZeroAmount());
        require(amountFen <= availableFen, FinancingLedgerAmountExceeded(amountFen, availableFen));
    }
}
