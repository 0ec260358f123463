import { z } from "zod";
import { profilePack } from "./profile-schemas.ts";

/** The published JSON Schema (draft 2020-12) of exported profiles, as docs/profile-pack.schema.json has it. */
export const profilePackSchema = (): object => ({
  ...z.toJSONSchema(profilePack, { target: "draft-2020-12", io: "input" }),
  $id: "https://rongqiao.example/profile-pack/2",
  title: "Rongqiao exported credit profile, version 2",
});
