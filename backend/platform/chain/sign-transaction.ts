import { getBytes, keccak256, type Wallet } from "ethers";
import secp256k1 from "secp256k1";
import type { Fees, Unsigned } from "./relay-transaction.ts";

type Rlp = Buffer | readonly Rlp[];

/** A number as RLP has it: big-endian without leading zeros, so that zero is empty. */
function numberBytes(value: bigint | number): Buffer {
  const digits = BigInt(value).toString(16);
  return value ? Buffer.from(digits.length % 2 ? `0${digits}` : digits, "hex") : Buffer.alloc(0);
}

function lengthPrefix(length: number, offset: number): Buffer {
  if (length < 56) return Buffer.from([offset + length]);
  const bytes = numberBytes(length);
  return Buffer.concat([Buffer.from([offset + 55 + bytes.length]), bytes]);
}

function encodeRlp(item: Rlp): Buffer {
  if (Buffer.isBuffer(item)) {
    if (item.length === 1 && item[0]! < 0x80) return item;
    return Buffer.concat([lengthPrefix(item.length, 0x80), item]);
  }
  const inner = Buffer.concat(item.map(encodeRlp));
  return Buffer.concat([lengthPrefix(inner.length, 0xc0), inner]);
}

/**
 * A signed transaction and its hash: EIP-1559, or EIP-155 on a chain without base fee. The same bytes as ethers' in a
 * tenth of the time, of which 100 kB of call data make a good part of what a batch costs.
 */
export function signed(
  wallet: Wallet,
  { chainId, nonce, to, data, gasLimit }: Unsigned,
  fees: Fees,
): { hash: string; raw: string } {
  const key = getBytes(wallet.privateKey);
  const call = [
    numberBytes(gasLimit),
    Buffer.from(to.slice(2), "hex"),
    Buffer.alloc(0),
    Buffer.from(data.slice(2), "hex"),
  ];
  const sign = (message: Buffer) => {
    const { signature, recid } = secp256k1.ecdsaSign(getBytes(keccak256(message)), key);
    const number = (from: number) =>
      numberBytes(BigInt(`0x${Buffer.from(signature.subarray(from, from + 32)).toString("hex")}`));
    return { recid, r: number(0), s: number(32) };
  };
  let raw: Buffer;
  if (fees.tip === undefined) {
    const fields = [numberBytes(nonce), numberBytes(fees.maxFee), ...call];
    const { recid, r, s } = sign(encodeRlp([...fields, numberBytes(chainId), Buffer.alloc(0), Buffer.alloc(0)]));
    raw = encodeRlp([...fields, numberBytes(35n + 2n * chainId + BigInt(recid)), r, s]);
  } else {
    const type = Buffer.from([2]);
    const fields = [...[chainId, nonce, fees.tip, fees.maxFee].map(numberBytes), ...call, []];
    const { recid, r, s } = sign(Buffer.concat([type, encodeRlp(fields)]));
    raw = Buffer.concat([type, encodeRlp([...fields, numberBytes(recid), r, s])]);
  }
  return { hash: keccak256(raw), raw: `0x${raw.toString("hex")}` };
}
