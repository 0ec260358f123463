// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFinancingLedger} from "./interfaces/IFinancingLedger.sol";

/// @title EIP-712 struct hashes of the financing acts
/// @notice See {IFinancingLedger}.
/// @dev Every member is a value type of one word, so abi.encode of a whole struct is its EIP-712 encoding.
abstract contract FinancingHashes is IFinancingLedger {
    bytes32 private constant REQUEST_TYPEHASH =
        keccak256(
            "FinancingRequest(address requestKey,bytes32 termsCommitment,uint128 amountFen,uint64 closesAt,uint64 expiresAt)"
        );
    bytes32 private constant WITHDRAWAL_TYPEHASH = keccak256("Withdrawal(address requestKey)");
    bytes32 private constant BID_TYPEHASH =
        keccak256(
            "Bid(address requestKey,address institution,bytes32 termsCommitment,uint128 amountFen,uint64 validUntil,bytes32 salt)"
        );
    bytes32 private constant AWARD_TYPEHASH = keccak256("Award(address requestKey,bytes32 bidHash)");
    bytes32 private constant REOPENING_TYPEHASH = keccak256("Reopening(address requestKey,bytes32 bidHash)");
    bytes32 private constant GRANT_TYPEHASH =
        keccak256(
            "Grant(address requestKey,bytes32 bidHash,bytes32 termsCommitment,uint128 amountFen,uint64 expiresAt,bytes32 salt)"
        );
    bytes32 private constant DRAWDOWN_TYPEHASH =
        keccak256("Drawdown(bytes32 grantId,uint128 amountFen,uint128 drawnBeforeFen)");
    bytes32 private constant REPAYMENT_TYPEHASH =
        keccak256("Repayment(bytes32 grantId,uint128 principalFen,uint128 repaidBeforeFen)");

    /// @inheritdoc IFinancingLedger
    function hashRequest(FinancingRequest calldata request) public pure returns (bytes32) {
        return keccak256(abi.encode(REQUEST_TYPEHASH, request));
    }

    /// @inheritdoc IFinancingLedger
    function hashWithdrawal(Withdrawal calldata withdrawal) public pure returns (bytes32) {
        return keccak256(abi.encode(WITHDRAWAL_TYPEHASH, withdrawal));
    }

    /// @inheritdoc IFinancingLedger
    function hashBid(Bid calldata bid) public pure returns (bytes32) {
        return keccak256(abi.encode(BID_TYPEHASH, bid));
    }

    /// @inheritdoc IFinancingLedger
    function hashAward(Award calldata award_) public pure returns (bytes32) {
        return keccak256(abi.encode(AWARD_TYPEHASH, award_));
    }

    /// @inheritdoc IFinancingLedger
    function hashReopening(Reopening calldata reopening) public pure returns (bytes32) {
        return keccak256(abi.encode(REOPENING_TYPEHASH, reopening));
    }

    /// @inheritdoc IFinancingLedger
    function hashGrant(Grant calldata grant_) public pure returns (bytes32) {
        return keccak256(abi.encode(GRANT_TYPEHASH, grant_));
    }

    /// @inheritdoc IFinancingLedger
    function hashDrawdown(Drawdown calldata drawdown) public pure returns (bytes32) {
        return keccak256(abi.encode(DRAWDOWN_TYPEHASH, drawdown));
    }

    /// @inheritdoc IFinancingLedger
    function hashRepayment(Repayment calldata repayment) public pure returns (bytes32) {
        return keccak256(abi.encode(REPAYMENT_TYPEHASH, repayment));
    }
}
