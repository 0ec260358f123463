// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Requests, sealed bids, awards, grants, drawdowns and repayments
/// @notice A request is identified by the address of its one-time key, so requests of one enterprise can't be linked.
/// Each act is signed by the parties that it binds; whoever sends it has no power over it. Amounts are in fen. A time
/// named `closesAt`, `expiresAt` or `validUntil` is the last second at which the act is in time.
interface IFinancingLedger {
    /// @dev Forward only, but for Awarded back to Open when the institution let its bid lapse.
    enum RequestState {
        None,
        Open,
        Awarded,
        Granted,
        Active,
        Settled,
        Withdrawn
    }

    /// @notice Signed by the request key.
    struct FinancingRequest {
        address requestKey;
        bytes32 termsCommitment;
        uint128 amountFen;
        uint64 closesAt;
        uint64 expiresAt;
    }

    /// @notice Signed by the request key.
    struct Withdrawal {
        address requestKey;
    }

    /// @notice Signed by the institution; kept off chain unless it wins.
    struct Bid {
        address requestKey;
        address institution;
        bytes32 termsCommitment;
        uint128 amountFen;
        uint64 validUntil;
        bytes32 salt;
    }

    /// @notice Signed by the request key.
    struct Award {
        address requestKey;
        bytes32 bidHash;
    }

    /// @notice Signed by the request key.
    struct Reopening {
        address requestKey;
        bytes32 bidHash;
    }

    /// @notice Signed by the awarded institution.
    struct Grant {
        address requestKey;
        bytes32 bidHash;
        bytes32 termsCommitment;
        uint128 amountFen;
        uint64 expiresAt;
        bytes32 salt;
    }

    /// @notice Signed by the grant's institution and by the request key.
    /// @param drawnBeforeFen What of the grant was drawn before: it only grows, so an act can be used once.
    struct Drawdown {
        bytes32 grantId;
        uint128 amountFen;
        uint128 drawnBeforeFen;
    }

    /// @notice Signed by the grant's institution, which received the principal.
    /// @param repaidBeforeFen What of the grant was repaid before: it only grows, so an act can be used once.
    struct Repayment {
        bytes32 grantId;
        uint128 principalFen;
        uint128 repaidBeforeFen;
    }

    /// @notice One storage slot: what the rules need. The terms' commitment is in {RequestOpened} and in what was signed.
    /// @param owingGrants Grants of which more was drawn than repaid.
    /// @param undrawnGrants Grants of which some can still be drawn, if they are in time.
    /// @param grantsEndAt The last second of the grant that ends last.
    struct RequestRecord {
        RequestState state;
        uint16 owingGrants;
        uint16 undrawnGrants;
        uint40 closesAt;
        uint40 expiresAt;
        uint40 grantsEndAt;
        uint48 amountFen;
        uint48 grantedFen;
    }

    /// @notice One storage slot. The rest is in {Granted} and in {Grant}, whose hash is the grant's id.
    /// @param institution The account that was awarded; {IParticipantRegistry-currentAccountOf} follows its rotations.
    struct GrantRecord {
        address institution;
        uint48 drawnFen;
        uint48 repaidFen;
    }

    /// @notice A request takes bids until `closesAt` and can be awarded until `expiresAt`.
    event RequestOpened(
        address indexed requestKey,
        bytes32 termsCommitment,
        uint128 amountFen,
        uint64 closesAt,
        uint64 expiresAt
    );
    /// @notice A request was taken back for good.
    event RequestWithdrawn(address indexed requestKey);
    /// @notice An institution committed itself to a bid without the platform.
    event BidPlaced(address indexed requestKey, bytes32 indexed bidHash, address indexed institution);
    /// @notice A request went to a bid, which may be granted.
    event Awarded(
        address indexed requestKey,
        bytes32 indexed bidHash,
        address indexed institution,
        uint128 amountFen,
        uint64 validUntil
    );
    /// @notice An award is over, its bid lapsed: the request is open again.
    event RequestReopened(address indexed requestKey, bytes32 indexed bidHash);
    /// @notice Credit was granted, and can be drawn until `expiresAt`.
    event Granted(
        address indexed requestKey,
        bytes32 indexed grantId,
        address indexed institution,
        bytes32 bidHash,
        bytes32 termsCommitment,
        uint128 amountFen,
        uint64 expiresAt
    );
    /// @notice Part of a grant was paid out.
    /// @param amountFen Of this drawdown.
    /// @param drawnFen Of the whole grant so far.
    event DrawnDown(
        address indexed requestKey,
        bytes32 indexed grantId,
        bytes32 indexed drawdownHash,
        uint128 amountFen,
        uint128 drawnFen
    );
    /// @notice Principal was paid back.
    /// @param principalFen Of this repayment.
    /// @param repaidFen Of the whole grant so far.
    event Repaid(
        address indexed requestKey,
        bytes32 indexed grantId,
        bytes32 indexed repaymentHash,
        uint128 principalFen,
        uint128 repaidFen
    );
    /// @notice Nothing is owed and nothing can be drawn any more: the end.
    event RequestSettled(address indexed requestKey);

