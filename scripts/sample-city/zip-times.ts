/** 1980-01-01, the first day that a ZIP can name. */
const FIRST_DAY = 0x0021;

/**
 * Sets the time of every entry of a ZIP to one fixed day, in place: a workbook otherwise carries the time of its
 * making, and the same city would have other bytes each time.
 */
export function fixZipTimes(zip: Buffer): Buffer {
  const end = zip.lastIndexOf(Buffer.from("504b0506", "hex"));
  if (end < 0) throw new RangeError("fixZipTimes: no ZIP");
  const entries = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < entries; i++) {
    const local = zip.readUInt32LE(at + 42);
    for (const time of [at + 12, local + 10]) {
      zip.writeUInt16LE(0, time);
      zip.writeUInt16LE(FIRST_DAY, time + 2);
    }
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return zip;
}
