import type { z } from "zod";
import type { Bilingual } from "./ports.ts";
import type { credentialView, ResourceView, runView } from "./resource-schemas.ts";
import type { Credential, ResourceDocument } from "./resource-store.ts";
import type { FetchState, RunDocument } from "./run-store.ts";

export const credentialOf = ({
  id,
  algorithm,
  label,
  createdAt,
  revokedAt,
}: Credential): z.infer<typeof credentialView> => ({
  id,
  algorithm,
  label,
  createdAt: createdAt.toISOString(),
  ...(revokedAt ? { revokedAt: revokedAt.toISOString() } : {}),
});

export const runOf = (run: RunDocument): z.infer<typeof runView> => ({
  id: run._id,
  trigger: run.trigger,
  state: run.state,
  startedAt: run.startedAt.toISOString(),
  ...(run.finishedAt ? { finishedAt: run.finishedAt.toISOString() } : {}),
  pages: run.pages,
  rows: run.rows,
  batchIds: run.batchIds,
  attempts: run.attempts,
  ...(run.nextAttemptAt ? { nextAttemptAt: run.nextAttemptAt.toISOString() } : {}),
  ...(run.fault ? { fault: run.fault } : {}),
});

/** What everybody in the department may see: never a secret. */
export function resourceOf(
  resource: ResourceDocument,
  catalogName: Bilingual,
  state: FetchState | undefined,
  lastRun: RunDocument | undefined,
): ResourceView {
  const { _id, catalogId, departmentCode, kind, name, description, owner, mapping, deletion, everyMinutes } = resource;
  return {
    id: _id,
    catalogId,
    catalogName,
    departmentCode,
    kind,
    state: resource.state,
    version: resource.version,
    name,
    description,
    owner,
    mapping,
    ...(deletion ? { deletion } : {}),
    ...(everyMinutes === undefined ? {} : { everyMinutes }),
    ...(resource.pull ? { pull: resource.pull } : {}),
    ...(resource.table ? { table: { ...resource.table, hasPassword: resource.sealedSecrets !== undefined } } : {}),
    credentials: resource.credentials.map(credentialOf),
    createdAt: resource.createdAt.toISOString(),
    changedAt: resource.changedAt.toISOString(),
    ...(state?.dueAt && resource.state === "active" ? { nextRunAt: state.dueAt.toISOString() } : {}),
    ...(lastRun ? { lastRun: runOf(lastRun) } : {}),
  };
}
