// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
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
    mapping(address requestKey => AwardRecord) private _awards;
    mapping(bytes32 grantId => GrantRecord) private _grants;
    mapping(bytes32 actHash => bool) private _recorded;
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
        _checkSignature(r.requestKey, hashRequest(r), signature);
        RequestRecord storage request = _requests[r.requestKey];
        require(request.state == RequestState.None, FinancingLedgerRequestExists(r.requestKey));
        require(r.amountFen != 0, FinancingLedgerZeroAmount());
        require(
            r.closesAt > block.timestamp && r.closesAt <= r.expiresAt,
            FinancingLedgerInvalidTimes(r.closesAt, r.expiresAt)
        );

        request.amountFen = r.amountFen;
        request.closesAt = r.closesAt;
        request.expiresAt = r.expiresAt;
        request.termsCommitment = r.termsCommitment;
        request.state = RequestState.Open;
        emit RequestOpened(r.requestKey, r.termsCommitment, r.amountFen, r.closesAt, r.expiresAt);
    }

    /// @inheritdoc IFinancingLedger
    function withdrawRequest(Withdrawal calldata w, bytes calldata signature) external {
        _checkSignature(w.requestKey, hashWithdrawal(w), signature);
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
        _checkSignature(a.requestKey, hashAward(a), requestSignature);
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
        require(b.amountFen != 0, FinancingLedgerZeroAmount());
        _checkAmount(b.amountFen, request.amountFen - request.grantedFen);
        require(
            _isCommitted(b, bidHash, request.closesAt, root, proof),
            FinancingLedgerBidNotAnchored(bidHash, root)
        );

        request.state = RequestState.Awarded;
        _awards[a.requestKey] = AwardRecord({
            bidHash: bidHash,
            institution: b.institution,
            validUntil: b.validUntil,
            amountFen: b.amountFen,
            grantedFen: 0
        });
        emit Awarded(a.requestKey, bidHash, b.institution, b.amountFen, b.validUntil);
    }

    /// @inheritdoc IFinancingLedger
    function reopen(Reopening calldata r, bytes calldata signature) external {
        _checkSignature(r.requestKey, hashReopening(r), signature);
        // Awarded, not Granted: nothing was granted under this award.
        RequestRecord storage request = _inState(r.requestKey, RequestState.Awarded);
        AwardRecord storage awarded = _awards[r.requestKey];
        require(awarded.bidHash == r.bidHash, FinancingLedgerBidMismatch(awarded.bidHash, r.bidHash));
        require(
            block.timestamp > awarded.validUntil,
            FinancingLedgerBidNotLapsed(r.bidHash, awarded.validUntil)
        );

        request.state = RequestState.Open;
        delete _awards[r.requestKey];
        emit RequestReopened(r.requestKey, r.bidHash);
    }

    /// @inheritdoc IFinancingLedger
    function grant(Grant calldata g, bytes calldata signature) external {
        bytes32 grantId = hashGrant(g);
        RequestRecord storage request = _requests[g.requestKey];
        RequestState state = request.state;
        require(
            state == RequestState.Awarded || state == RequestState.Granted || state == RequestState.Active,
            FinancingLedgerUnexpectedState(g.requestKey, state)
        );
        AwardRecord storage awarded = _awards[g.requestKey];
        require(awarded.bidHash == g.bidHash, FinancingLedgerBidMismatch(awarded.bidHash, g.bidHash));
        address institution = awarded.institution;
        _checkInstitutionSignature(institution, grantId, signature);
        require(_grants[grantId].grantedAt == 0, FinancingLedgerGrantExists(grantId));
        require(block.timestamp <= g.expiresAt, FinancingLedgerGrantExpired(grantId, g.expiresAt));
        require(g.amountFen != 0, FinancingLedgerZeroAmount());
        _checkAmount(g.amountFen, awarded.amountFen - awarded.grantedFen);
        // Follows from the bound on the bid; checked again because the request is what the enterprise asked for.
        _checkAmount(g.amountFen, request.amountFen - request.grantedFen);

        awarded.grantedFen += g.amountFen;
        request.grantedFen += g.amountFen;
        if (state == RequestState.Awarded) request.state = RequestState.Granted;
        if (g.expiresAt > request.grantsEndAt) request.grantsEndAt = g.expiresAt;
        GrantRecord storage entry = _grants[grantId];
        entry.requestKey = g.requestKey;
        entry.expiresAt = g.expiresAt;
        entry.institution = institution;
        entry.grantedAt = uint64(block.timestamp);
        entry.bidHash = g.bidHash;
        entry.termsCommitment = g.termsCommitment;
        entry.amountFen = g.amountFen;
        emit Granted(g.requestKey, grantId, institution, g.bidHash, g.termsCommitment, g.amountFen, g.expiresAt);
    }

    /// @inheritdoc IFinancingLedger
    function drawDown(
        Drawdown calldata d,
        bytes calldata institutionSignature,
        bytes calldata requestSignature
    ) external {
        GrantRecord storage entry = _knownGrant(d.grantId);
        address requestKey = entry.requestKey;
        bytes32 actHash = hashDrawdown(d);
        _checkInstitutionSignature(entry.institution, actHash, institutionSignature);
        _checkSignature(requestKey, actHash, requestSignature);
        _record(actHash);
        require(block.timestamp <= entry.expiresAt, FinancingLedgerGrantExpired(d.grantId, entry.expiresAt));
        require(d.amountFen != 0, FinancingLedgerZeroAmount());
        _checkAmount(d.amountFen, entry.amountFen - entry.drawnFen);

        RequestRecord storage request = _requests[requestKey];
        entry.drawnFen += d.amountFen;
        request.drawnFen += d.amountFen;
        if (request.state == RequestState.Granted) request.state = RequestState.Active;
        emit DrawnDown(requestKey, d.grantId, actHash, d.amountFen, entry.drawnFen);
    }

    /// @inheritdoc IFinancingLedger
    function repay(Repayment calldata r, bytes calldata signature) external {
        GrantRecord storage entry = _knownGrant(r.grantId);
        address requestKey = entry.requestKey;
        bytes32 actHash = hashRepayment(r);
        _checkInstitutionSignature(entry.institution, actHash, signature);
        _record(actHash);
        require(r.principalFen != 0, FinancingLedgerZeroAmount());
        _checkAmount(r.principalFen, entry.drawnFen - entry.repaidFen);

        RequestRecord storage request = _requests[requestKey];
        entry.repaidFen += r.principalFen;
        request.repaidFen += r.principalFen;
        emit Repaid(requestKey, r.grantId, actHash, r.principalFen, entry.repaidFen);
        if (_owesNothing(request)) _settle(requestKey, request);
    }

    /// @inheritdoc IFinancingLedger
    function settle(address requestKey) external {
        RequestRecord storage request = _inState(requestKey, RequestState.Active);
        require(_owesNothing(request), FinancingLedgerNotSettled(requestKey));
        _settle(requestKey, request);
    }

    /// @inheritdoc IFinancingLedger
    function requestOf(address requestKey) external view returns (RequestRecord memory) {
        return _requests[requestKey];
    }

    /// @inheritdoc IFinancingLedger
    function awardOf(address requestKey) external view returns (AwardRecord memory) {
        return _awards[requestKey];
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

    /// @inheritdoc IFinancingLedger
    function isRecorded(bytes32 actHash) external view returns (bool) {
        return _recorded[actHash];
    }

    function _settle(address requestKey, RequestRecord storage request) private {
        request.state = RequestState.Settled;
        emit RequestSettled(requestKey);
    }

    function _record(bytes32 actHash) private {
        require(!_recorded[actHash], FinancingLedgerActReplayed(actHash));
        _recorded[actHash] = true;
    }

    function _owesNothing(RequestRecord storage request) private view returns (bool) {
        uint128 drawnFen = request.drawnFen;
        return
            request.repaidFen == drawnFen &&
            (drawnFen == request.grantedFen || block.timestamp > request.grantsEndAt);
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

    function _knownGrant(bytes32 grantId) private view returns (GrantRecord storage entry) {
        entry = _grants[grantId];
        require(entry.grantedAt != 0, FinancingLedgerGrantUnknown(grantId));
    }

    function _checkInstitution(address account) private view {
        require(
            _participantRegistry.isActive(account, INSTITUTION),
            FinancingLedgerInactiveInstitution(account)
        );
    }

    /// @dev By the institution's key of today: a grant outlives a key, and a rotated key is dead.
    function _checkInstitutionSignature(address institution, bytes32 actHash, bytes calldata signature) private view {
        address current = _participantRegistry.currentAccountOf(institution);
        _checkInstitution(current);
        _checkSignature(current, actHash, signature);
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        require(
            SignatureChecker.isValidSignatureNowCalldata(signer, _hashTypedDataV4(structHash), signature),
            FinancingLedgerInvalidSignature(signer)
        );
    }

    function _checkAmount(uint128 amountFen, uint128 availableFen) private pure {
        require(amountFen <= availableFen, FinancingLedgerAmountExceeded(amountFen, availableFen));
    }
}
