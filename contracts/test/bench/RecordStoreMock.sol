// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title For the gas benchmark: the plain way, one record a transaction
/// @notice The least that notarises a record: the time at which its hash was first seen, and an event.
contract RecordStoreMock {
    mapping(bytes32 recordHash => uint64 timestamp) private _recordedAt;

    /// @notice A hash was recorded for the first time.
    event Recorded(bytes32 indexed recordHash, address indexed sender);

    error RecordStoreMockRecorded(bytes32 recordHash, uint64 first);

    /// @notice Records a hash, once. Emits {Recorded}.
    /// @param recordHash Of the record.
    function put(bytes32 recordHash) external {
        uint64 first = _recordedAt[recordHash];
        require(first == 0, RecordStoreMockRecorded(recordHash, first));
        _recordedAt[recordHash] = uint64(block.timestamp);
        emit Recorded(recordHash, msg.sender);
    }

    /// @notice When a hash was recorded.
    /// @param recordHash Of the record.
    /// @return Unix seconds; 0 when it was not.
    function recordedAt(bytes32 recordHash) external view returns (uint64) {
        return _recordedAt[recordHash];
    }
}
