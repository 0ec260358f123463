/** Signed times are whole seconds, in messages as unix seconds and in JSON as ISO text of the same second. */
export const secondsFromNow = (seconds: number, now = Date.now()): string =>
  new Date((Math.floor(now / 1000) + seconds) * 1000).toISOString();

export const unixSeconds = (iso: string): number => Date.parse(iso) / 1000;

export const MINUTE = 60;
export const DAY = 86_400;
