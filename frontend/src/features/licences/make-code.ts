import { hexlify, randomBytes } from "ethers";
import {
  codeLink,
  codeText,
  codeTypedData,
  type EnterpriseCode,
} from "../../../../backend/features/licences/domain/enterprise-code.ts";
import type { Meta } from "../../lib/queries.ts";
import type { Signer } from "../session/signer-context.ts";

export interface CodeWish {
  items: string[];
  audience: string;
  views: number;
  lifetimeSeconds: number;
}

export interface MadeCode {
  code: EnterpriseCode;
  link: string;
  /** Of the QR code, as a data URL. */
  image: string;
}

/** A new code: made and signed here, sent nowhere. */
export async function makeCode(signer: Signer, meta: Meta, uscc: string, wish: CodeWish): Promise<MadeCode> {
  const key = await signer.unlock();
  const issuedAt = Math.floor(Date.now() / 1000);
  const code: EnterpriseCode = {
    codeId: hexlify(randomBytes(16)),
    uscc,
    items: wish.items,
    audience: wish.audience,
    views: wish.views,
    issuedAt,
    expiresAt: issuedAt + wish.lifetimeSeconds,
  };
  const signature = await key.signTypedData(...codeTypedData(meta.chainId, meta.contracts.participants!, code));
  const link = codeLink(window.location.origin, codeText(code, signature));
  const { toString: draw } = await import("qrcode");
  const svg = await draw(link, { type: "svg", errorCorrectionLevel: "L", margin: 4 });
  return { code, link, image: `data:image/svg+xml;utf8,${encodeURIComponent(svg)}` };
}
