import type { FormRule } from "antd";
import type { z } from "zod";

/** A form rule out of the API's own schema: what it refuses is refused here, in our words. */
export const schemaRule = (schema: z.ZodType, message: string): FormRule => ({
  validator: (_, value: unknown) =>
    value === undefined || value === "" || schema.safeParse(value).success
      ? Promise.resolve()
      : Promise.reject(new Error(message)),
});
