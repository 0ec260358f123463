// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title For tests: a maker-checker account
/// @notice Two keys must sign; signatures are concatenated, maker first.
contract SmartAccount is IERC1271 {
    address private immutable _maker;
    address private immutable _checker;

    error SmartAccountNotMaker();

    constructor(address maker, address checker) {
        _maker = maker;
        _checker = checker;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 130) return 0xffffffff;
        (address maker, ECDSA.RecoverError makerError, ) = ECDSA.tryRecover(hash, signature[:65]);
        (address checker, ECDSA.RecoverError checkerError, ) = ECDSA.tryRecover(hash, signature[65:]);
        bool valid = makerError == ECDSA.RecoverError.NoError &&
            checkerError == ECDSA.RecoverError.NoError &&
            maker == _maker &&
            checker == _checker;
        return valid ? this.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @notice Calls anything, at the maker's word.
    function send(address target, bytes calldata data) external returns (bytes memory result) {
        require(msg.sender == _maker, SmartAccountNotMaker());
        bool done;
        // solhint-disable-next-line avoid-low-level-calls
        (done, result) = target.call(data);
        if (!done) {
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }
}
