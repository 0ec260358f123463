import type { Readable } from "node:stream";
import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { chinaDay } from "./domain/licence.ts";
import {
  faultOfValidity,
  licenceKindId,
  MATERIAL_KINDS,
  type MaterialKind,
  materialKind,
  materialState,
} from "./domain/material-kinds.ts";
import type { LicenceService } from "./licence-service.ts";
import type { KeptFile, MaterialFiles } from "./material-files.ts";
import type {
  MaterialKindView,
  MaterialView,
  materialKindList,
  materialUpload,
  statementInput,
} from "./material-schemas.ts";
import type { MaterialDocument, MaterialStore } from "./material-store.ts";

type About = Pick<z.output<typeof materialUpload>, "kind" | "title" | "validFrom" | "validUntil">;

export interface MaterialService {
  /** What can be handed in and asked for; licences of the library among it. */
  kinds(): Promise<z.infer<typeof materialKindList>>;
  upload(actor: Actor, input: z.output<typeof materialUpload>, content: Readable): Promise<MaterialView>;
  state(actor: Actor, input: z.output<typeof statementInput>): Promise<MaterialView>;
  own(actor: Actor): Promise<{ items: MaterialView[] }>;
  /** It isn't offered any more; what was anchored of it stays. */
  withdraw(actor: Actor, id: string): Promise<MaterialView>;
  /** The enterprise's own file. */
  file(actor: Actor, id: string): Promise<KeptFile & { path: string }>;
  opening(actor: Actor, id: string): Promise<{ document: object; salt: string; commitment: string }>;
  statementOf(document: MaterialDocument): MaterialView["statement"];
}

interface Ports {
  holder(participantId: string): Promise<{ id: string; uscc: string }>;
  anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
  licenceKinds: LicenceService["kinds"];
}

/** What a material's commitment hides. */
const documentOf = (material: MaterialDocument): object => {
  const { _id, holderId, kind, title, validFrom, validUntil, file, statement } = material;
  return {
    id: _id,
    holderId,
    kind,
    title,
    validFrom,
    validUntil,
    uploadedAt: material.uploadedAt.toISOString(),
    ...(file ? { file: { name: file.name, mediaType: file.mediaType, bytes: file.bytes, sha256: file.sha256 } } : {}),
    ...(statement ? { statement } : {}),
  };
};
export const materialOpening = (material: MaterialDocument) => {
  const document = documentOf(material);
  return { document, salt: material.salt, commitment: commitment(material.salt, document) };
};
export const materialLeaf = (id: string): string => `material:${id}`;

const invalid = (field: string, reason: string, fix: string) =>
  new DomainError("input.invalid", reason, { field, fix, status: 400 });

