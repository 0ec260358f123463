const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let n = i;
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1;
  return n;
});

/** The checksum of messages (CRC-32 by Castagnoli, which zlib has not). */
export function crc32c(bytes: Uint8Array): number {
  let n = 0xffffffff;
  for (const b of bytes) n = (n >>> 8) ^ TABLE[(n ^ b) & 0xff]!;
  return ~n >>> 0;
}
