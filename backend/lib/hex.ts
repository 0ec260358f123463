/** 32 bytes as 0x-prefixed lower-case hex. */
export type Hex32 = string;
