import { isChinese } from "./format.ts";

/** Words in a row, as the reader's language joins them. */
export const listText = (words: readonly string[]): string => words.join(isChinese() ? "、" : ", ");
