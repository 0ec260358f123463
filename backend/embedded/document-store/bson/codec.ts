import { StoreError } from "../errors.ts";

export { decodeCommand, decodeDoc } from "./decode.ts";
export { encodeDoc, Writer, writeDoc, writeElement } from "./encode.ts";
export { decodeFields, fieldNames, withIdFirst } from "./fields.ts";

export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

export function checkSize(bytes: Uint8Array): void {
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw new StoreError(
      "BSONObjectTooLarge",
      `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}`,
    );
}
