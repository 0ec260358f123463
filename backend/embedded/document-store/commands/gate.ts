import { type Doc, doc } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { checkDatabaseName } from "../namespaces.ts";
import type { Command, Context } from "./context.ts";

/** What a client may run before it has logged in, as in MongoDB. */
const OPEN = new Set([
  "hello",
  "ismaster",
  "isMaster",
  "ping",
  "buildInfo",
  "buildinfo",
  "connectionStatus",
  "saslStart",
  "saslContinue",
  "logout",
  "whatsmyuri",
  "listCommands",
]);

/** Refuses what needs a login when there is a password and the connection hasn't given it. */
export function checkLogin({ server, connection }: Context, name: string): void {
  if (server.account && connection.user === undefined && !OPEN.has(name))
    throw new StoreError("Unauthorized", `Command ${name} requires authentication`);
}

/** What may still come in the oldest kind of message. */
const HANDSHAKES = new Set(["hello", "ismaster", "isMaster"]);

const ADMIN_ONLY = new Set([
  "currentOp",
  "getCmdLineOpts",
  "getLog",
  "getParameter",
  "killAllSessions",
  "killOp",
  "listDatabases",
  "renameCollection",
  "replSetGetConfig",
  "replSetGetStatus",
]);

export function checkDatabase(name: string, { body, db, request }: Context): void {
  if (request.legacy && !HANDSHAKES.has(name))
    throw new StoreError(
      "UnsupportedOpQueryCommand",
      `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`,
    );
  if (typeof body.get("$db") !== "string")
    throw new StoreError("Location40571", "OP_MSG requests require a $db argument");
  checkDatabaseName(db);
  if (ADMIN_ONLY.has(name) && db !== "admin")
    throw new StoreError("Unauthorized", `${name} may only be run against the admin database.`);
}

/** MongoDB's commands that this server has not, by what they are for. */
const ABSENT: Record<string, string> = {
  "aggregation by JavaScript": "mapReduce mapreduce",
  "capped collections": "convertToCapped cloneCollectionAsCapped",
  "client-side bulk writes": "bulkWrite",
  "free memory and disk by hand": "compact reIndex autoCompact",
  "ending sessions by a pattern": "killAllSessionsByPattern",
  "plan caches":
    "planCacheClear planCacheClearFilters planCacheListFilters planCacheSetFilter setQuerySettings removeQuerySettings",
  profiling: "profile top setProfilingFilterGlobally",
  "changing parameters":
    "setParameter setFeatureCompatibilityVersion setDefaultRWConcern getDefaultRWConcern setClusterParameter getClusterParameter setUserWriteBlockMode",
  "replica sets of more than one":
    "replSetInitiate replSetReconfig replSetStepDown replSetFreeze replSetMaintenance replSetSyncFrom replSetResizeOplog replSetAbortPrimaryCatchUp appendOplogNote applyOps",
  sharding:
    "abortReshardCollection addShard addShardToZone balancerCollectionStatus balancerStart balancerStatus balancerStop checkShardingIndex cleanupOrphaned commitReshardCollection enableSharding flushRouterConfig getShardMap getShardVersion isdbgrid listShards mergeChunks moveChunk movePrimary netstat refineCollectionShardKey removeShard removeShardFromZone reshardCollection setShardVersion shardCollection shardingState split splitVector unshardCollection updateZoneKeyRange",
  "stopping and locking by a client": "shutdown fsync fsyncUnlock logRotate rotateCertificates",
  "system figures": "connPoolStats shardConnPoolStats dbHash connPoolSync features lockInfo validateDBMetadata filemd5",
  transactions: "commitTransaction abortTransaction prepareTransaction coordinateCommitTransaction",
  "users and roles":
    "createUser dropUser dropAllUsersFromDatabase updateUser usersInfo grantRolesToUser revokeRolesFromUser createRole dropRole dropAllRolesFromDatabase updateRole rolesInfo grantPrivilegesToRole revokePrivilegesFromRole grantRolesToRole revokeRolesFromRole invalidateUserCache authenticate getnonce",
};

const SEARCH = new Set(["createSearchIndexes", "dropSearchIndex", "listSearchIndexes", "updateSearchIndex"]);

const PURPOSE = new Map(Object.entries(ABSENT).flatMap(([what, names]) => names.split(" ").map((n) => [n, what])));

/** The error for a command that isn't here: MongoDB's own for what MongoDB hasn't either. */
export function unknownCommand(name: string): StoreError {
  if (SEARCH.has(name))
    return new StoreError(
      "SearchNotEnabled",
      "Using Atlas Search Database Commands and the $listSearchIndexes aggregation stage requires additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable. For more information on how to connect, see https://dochub.mongodb.org/core/atlas-cli-deploy-local-reqs.",
    );
  const what = PURPOSE.get(name);
  return what === undefined
    ? new StoreError("CommandNotFound", `no such command: '${name}'`)
    : new StoreError("CommandNotSupported", `the command '${name}' is not supported (${what})`);
}

/** What `listCommands` says of them. */
export function describe(commands: ReadonlyMap<string, Command>): Doc {
  const entries = [...commands.keys()].sort().map((name): [string, Doc] => [
    name,
    doc({
      help: "",
      requiresAuth: !OPEN.has(name),
      secondaryOk: false,
      adminOnly: ADMIN_ONLY.has(name),
      apiVersions: [],
      deprecatedApiVersions: [],
    }),
  ]);
  return doc({ commands: Object.fromEntries(entries), ok: 1 });
}
