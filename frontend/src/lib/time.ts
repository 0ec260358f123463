/** The whole second of a time, as the signed messages and the API want it: ISO UTC with milliseconds 000. */
export const wholeSecondIso = (date: Date): string => new Date(Math.floor(date.getTime() / 1000) * 1000).toISOString();

/** Unix seconds of an ISO time made by wholeSecondIso. */
export const unixSeconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);

export const afterDays = (days: number, from: Date = new Date()): Date => new Date(from.getTime() + days * 86_400_000);
