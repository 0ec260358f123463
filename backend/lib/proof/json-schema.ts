import { z } from "zod";
import { actPack, grantPack, leafPack, packAnchor, packFile, packTransaction, proofPack, signedAct } from "./pack.ts";

const NAMED = {
  leafProof: leafPack,
  actProof: actPack,
  grantProof: grantPack,
  signedAct,
  anchor: packAnchor,
  transaction: packTransaction,
  file: packFile,
};

/** The published JSON Schema (draft 2020-12) of the proof packs, as docs/proof-pack.schema.json has it. */
export function proofPackSchema(): object {
  for (const [id, schema] of Object.entries(NAMED)) {
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  }
  return {
    ...z.toJSONSchema(proofPack, { target: "draft-2020-12" }),
    $id: "https://rongqiao.example/proof-pack/2",
    title: "Rongqiao proof pack, version 2",
  };
}
