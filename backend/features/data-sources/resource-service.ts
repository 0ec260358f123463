import { createPublicKey, randomBytes } from "node:crypto";
import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import { afterAction, pulls, type ResourceAction } from "./domain/resource-states.ts";
import type { SourceCatalog, SourcePorts } from "./ports.ts";
import type {
  changeList,
  credentialInput,
  newCredential,
  ResourceInput,
  ResourceView,
  runList,
} from "./resource-schemas.ts";
import { openSecrets, sealSecrets, separateSecrets } from "./resource-secrets.ts";
import type { Change, Credential, ResourceDocument, ResourceFields, ResourceStore } from "./resource-store.ts";
import { credentialOf, resourceOf, runOf } from "./resource-views.ts";
import type { RunStore } from "./run-store.ts";
import type { Sealing } from "./sealing.ts";
import type { SourceReader } from "./source-reader.ts";

const RUNS_PAGE = 20;
const MAX_CREDENTIALS = 20;
/** Changes kept with a resource; each one's leaf stays anchored. */
const MAX_CHANGES = 500;
const PLACE_FIELDS = ["pull", "table", "mapping", "deletion", "catalogId"] as const;

export interface ResourceService {
  list(actor: Actor, catalogId: string | undefined): Promise<{ items: ResourceView[] }>;
  get(actor: Actor, id: string): Promise<ResourceView>;
  /** Throws notFound unless it is the actor's department's. */
  own(actor: Actor, id: string): Promise<ResourceDocument>;
  create(actor: Actor, input: ResourceInput): Promise<ResourceView>;
  edit(actor: Actor, id: string, version: number, input: ResourceInput): Promise<ResourceView>;
  act(actor: Actor, id: string, action: ResourceAction): Promise<ResourceView>;
  runNow(actor: Actor, id: string, fromStart: boolean): Promise<ResourceView>;
  addCredential(
    actor: Actor,
    id: string,
    input: z.output<typeof credentialInput>,
  ): Promise<z.infer<typeof newCredential>>;
  revokeCredential(actor: Actor, id: string, credentialId: string): Promise<ResourceView>;
  runs(actor: Actor, id: string, page: number): Promise<z.infer<typeof runList>>;
  changes(actor: Actor, id: string): Promise<z.infer<typeof changeList>>;
}

const invalid = (field: string, message: string, fix: string): DomainError =>
  new DomainError("source.invalid", message, { status: 422, field, fix });

/** The raw 32 bytes of an Ed25519 key, in base64, from any of the forms that people have them in. */
function ed25519Key(text: string): string {
  const wrong = () =>
    invalid("publicKey", "this is no Ed25519 public key", "send it as PEM, or its 32 bytes in base64");
  try {
    if (!text.includes("BEGIN")) {
      const bytes = Buffer.from(text, "base64");
      if (bytes.length !== 32) throw wrong();
      return bytes.toString("base64");
    }
    const { kty, crv, x } = createPublicKey(text).export({ format: "jwk" });
    if (kty !== "OKP" || crv !== "Ed25519" || !x) throw wrong();
    return Buffer.from(x, "base64url").toString("base64");
  } catch {
    throw wrong();
  }
}

