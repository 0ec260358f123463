/** A name without what is written one way or another: width, brackets, spaces, dots between names, case. */
export const plainName = (name: string): string =>
  name
    .normalize("NFKC")
    .replace(/[\s·•・.]+/gu, "")
    .replace(/[〔［[【（]/gu, "(")
    .replace(/[〕］\]】）]/gu, ")")
    .toUpperCase();
