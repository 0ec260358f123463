// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title For tests: a relay target
/// @notice It does well, fails in each way, or attacks the relay.
contract RelayTarget {
    /// @notice The number of calls that did well.
    event Counted(uint256 count);

    error RelayTargetRefused(uint256 code);

    uint256 private _count;

    /// @notice Does well.
    function count() external {
        emit Counted(++_count);
    }

    /// @notice How many calls did well.
    function counted() external view returns (uint256) {
        return _count;
    }

    /// @notice Reverts with an error of its own.
    function refuse(uint256 code) external pure {
        revert RelayTargetRefused(code);
    }

    /// @notice Refuses to run with less gas than `floor`.
    function demand(uint256 floor) external {
        require(gasleft() >= floor, RelayTargetRefused(gasleft()));
        emit Counted(++_count);
    }

    /// @notice Uses everything that it is given.
    function burn() external {
        while (true) ++_count;
    }

    /// @notice Reverts with `size` bytes, each 0xab.
    function bomb(uint256 size) external pure {
        // solhint-disable-next-line no-inline-assembly
        assembly {
            for {
                let at := 0
            } lt(at, 0x200) {
                at := add(at, 0x20)
            } {
                mstore(at, 0xabababababababababababababababababababababababababababababababab)
            }
            revert(0, size)
        }
    }

    /// @notice Returns `size` bytes.
    function flood(uint256 size) external pure {
        // solhint-disable-next-line no-inline-assembly
        assembly {
            return(0, size)
        }
    }
}
