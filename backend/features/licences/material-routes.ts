import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import type { Actor } from "../../lib/actor.ts";
import { leafPack } from "../../lib/proof/pack.ts";
import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import type { DossierService } from "./dossier-service.ts";
import type { KeptFile } from "./material-files.ts";
import {
  attachInput,
  detachInput,
  dossier,
  dossierList,
  kindParams,
  material,
  materialAskInput,
  materialContent,
  materialKindList,
  materialList,
  materialUpload,
  statementInput,
} from "./material-schemas.ts";
import type { MaterialService } from "./material-service.ts";

/** Sends a file as a download: nothing that was handed in is to run in the reader's browser. */
async function send(response: Response, file: KeptFile & { path: string }): Promise<void> {
  response.setHeader("Content-Type", file.mediaType);
  response.setHeader("Content-Length", file.bytes);
  response.setHeader("Content-Disposition", `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`);
  await pipeline(createReadStream(file.path), response);
}

export function materialRoutes(
  api: Api,
  materials: MaterialService,
  dossiers: DossierService,
  proofOf: (actor: Actor, id: string) => Promise<unknown>,
): void {
  api.add({
    method: "get",
    path: "/material-kinds",
    access: "account",
    summary: "What can be handed in, and asked for; licences of the library among it",
    answer: materialKindList,
    handle: () => materials.kinds(),
  });
  api.add({
    method: "get",
    path: "/materials",
    access: ["enterprise"],
    summary: "Materials that the enterprise handed in, the newest first",
    answer: materialList,
    handle: ({ actor }) => materials.own(actor),
  });
  api.add({
    method: "post",
    path: "/materials",
    access: ["enterprise"],
    summary: "Hand in a file, once for as long as it is valid: the raw body is the file",
    query: materialUpload,
    rawBody: true,
    answer: material,
    status: 201,
    handle: ({ actor, query, request }) => materials.upload(actor, query, request),
  });
  api.add({
    method: "post",
    path: "/material-statements",
    access: ["enterprise"],
    summary: "Hand in a statement in fields",
    body: statementInput,
    answer: material,
    status: 201,
    handle: ({ actor, body }) => materials.state(actor, body),
  });
  api.add({
    method: "post",
    path: "/materials/:id/withdrawal",
    access: ["enterprise"],
    summary: "Take a material back: it is neither offered nor opened any more",
    params: idParam,
    answer: material,
    handle: ({ actor, params }) => materials.withdraw(actor, params.id),
  });
  api.add({
    method: "get",
    path: "/materials/:id/file",
    access: ["enterprise"],
    summary: "The enterprise's own file",
    params: idParam,
    sends: "application/octet-stream",
    async handle({ actor, params, response }) {
      await send(response, await materials.file(actor, params.id));
    },
  });
  api.add({
    method: "get",
    path: "/materials/:id/proof",
    access: ["enterprise"],
    summary: "The proof pack of a material: that it was handed in as it is, and when",
    params: idParam,
    answer: leafPack.openapi("LeafProof"),
    handle: ({ actor, params }) => proofOf(actor, params.id),
  });
  addDossierRoutes(api, dossiers);
}

function addDossierRoutes(api: Api, dossiers: DossierService): void {
  api.add({
    method: "get",
    path: "/material-dossiers",
    access: ["enterprise"],
    summary: "Own requests with materials that were asked for or attached",
    answer: dossierList,
    handle: ({ actor }) => dossiers.own(actor),
  });
  api.add({
    method: "get",
    path: "/requests/:id/materials",
    access: ["enterprise", "institution"],
    summary: "Materials of a request: asked for, attached, and offered as there is a valid one",
    params: idParam,
    answer: dossier,
    handle: ({ actor, params }) => dossiers.view(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/requests/:id/material-asks",
    access: ["institution"],
    summary: "Ask for materials; what the enterprise has that is valid is offered to it at once",
    params: idParam,
    body: materialAskInput,
    answer: dossier,
    status: 201,
    handle: ({ actor, params, body }) => dossiers.ask(actor, params.id, body),
  });
  api.add({
    method: "post",
    path: "/requests/:id/materials",
    access: ["enterprise"],
    summary: "Attach valid materials and licences to a request",
    params: idParam,
    body: attachInput,
    answer: dossier,
    status: 201,
    handle: ({ actor, params, body }) => dossiers.attach(actor, params.id, body.items),
  });
  api.add({
    method: "post",
    path: "/requests/:id/materials/removal",
    access: ["enterprise"],
    summary: "Take a material off a request",
    params: idParam,
    body: detachInput,
    answer: dossier,
    handle: ({ actor, params, body }) => dossiers.detach(actor, params.id, body.kind),
  });
  api.add({
    method: "get",
    path: "/requests/:id/materials/:kind",
    access: ["institution"],
    summary: "Open an attached material under a live consent; in the enterprise's access log",
    params: kindParams,
    answer: materialContent,
    handle: ({ actor, params }) => dossiers.open(actor, params.id, params.kind),
  });
  api.add({
    method: "get",
    path: "/requests/:id/materials/:kind/file",
    access: ["institution"],
    summary: "The file of an attached material, under a live consent; in the enterprise's access log",
    params: kindParams,
    sends: "application/octet-stream",
    async handle({ actor, params, response }) {
      await send(response, await dossiers.openFile(actor, params.id, params.kind));
    },
  });
}