export function createMaterialService(
  store: MaterialStore,
  files: MaterialFiles,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): MaterialService {
  const today = (): string => chinaDay(clock.now());
  const nameOf = (kind: string) => materialKind(kind)?.name ?? { zh: kind, en: kind };

  async function viewsOf(materials: readonly MaterialDocument[]): Promise<MaterialView[]> {
    const anchors = await ports.anchorsOf(materials.map(({ _id }) => materialLeaf(_id)));
    return materials.map((material) => ({
      id: material._id,
      kind: material.kind,
      kindName: nameOf(material.kind),
      title: material.title,
      validFrom: material.validFrom,
      validUntil: material.validUntil,
      state: materialState(material, today()),
      ...(material.file ? { file: { ...material.file } } : {}),
      ...(material.statement ? { statement: service.statementOf(material) } : {}),
      uploadedAt: material.uploadedAt.toISOString(),
      ...(material.withdrawnAt ? { withdrawnAt: material.withdrawnAt.toISOString() } : {}),
      commitment: materialOpening(material).commitment,
      anchor: anchors.get(materialLeaf(material._id)) ?? { state: "waiting" as const },
    }));
  }

  function kindFor(about: About, wanted: "file" | "statement"): MaterialKind {
    const kind = materialKind(about.kind);
    if (!kind) throw invalid("kind", `there is no kind ${about.kind} to hand in`, "use an id of GET /material-kinds");
    if ((kind.fields ? "statement" : "file") !== wanted)
      throw invalid("kind", `${kind.name.en} is a ${kind.fields ? "statement" : "file"}`, "see GET /material-kinds");
    const fault = faultOfValidity(about, kind, today());
    if (fault) throw invalid(fault.field, fault.reason, fault.fix);
    return kind;
  }

  async function keep(
    id: string,
    holderId: string,
    { kind, title, validFrom, validUntil }: About,
    content: Pick<MaterialDocument, "file" | "statement">,
  ): Promise<MaterialView> {
    const fields = {
      holderId,
      kind,
      title,
      validFrom,
      validUntil,
      ...content,
      salt: randomSalt(),
      uploadedAt: clock.now(),
    };
    const opening = materialOpening({ ...fields, _id: id, version: 0, outbox: [] });
    const leaf = leafEffect({ id: materialLeaf(id), kind: "documents", commitment: opening.commitment });
    const material = await store.insert(id, fields, [leaf]);
    onWork();
    return (await viewsOf([material]))[0]!;
  }

  async function ownMaterial({ participantId }: Actor, id: string): Promise<MaterialDocument> {
    const found = await store.find(id);
    if (found?.holderId !== participantId) throw new DomainError("notFound", "you handed in no such material");
    return found;
  }

  const service: MaterialService = {
    async kinds() {
      // As anybody but a department sees them: all kinds.
      const licences = await ports.licenceKinds({
        role: "enterprise",
        participantId: "",
        accountId: "",
        sessionId: "",
      });
      const own = MATERIAL_KINDS.map(
        ({ id, name, maxDays, fields }): MaterialKindView => ({
          id,
          name,
          source: fields ? "statement" : "file",
          maxDays,
          ...(fields ? { fields: fields.map((field) => ({ ...field, amount: field.amount ?? false })) } : {}),
        }),
      );
      const known = licences.items.map(
        ({ kind, name }): MaterialKindView => ({ id: licenceKindId(kind), name, source: "licence" }),
      );
      return { items: [...own, ...known] };
    },

    async upload(actor, { fileName, ...about }, content) {
      const holder = await ports.holder(actor.participantId);
      kindFor(about, "file");
      const id = newId();
      const file = await files.keep(id, fileName, content);
      try {
        return await keep(id, holder.id, about, { file });
      } catch (error) {
        await files.remove(id);
        throw error;
      }
    },

    async state(actor, { fields, ...about }) {
      const holder = await ports.holder(actor.participantId);
      const { fields: wanted = [] } = kindFor(about, "statement");
      const strange = Object.keys(fields).find((name) => !wanted.some((field) => field.name === name));
      if (strange) throw invalid(`fields.${strange}`, "this statement has no such field", "leave it out");
      for (const { name, amount } of wanted) {
        if (amount && !/^\d{1,18}$/.test(fields[name] ?? ""))
          throw invalid(`fields.${name}`, "an amount in fen is needed", "send digits only, such as 100000000");
      }
      return keep(newId(), holder.id, about, { statement: fields });
    },

    own: async ({ participantId }) => ({ items: await viewsOf(await store.ofHolder(participantId)) }),

    async withdraw(actor, id) {
      await ownMaterial(actor, id);
      await store.withdraw(id, clock.now());
      return (await viewsOf([await ownMaterial(actor, id)]))[0]!;
    },

    async file(actor, id) {
      const { file } = await ownMaterial(actor, id);
      if (!file) throw new DomainError("notFound", "this material is a statement without a file");
      return { ...file, path: files.pathOf(id) };
    },

    opening: async (actor, id) => materialOpening(await ownMaterial(actor, id)),

    statementOf({ kind, statement }) {
      return (materialKind(kind)?.fields ?? []).flatMap(({ name, label, amount }) => {
        const value = statement?.[name];
        return value === undefined ? [] : [{ name, label, amount: amount ?? false, value }];
      });
    },
  };
  return service;
}
