import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  changeList,
  preview,
  ResourceInput,
  ResourceView,
  resourceList,
  runList,
} from "../../../../backend/features/data-sources/resource-schemas.ts";
import { api } from "../../lib/api.ts";

export type Resource = ResourceView;
export type Preview = z.infer<typeof preview>;
export type Run = z.infer<typeof runList>["items"][number];
export type { ResourceInput };

const id = encodeURIComponent;
const MOVING_MS = 2_000;
const STILL_MS = 15_000;

const isMoving = (resource: Resource): boolean =>
  resource.lastRun?.state === "running" ||
  (resource.nextRunAt !== undefined && Date.parse(resource.nextRunAt) <= Date.now() + MOVING_MS);

export const resourcesQuery = queryOptions({
  queryKey: ["data-resources", "list"],
  queryFn: ({ signal }) => api.get<z.infer<typeof resourceList>>("/data-resources", undefined, signal),
  refetchInterval: ({ state }) => (state.data?.items.some(isMoving) ? MOVING_MS : STILL_MS),
});

export const resourceQueryOf = (resourceId: string) =>
  queryOptions({
    queryKey: ["data-resources", resourceId],
    queryFn: ({ signal }) => api.get<Resource>(`/data-resources/${id(resourceId)}`, undefined, signal),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? MOVING_MS : STILL_MS),
  });

export const runsQuery = (resourceId: string, page: number) =>
  queryOptions({
    queryKey: ["data-resources", resourceId, "runs", page],
    queryFn: ({ signal }) =>
      api.get<z.infer<typeof runList>>(`/data-resources/${id(resourceId)}/runs`, { page }, signal),
    refetchInterval: ({ state }) =>
      state.data?.items.some((run) => run.state === "running") ? MOVING_MS : STILL_MS / 3,
  });

export const changesQuery = (resourceId: string) =>
  queryOptions({
    queryKey: ["data-resources", resourceId, "changes"],
    queryFn: ({ signal }) =>
      api.get<z.infer<typeof changeList>>(`/data-resources/${id(resourceId)}/changes`, undefined, signal),
  });

export const resourcePath = (resourceId: string, tail = ""): string => `/data-resources/${id(resourceId)}${tail}`;
