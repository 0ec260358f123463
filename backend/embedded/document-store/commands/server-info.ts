/** MongoDB's version whose behaviour is followed. */
export const SERVER_VERSION = [7, 0, 0] as const;
export const FEATURE_VERSION = SERVER_VERSION.slice(0, 2).join(".");
