import { z } from "zod";
import { idParam, usccText } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import type { SubjectIndex } from "./subject-index.ts";
import {
  relatedList,
  settlementAnswer,
  settlementInput,
  subjectAnswer,
  subjectIndexState,
  subjectQuery,
} from "./subject-schemas.ts";
import type { SubjectService } from "./subject-service.ts";

export function subjectRoutes(
  api: Api,
  subjects: SubjectService,
  index: SubjectIndex,
  ownUscc: (participantId: string) => Promise<string>,
): void {
  api.add({
    method: "get",
    path: "/catalogs/:id/subject",
    access: ["department"],
    summary: "Which enterprise a code, an old registration number or a name means, with how much certainty",
    params: idParam,
    query: subjectQuery,
    answer: subjectAnswer,
    handle: ({ actor, params, query }) => subjects.ask(actor, params.id, query),
  });
  api.add({
    method: "post",
    path: "/catalogs/:id/subject-settlements",
    access: ["department"],
    summary:
      "Settle whom a name or number means in this catalog: rows with it are linked from now on, replayed ones too",
    params: idParam,
    body: settlementInput,
    answer: settlementAnswer,
    status: 201,
    handle: ({ actor, params, body }) => subjects.settle(actor, params.id, body),
  });
  api.add({
    method: "get",
    path: "/related-enterprises",
    access: ["enterprise"],
    summary: "Enterprises that share a legal representative or shareholder with one's own",
    answer: relatedList,
    handle: async ({ actor }) => ({ items: await subjects.relatedOf(await ownUscc(actor.participantId)) }),
  });
  api.add({
    method: "get",
    path: "/subjects/:uscc/related",
    access: ["regulator"],
    summary: "Enterprises that share a legal representative or shareholder",
    params: z.object({ uscc: usccText }),
    answer: relatedList,
    handle: async ({ params }) => ({ items: await subjects.relatedOf(params.uscc) }),
  });
  api.add({
    method: "get",
    path: "/subject-index",
    access: ["operator", "regulator"],
    summary: "How far the index of enterprises is",
    answer: subjectIndexState,
    handle: () => index.state(),
  });
  api.add({
    method: "post",
    path: "/subject-index/rebuild",
    access: ["operator"],
    summary: "Build the index of enterprises anew from the records, such as after a key was rotated",
    answer: subjectIndexState,
    status: 202,
    async handle() {
      await index.rebuild();
      return index.state();
    },
  });
}