export function createResourceService(
  store: ResourceStore,
  runs: RunStore,
  ports: SourcePorts,
  reader: Pick<SourceReader, "requireAllowed">,
  sealing: Sealing,
  clock: Clock,
  onWork: () => void,
): ResourceService {
  async function viewsOf(resources: readonly ResourceDocument[]): Promise<ResourceView[]> {
    const ids = resources.map(({ _id }) => _id);
    const [catalogs, states, last] = await Promise.all([ports.catalogs(), runs.states(ids), runs.lastRuns(ids)]);
    const nameOf = new Map(catalogs.map(({ id, name }) => [id, name]));
    return resources.map((resource) =>
      resourceOf(
        resource,
        nameOf.get(resource.catalogId) ?? { zh: resource.catalogId, en: resource.catalogId },
        states.get(resource._id),
        last.get(resource._id),
      ),
    );
  }
  const viewOf = async (resource: ResourceDocument): Promise<ResourceView> => (await viewsOf([resource]))[0]!;

  async function scopeOf(actor: Actor): Promise<{ departmentCode?: string }> {
    if (actor.role !== "department") return {};
    return { departmentCode: (await ports.departmentOf(actor.participantId)) ?? "none" };
  }
  async function visible(actor: Actor, id: string): Promise<ResourceDocument> {
    const resource = await store.find(id);
    const { departmentCode } = await scopeOf(actor);
    if (!resource || (departmentCode !== undefined && resource.departmentCode !== departmentCode)) {
      throw new DomainError("notFound", "there is no such resource");
    }
    return resource;
  }

  /** Who did it, with a leaf that can be proved later. */
  function changeBy(actor: Actor, id: string, action: Change["action"], fields: string[]) {
    const change: Change = { at: clock.now(), accountId: actor.accountId, action, fields, salt: randomSalt() };
    const { salt, at, ...rest } = change;
    const document = { resourceId: id, at: at.toISOString(), ...rest };
    const leaf = leafEffect({
      id: `resource:${id}:${at.getTime()}:${action}`,
      kind: "decisions",
      commitment: commitment(salt, document),
    });
    return { change, effects: [leaf] };
  }
  async function save(
    actor: Actor,
    resource: ResourceDocument,
    set: Partial<ResourceFields>,
    action: Change["action"],
    fields: string[],
  ): Promise<ResourceDocument> {
    const { change, effects } = changeBy(actor, resource._id, action, fields);
    const trimmed = { ...resource, changes: resource.changes.slice(-MAX_CHANGES + 1) };
    const changed = await store.change(trimmed, set, change, effects);
    if (!changed) throw new DomainError("conflict", "the resource was changed meanwhile");
    onWork();
    return changed;
  }

  function requireFields(catalog: SourceCatalog, input: ResourceInput): void {
    const known = new Set(catalog.fields.map(({ name }) => name));
    const strange = input.mapping.findIndex(({ field }) => !known.has(field));
    if (strange >= 0) {
      throw invalid(
        `mapping.${strange}.field`,
        `the catalog has no field ${input.mapping[strange]!.field}`,
        "use a field of the catalog, see GET /catalogs",
      );
    }
  }

  async function requireReady(resource: ResourceDocument): Promise<void> {
    if (resource.kind === "push" && !resource.credentials.some(({ revokedAt }) => !revokedAt)) {
      throw invalid("credentials", "no machine can sign for it yet", "register a key first");
    }
    const catalog = (await ports.catalogs()).find(({ id }) => id === resource.catalogId);
    const mapped = new Set(resource.mapping.map(({ field }) => field));
    const missing = catalog?.fields.find(({ name, required }) => required && !mapped.has(name));
    if (resource.mapping.length > 0 && missing) {
      throw invalid("mapping", `the required field ${missing.name} has no column`, "map a column to it");
    }
    await reader.requireAllowed(resource);
  }

  const schedule = (resource: ResourceDocument) => {
    const dueAt = resource.state === "active" && resource.everyMinutes !== undefined ? clock.now() : undefined;
    return runs.schedule(resource._id, { dueAt, scheduledAt: dueAt });
  };

  return {
    async list(actor, catalogId) {
      const filter = { ...(await scopeOf(actor)), ...(catalogId ? { catalogId } : {}) };
      return { items: await viewsOf(await store.list(filter)) };
    },
    get: async (actor, id) => viewOf(await visible(actor, id)),
    own: visible,

    async create(actor, input) {
      const catalog = await ports.ownCatalog(actor, input.catalogId);
      requireFields(catalog, input);
      const id = newId();
      const { pull, table, secrets } = separateSecrets(input, undefined, sealing);
      const { change, effects } = changeBy(actor, id, "create", []);
      const created = await store.insert(
        id,
        {
          ...input,
          pull,
          table,
          sealedSecrets: sealSecrets(sealing, secrets, id),
          departmentCode: catalog.departmentCode,
          state: "draft",
          credentials: [],
          changes: [change],
          createdAt: change.at,
          changedAt: change.at,
        },
        effects,
      );
      onWork();
      return viewOf(created);
    },

    async edit(actor, id, version, input) {
      const before = await visible(actor, id);
      if (before.version !== version) throw new DomainError("conflict", "the resource was changed meanwhile");
      if (input.kind !== before.kind) throw invalid("resource.kind", "the kind stays", "make a new resource");
      requireFields(await ports.ownCatalog(actor, input.catalogId), input);
      const { pull, table, secrets } = separateSecrets(input, before, sealing);
      const { deletion, everyMinutes } = input;
      const set = { ...input, pull, table, deletion, everyMinutes };
      const fields = (Object.keys(set) as (keyof typeof set)[]).filter(
        (key) => canonicalJson(set[key] ?? null) !== canonicalJson(before[key] ?? null),
      );
      const sealedSecrets = sealSecrets(sealing, secrets, id);
      const named: string[] = [...fields];
      if (canonicalJson(secrets) !== canonicalJson(openSecrets(sealing, before))) named.push("secrets");
      const changed = await save(actor, before, { ...set, sealedSecrets }, "edit", named);
      // What was read by other rules has another order: all is read again, and what is known already changes nothing.
      if (pulls(changed.kind) && PLACE_FIELDS.some((field) => fields.includes(field))) await runs.rewind(id);
      if (fields.includes("everyMinutes")) await schedule(changed);
      return viewOf(changed);
    },

    async act(actor, id, action) {
      const resource = await visible(actor, id);
      const state = afterAction(resource.state, action);
      if (!state) {
        throw new DomainError("source.state", `a resource that is ${resource.state} can't do that`, {
          fix: "load it again",
        });
      }
      if (state === "active") await requireReady(resource);
      const changed = await save(actor, resource, { state }, action, ["state"]);
      if (pulls(changed.kind)) await schedule(changed);
      return viewOf(changed);
    },

    async runNow(actor, id, fromStart) {
      const resource = await visible(actor, id);
      if (!pulls(resource.kind) || resource.state !== "active") {
        throw new DomainError("source.state", "only an active resource that fetches can be run", {
          fix: "activate it first",
        });
      }
      const changed = await save(actor, resource, {}, "run", fromStart ? ["fromStart"] : []);
      if (fromStart) await runs.rewind(id);
      await runs.schedule(id, { dueAt: clock.now(), manual: true });
      onWork();
      return viewOf(changed);
    },

    async addCredential(actor, id, input) {
      const resource = await visible(actor, id);
      if (resource.kind !== "push") throw invalid("algorithm", "only a push service has keys", "make a push service");
      if (resource.credentials.length >= MAX_CREDENTIALS) {
        throw new DomainError("source.credentials", `a resource has at most ${MAX_CREDENTIALS} keys`, {
          fix: "make a new resource",
        });
      }
      const credential: Credential = {
        id: `${id}.${resource.credentials.length + 1}`,
        algorithm: input.algorithm,
        label: input.label,
        createdAt: clock.now(),
      };
      let secret: string | undefined;
      if (input.algorithm === "ed25519") credential.publicKey = ed25519Key(input.publicKey);
      else {
        secret = randomBytes(32).toString("base64");
        credential.sealedSecret = sealing.seal(secret, credential.id);
      }
      const credentials = [...resource.credentials, credential];
      await save(actor, resource, { credentials }, "addCredential", [credential.id]);
      return { ...credentialOf(credential), ...(secret ? { secret } : {}) };
    },

    async revokeCredential(actor, id, credentialId) {
      const resource = await visible(actor, id);
      const found = resource.credentials.find((credential) => credential.id === credentialId);
      if (!found) throw new DomainError("notFound", "there is no such key");
      if (found.revokedAt) return viewOf(resource);
      const credentials = resource.credentials.map((credential) =>
        credential.id === credentialId ? { ...credential, revokedAt: clock.now() } : credential,
      );
      return viewOf(await save(actor, resource, { credentials }, "revokeCredential", [credentialId]));
    },

    async runs(actor, id, page) {
      await visible(actor, id);
      const { items, total } = await runs.runs(id, page, RUNS_PAGE);
      return { items: items.map(runOf), total };
    },
    async changes(actor, id) {
      const { changes } = await visible(actor, id);
      return {
        items: changes
          .toReversed()
          .map(({ at, accountId, action, fields }) => ({ at: at.toISOString(), accountId, action, fields })),
      };
    },
  };
}
