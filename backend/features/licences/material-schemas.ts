import { z } from "zod";
import { leafPack } from "../../lib/proof/pack.ts";
import { anchorState, hex32, isoTime, localizedText } from "../../lib/schemas.ts";
import { licence } from "./licence-schemas.ts";

export const materialKindView = z
  .object({
    id: z.string(),
    name: localizedText,
    source: z.enum(["file", "statement", "licence"]).describe("licence: the library has it, nothing is handed in"),
    maxDays: z.int().optional(),
    fields: z.array(z.object({ name: z.string(), label: localizedText, amount: z.boolean() })).optional(),
  })
  .openapi("MaterialKind");
export type MaterialKindView = z.infer<typeof materialKindView>;
export const materialKindList = z.object({ items: z.array(materialKindView) });

const about = {
  kind: z.string().max(80),
  title: z.string().trim().min(1).max(120),
  validFrom: z.iso.date().describe("the day from which it speaks"),
  validUntil: z.iso.date(),
};
export const materialUpload = z.object({ ...about, fileName: z.string().trim().min(1).max(200) });
export const statementInput = z.object({ ...about, fields: z.record(z.string().max(60), z.string().trim().max(500)) });

const file = z.object({ name: z.string(), mediaType: z.string(), bytes: z.int(), sha256: hex32 });
const statement = z.array(z.object({ name: z.string(), label: localizedText, amount: z.boolean(), value: z.string() }));
export const materialState = z.enum(["valid", "notYet", "expired", "withdrawn"]);

export const material = z
  .object({
    id: z.string(),
    ...about,
    kindName: localizedText,
    state: materialState,
    file: file.optional(),
    statement: statement.optional(),
    uploadedAt: isoTime,
    withdrawnAt: isoTime.optional(),
    commitment: hex32,
    anchor: anchorState,
  })
  .openapi("Material");
export type MaterialView = z.infer<typeof material>;
export const materialList = z.object({ items: z.array(material) });

export const materialAskInput = z.object({
  kinds: z.array(z.string().max(80)).min(1).max(20),
  note: z.string().trim().max(500).default(""),
});
const chosen = z.object({
  kind: z.string().max(80),
  materialId: z.string().max(100).optional(),
  licenceId: z.string().max(100).optional(),
});
export const attachInput = z.object({ items: z.array(chosen).min(1).max(20) });
export const detachInput = z.object({ kind: z.string().max(80) });

const held = z.object({
  materialId: z.string().optional(),
  licenceId: z.string().optional(),
  title: z.string(),
  validUntil: z.string().optional(),
  state: z.enum(["valid", "notYet", "expired", "withdrawn", "suspended", "revoked"]),
});
export const dossierItem = z.object({
  kind: z.string(),
  kindName: localizedText,
  source: z.enum(["file", "statement", "licence"]),
  /** attached: and still valid · offered: not attached, but there is a valid one · missing: to be handed in (again). */
  state: z.enum(["attached", "offered", "missing"]),
  asks: z.array(
    z.object({ institution: z.object({ id: z.string(), name: z.string() }), note: z.string(), at: isoTime }),
  ),
  attached: held.extend({ at: isoTime }).optional(),
  offer: held.optional().describe("for the enterprise: what it has of this kind that is valid"),
});
/** Materials of one financing request: what was asked for, what is attached. */
export const dossier = z.object({ requestId: z.string(), items: z.array(dossierItem) }).openapi("MaterialDossier");
export type Dossier = z.infer<typeof dossier>;
export const dossierList = z.object({ items: z.array(dossier) });

/** What an institution sees when it opens an attached material. */
export const materialContent = z
  .object({
    kind: z.string(),
    kindName: localizedText,
    title: z.string(),
    validUntil: z.string().optional(),
    file: file.optional(),
    statement: statement.optional(),
    licence: licence.optional(),
    proof: leafPack.optional().describe("absent while it is being anchored"),
  })
  .openapi("MaterialContent");
export type MaterialContent = z.infer<typeof materialContent>;
export const kindParams = z.object({ id: z.string().min(1).max(100), kind: z.string().min(1).max(80) });
