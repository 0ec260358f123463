// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {SchemaRegistryMock} from "./SchemaRegistryMock.sol";

/// @title For the gas benchmark: what an attestation service writes and checks for each attestation
/// @notice Written after the documented behaviour of the Ethereum Attestation Service (docs.attest.org: schema registry,
/// `attest`, the record `Attestation`, the event `Attested`): schemas live in a registry of their own, which is asked on
/// every attestation; the record is kept whole, data included; its uid is a hash of all that it says. Resolvers,
/// payments, revocation and delegation are left out: they would only cost more.
contract AttestationMock {
    struct Attestation {
        bytes32 uid;
        bytes32 schema;
        uint64 time;
        uint64 expirationTime;
        uint64 revocationTime;
        bytes32 refUID;
        address recipient;
        address attester;
        bool revocable;
        bytes data;
    }

    struct Request {
        address recipient;
        uint64 expirationTime;
        bool revocable;
        bytes32 refUID;
        bytes data;
    }

    SchemaRegistryMock private immutable _schemas;
    mapping(bytes32 uid => Attestation) private _attestations;

    /// @notice An attestation was kept under this uid.
    event Attested(address indexed recipient, address indexed attester, bytes32 uid, bytes32 indexed schema);

    error AttestationMockUnknownSchema(bytes32 schema);
    error AttestationMockExpired(uint64 expirationTime);
    error AttestationMockIrrevocable(bytes32 schema);
    error AttestationMockUnknownReference(bytes32 refUID);

    constructor(SchemaRegistryMock schemas) {
        _schemas = schemas;
    }

    /// @notice Attests. Emits {Attested}.
    /// @param schema That the data follows.
    /// @param request What is attested.
    /// @return uid By which the attestation is known.
    function attest(bytes32 schema, Request calldata request) external returns (bytes32 uid) {
        SchemaRegistryMock.SchemaRecord memory known = _schemas.getSchema(schema);
        require(known.uid != bytes32(0), AttestationMockUnknownSchema(schema));
        require(
            request.expirationTime == 0 || request.expirationTime > block.timestamp,
            AttestationMockExpired(request.expirationTime)
        );
        require(known.revocable || !request.revocable, AttestationMockIrrevocable(schema));
        require(
            request.refUID == bytes32(0) || _attestations[request.refUID].uid != bytes32(0),
            AttestationMockUnknownReference(request.refUID)
        );
        uid = _freeUid(schema, request);
        _attestations[uid] = Attestation({
            uid: uid,
            schema: schema,
            time: uint64(block.timestamp),
            expirationTime: request.expirationTime,
            revocationTime: 0,
            refUID: request.refUID,
            recipient: request.recipient,
            attester: msg.sender,
            revocable: request.revocable,
            data: request.data
        });
        emit Attested(request.recipient, msg.sender, uid, schema);
    }

    /// @notice The whole record of an attestation.
    /// @param uid Of the attestation.
    /// @return The record; all zero when there is none.
    function getAttestation(bytes32 uid) external view returns (Attestation memory) {
        return _attestations[uid];
    }

    /// @dev The same may be attested twice in a block: a counter then tells the two apart.
    function _freeUid(bytes32 schema, Request calldata request) private view returns (bytes32 uid) {
        for (uint32 bump = 0; ; ++bump) {
            uid = keccak256(
                abi.encodePacked(
                    schema,
                    request.recipient,
                    msg.sender,
                    uint64(block.timestamp),
                    request.expirationTime,
                    request.revocable,
                    request.refUID,
                    request.data,
                    bump
                )
            );
            if (_attestations[uid].uid == bytes32(0)) return uid;
        }
    }
}
