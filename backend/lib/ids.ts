import { v7 } from "uuid";

/** A UUIDv7: sorts by the time it was made. */
export const newId = (): string => v7();

/** When a UUIDv7 was made. */
export const timeOfId = (id: string): Date => new Date(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16));
