// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title For the gas benchmark: the schemas of {AttestationMock}
/// @notice A registry of its own, as the Ethereum Attestation Service documents it.
contract SchemaRegistryMock {
    struct SchemaRecord {
        bytes32 uid;
        address resolver;
        bool revocable;
        string schema;
    }

    mapping(bytes32 uid => SchemaRecord) private _records;

    error SchemaRegistryMockTaken(bytes32 uid);

    /// @notice Registers a schema, once.
    /// @param schema The fields and their types, as text.
    /// @param resolver Asked about each attestation; none is zero.
    /// @param revocable Whether attestations may be revocable.
    /// @return uid By which the schema is known.
    function register(string calldata schema, address resolver, bool revocable) external returns (bytes32 uid) {
        uid = keccak256(abi.encodePacked(schema, resolver, revocable));
        require(_records[uid].uid == bytes32(0), SchemaRegistryMockTaken(uid));
        _records[uid] = SchemaRecord({uid: uid, resolver: resolver, revocable: revocable, schema: schema});
    }

    /// @notice The whole record of a schema.
    /// @param uid Of the schema.
    /// @return The record; all zero when there is none.
    function getSchema(bytes32 uid) external view returns (SchemaRecord memory) {
        return _records[uid];
    }
}
