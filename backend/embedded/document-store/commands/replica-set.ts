import { ObjectId } from "bson";
import { type Doc, doc } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import type { ServerState } from "../state.ts";
import type { Command, Context } from "./context.ts";

const SET_NAME = "rongqiao";

const hostOf = (server: ServerState): string => `127.0.0.1:${server.port}`;

/** A point in the order of writes, as replica sets speak of it. */
const opTime = (server: ServerState): Doc =>
  doc({
    ts: server.clock.now,
    t: BigInt(server.term),
  });

/** The fields of a replica set with one member: only with them do clients send retryable writes. */
export function membership(server: ServerState): Doc {
  const host = hostOf(server);
  return doc({
    hosts: [host],
    setName: SET_NAME,
    setVersion: 1,
    secondary: false,
    primary: host,
    me: host,
    electionId: new ObjectId(`7fffffff${server.term.toString(16).padStart(16, "0")}`),
    lastWrite: {
      opTime: opTime(server),
      lastWriteDate: server.clock.lastWrite,
      majorityOpTime: opTime(server),
      majorityWriteDate: server.clock.lastWrite,
    },
  });
}

/** What members say of the set; enough for clients and monitors that ask. */
function replSetGetStatus({ server }: Context): Doc {
  needSet(server);
  const now = new Date();
  return doc({
    set: SET_NAME,
    date: now,
    myState: 1,
    term: BigInt(server.term),
    syncSourceHost: "",
    syncSourceId: -1,
    heartbeatIntervalMillis: 2000n,
    majorityVoteCount: 1,
    writeMajorityCount: 1,
    votingMembersCount: 1,
    writableVotingMembersCount: 1,
    optimes: {
      lastCommittedOpTime: opTime(server),
      lastCommittedWallTime: server.clock.lastWrite,
      appliedOpTime: opTime(server),
      durableOpTime: opTime(server),
    },
    members: [
      {
        _id: 0,
        name: hostOf(server),
        health: 1,
        state: 1,
        stateStr: "PRIMARY",
        uptime: Math.floor((now.getTime() - server.startedAt.getTime()) / 1000),
        optime: opTime(server),
        optimeDate: server.clock.lastWrite,
        electionDate: server.startedAt,
        configVersion: 1,
        configTerm: 1,
        self: true,
        lastHeartbeatMessage: "",
      },
    ],
    ok: 1,
  });
}

function replSetGetConfig({ server }: Context): Doc {
  needSet(server);
  return doc({
    config: {
      _id: SET_NAME,
      version: 1,
      term: 1,
      members: [{ _id: 0, host: hostOf(server), arbiterOnly: false, hidden: false, priority: 1, votes: 1 }],
      protocolVersion: 1n,
      writeConcernMajorityJournalDefault: true,
    },
    ok: 1,
  });
}

function needSet(server: ServerState): void {
  if (server.standalone) throw new StoreError("NoReplicationEnabled", "not running with --replSet");
}

export const replicaSetCommands: Record<string, Command> = {
  replSetGetStatus: { writes: false, fields: ["initialSync"], run: replSetGetStatus },
  replSetGetConfig: { writes: false, fields: ["commitmentStatus"], run: replSetGetConfig },
};