    error FinancingLedgerInvalidSignature(address signer);
    error FinancingLedgerInactiveInstitution(address institution);
    error FinancingLedgerRequestExists(address requestKey);
    error FinancingLedgerUnexpectedState(address requestKey, RequestState state);
    error FinancingLedgerZeroAmount();
    error FinancingLedgerInvalidTimes(uint64 closesAt, uint64 expiresAt);
    error FinancingLedgerRequestClosed(address requestKey, uint64 closesAt);
    error FinancingLedgerRequestExpired(address requestKey, uint64 expiresAt);
    error FinancingLedgerBidForAnotherRequest(address requestKey, address bidRequestKey);
    error FinancingLedgerBidMismatch(bytes32 expected, bytes32 bidHash);
    error FinancingLedgerBidLapsed(bytes32 bidHash, uint64 validUntil);
    error FinancingLedgerBidNotLapsed(bytes32 bidHash, uint64 validUntil);
    error FinancingLedgerBidAlreadyPlaced(bytes32 bidHash, address institution);
    /// @notice The root isn't a bid batch anchored by closing time, the path doesn't lead to it, or (without a root) the
    /// institution didn't place the bid itself.
    error FinancingLedgerBidNotAnchored(bytes32 bidHash, bytes32 root);
    error FinancingLedgerAmountExceeded(uint256 amountFen, uint256 availableFen);
    error FinancingLedgerGrantExists(bytes32 grantId);
    error FinancingLedgerGrantUnknown(bytes32 grantId);
    error FinancingLedgerGrantExpired(bytes32 grantId, uint64 expiresAt);
    error FinancingLedgerGrantMismatch(bytes32 expected, bytes32 grantId);
    /// @notice The act was signed for another total drawn or repaid: it was used already, or another came before it.
    error FinancingLedgerOutdatedTotal(bytes32 grantId, uint256 recordedFen, uint256 signedFen);
    error FinancingLedgerNotSettled(address requestKey);

    /// @notice Opens a request, of at most 2^48 - 1 fen. Restricted to the relay, which vouches that an admitted enterprise stands behind the key.
    function openRequest(FinancingRequest calldata request, bytes calldata signature) external;

    /// @notice Withdraws an open request for good.
    function withdrawRequest(Withdrawal calldata withdrawal, bytes calldata signature) external;

    /// @notice Commits the sender, an active institution, to a bid without the platform: it can't be left out.
    function placeBid(address requestKey, bytes32 bidHash) external;

    /// @notice Awards an open request to a bid that was committed to by closing time.
    /// @param root The bid batch's root; zero when the institution placed the bid itself.
    /// @param proof The path from the bid's leaf to the root.
    function award(
        Award calldata award_,
        bytes calldata requestSignature,
        Bid calldata bid,
        bytes calldata bidSignature,
        bytes32 root,
        bytes32[] calldata proof
    ) external;

    /// @notice Takes the award back when its bid lapsed before anything was granted.
    /// @param bid The awarded one, shown again.
    function reopen(Reopening calldata reopening, bytes calldata signature, Bid calldata bid) external;

    /// @notice Grants credit under the award in force. The awarded institution may do so until the request is reopened.
    /// @param bid The awarded one, shown again.
    function grant(Grant calldata grant_, bytes calldata signature, Bid calldata bid) external;

    /// @notice Records what was paid out of a grant, in time and within it. Emits {DrawnDown}.
    /// @param grant_ The grant that was drawn on, shown again.
    function drawDown(
        Drawdown calldata drawdown,
        bytes calldata institutionSignature,
        bytes calldata requestSignature,
        Grant calldata grant_
    ) external;

    /// @notice Records repaid principal. The request is settled when all that was granted was drawn and repaid.
    /// @param grant_ The grant that was repaid, shown again.
    function repay(Repayment calldata repayment, bytes calldata signature, Grant calldata grant_) external;

    /// @notice Settles an active request that owes nothing and can draw nothing more, its grants having expired. Anyone
    /// may call: it states what the ledger shows.
    function settle(address requestKey) external;

    /// @notice A request's record; all zero when there is none.
    function requestOf(address requestKey) external view returns (RequestRecord memory);

    /// @notice The bid that a request was awarded to; zero when no award is in force.
    function awardOf(address requestKey) external view returns (bytes32 bidHash);

    /// @notice A grant's record; all zero when there is none.
    function grantOf(bytes32 grantId) external view returns (GrantRecord memory);

    /// @notice Whether an institution placed a bid itself, and when.
    /// @return at When the institution placed the bid itself, unix seconds; 0 when it didn't.
    function bidPlacedAt(
        address requestKey,
        bytes32 bidHash,
        address institution
    ) external view returns (uint64 at);

    /// @notice The EIP-712 struct hash of {FinancingRequest}.
    function hashRequest(FinancingRequest calldata request) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of {Withdrawal}.
    function hashWithdrawal(Withdrawal calldata withdrawal) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of {Bid}.
    function hashBid(Bid calldata bid) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of {Award}.
    function hashAward(Award calldata award_) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of {Reopening}.
    function hashReopening(Reopening calldata reopening) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of {Grant}.
    function hashGrant(Grant calldata grant_) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of {Drawdown}.
    function hashDrawdown(Drawdown calldata drawdown) external pure returns (bytes32);

    /// @notice The EIP-712 struct hash of {Repayment}.
    function hashRepayment(Repayment calldata repayment) external pure returns (bytes32);
}
